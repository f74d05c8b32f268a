"""A Galvanalyser (galv, version 2) opened as a hub, through its REST interface.

Each team's cells are a data set. A cell's time series is what its cycler tests harvested, partition
by partition, test by test.

References
----------
The package galv 2, a client made from the interface's own description.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore import readers
from bdg_explore.columns import (
    ALSO_KNOWN_AS,
    AMBIENT_TEMPERATURE,
    BATCH,
    CATHODE,
    CELL,
    CELL_MODEL,
    CYCLE,
    FORM_FACTOR,
    MANUFACTURER,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    PROTOCOL,
    TEST_EQUIPMENT,
)
from bdg_explore.errors import LoginError, MissingDataError, ParameterError, ReadError
from bdg_explore.hubs.entries import Dataset, Hub

from .address import Address
from .galvanalyser_web import Service, Thing
from .records import dataset_of, hub_of

_ID: Final = re.compile(r"([\w-]{1,64})/?\Z")
_IMPORTED: Final = "IMPORTED"


def open_galvanalyser(address: Address) -> Iterator[Hub | Dataset]:
    """Yield the hub that a Galvanalyser is, and a data set for each team's cells.

    Asks for metadata only: cells and their families, tests, schedules, equipment, experiments.

    Raises
    ------
    ServerError
        The server cannot be opened, see `Service.listed`.
    """
    service = Service(address)
    cells = list(service.listed("cells"))
    tests = list(service.listed("cycler_tests"))
    beside = {name: _by_id(service, name) for name in _BESIDE}
    hub = hub_of(address, operator=_names(beside["labs"].values()), notes=None)
    yield hub
    teams: dict[str, list[Thing]] = defaultdict(list)
    for cell in cells:
        teams[_id(cell.get("team"))].append(cell)
    for key, members in sorted(teams.items()):
        yield _dataset(hub, address, service, beside["teams"].get(key, {}), members, tests, beside)


# Lists that say more about cells and tests. A user may see cells and not these.
_BESIDE: Final = (
    "cell_families", "schedules", "schedule_families", "equipment", "equipment_families",
    "experiments", "teams", "labs",
)  # fmt: skip


def _by_id(service: Service, name: str) -> dict[str, Thing]:
    try:
        return {_id(one): one for one in service.listed(name)}
    except (LoginError, MissingDataError):
        return {}


def _id(thing: Any) -> str:
    """Return the id of a thing, or of what a link points to; never the link itself."""
    if isinstance(thing, Mapping):
        thing = thing.get("id") or thing.get("url")
    found = _ID.search(str(thing)) if thing is not None else None
    return found[1] if found else ""


def _names(things: Iterable[Thing]) -> str | None:
    return ", ".join(str(one["name"]) for one in things if one.get("name")) or None


def _dataset(
    hub: Hub,
    address: Address,
    service: Service,
    team: Thing,
    cells: Sequence[Thing],
    tests: Sequence[Thing],
    beside: Mapping[str, Mapping[str, Thing]],
) -> Dataset:
    called = str(team.get("name") or "cells")
    of_cell: dict[str, list[Thing]] = defaultdict(list)
    for test in tests:
        of_cell[_id(test.get("cell"))].append(test)
    names = _native_ids(cells)
    rows = {
        names[_id(cell)]: _facts(cell, of_cell[_id(cell)], beside)
        for cell in cells
    }  # fmt: skip
    facts = pd.DataFrame.from_dict(rows, orient="index").dropna(axis=1, how="all")
    facts.index.name = NATIVE_ID
    files = {
        names[_id(cell)]: tuple(
            _id(file) for test in of_cell[_id(cell)] for file in test.get("files") or ()
        )
        for cell in cells
    }
    return dataset_of(
        hub,
        address,
        called,
        title=f"{called} ({hub.name})",
        description=f"{len(cells)} cells of the team {called} in the Galvanalyser {address.host}",
        facts=facts,
        tables={"timeseries": held} if (held := tuple(n for n, f in files.items() if f)) else {},
        server=Harvest(service, files),
        format="galvanalyser",
        notes=str(team["description"]) if team.get("description") else None,
    )


def _native_ids(cells: Sequence[Thing]) -> dict[str, str]:
    """Return id -> identifier; where a team gave one twice, the id tells them apart."""
    given = [str(cell.get("identifier") or _id(cell)) for cell in cells]
    twice = {name for name in given if given.count(name) > 1}
    return {
        _id(cell): f"{name} ({_id(cell)[:8]})" if name in twice else name
        for cell, name in zip(cells, given, strict=True)
    }


def _facts(
    cell: Thing, tests: Sequence[Thing], beside: Mapping[str, Mapping[str, Thing]]
) -> dict[str, Any]:
    family = beside["cell_families"].get(_id(cell.get("family")), {})
    schedules = [beside["schedules"].get(_id(test.get("schedule")), {}) for test in tests]
    plans = [beside["schedule_families"].get(_id(one.get("family")), {}) for one in schedules]
    machines = [
        beside["equipment"].get(_id(one), {}) for t in tests for one in t.get("equipment") or ()
    ]
    kinds = [beside["equipment_families"].get(_id(one.get("family")), {}) for one in machines]
    own = {_id(test) for test in tests}
    titles = [
        str(one.get("title"))
        for one in beside["experiments"].values()
        if own & {_id(test) for test in one.get("cycler_tests") or ()}
    ]
    return {
        CATHODE: _said(family.get("chemistry")),
        NOMINAL_CAPACITY: _number(
            family.get("nominal_capacity_ah", family.get("nominal_capacity"))
        ),
        FORM_FACTOR: _said(family.get("form_factor")),
        CELL_MODEL: _said(family.get("model")),
        MANUFACTURER: _said(family.get("manufacturer")),
        AMBIENT_TEMPERATURE: _one(
            _number(plan.get("ambient_temperature_c", plan.get("ambient_temperature")))
            for plan in plans
        ),
        PROTOCOL: _joined(_said(plan.get("identifier")) for plan in plans),
        TEST_EQUIPMENT: _joined(_make(kind) for kind in kinds),
        BATCH: "; ".join(titles) or None,
        ALSO_KNOWN_AS: _id(cell),
    }


def _make(kind: Thing) -> str | None:
    return " ".join(filter(None, (_said(kind.get(name)) for name in ("manufacturer", "model"))))


def _said(value: Any) -> str | None:
    if isinstance(value, Mapping):  # a text that the server completes may come with its meaning
        value = value.get("value")
    return str(value).strip() or None if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    return float(value) if known else None


def _one(values: Iterable[float | None]) -> float | None:
    """Return the value that all tests of a cell share; where they differ, none holds."""
    known = {value for value in values if value is not None}
    return known.pop() if len(known) == 1 else None


def _joined(words: Iterable[str | None]) -> str | None:
    return ", ".join(dict.fromkeys(word for word in words if word)) or None


@dataclass(frozen=True)
class Harvest:
    """Reads what one team's tests harvested.

    Attributes
    ----------
    service : Service
        The server.
    files : mapping
        Native id -> ids of the files of all its tests.
    """

    service: Service
    files: Mapping[str, tuple[str, ...]] = field(repr=False)

    def __str__(self) -> str:
        return str(self.service)

    def read(self, table: str, cells: Sequence[str], cycles: Sequence[int] | None) -> pd.DataFrame:
        """Return canonical columns and `cell`, the native id, of some cells.

        Raises
        ------
        ServerError
            The server broke off or refuses, see `Service.listed`.
        MissingDataError
            None of a cell's files has been imported yet.
        ReadError, FrameError
            A partition is no Parquet file, or what is in it breaks the contract of the table.
        """
        frames = []
        for cell in cells:
            frame = self._of_cell(table, cell)
            if cycles is not None:
                if CYCLE not in frame.columns:
                    raise ParameterError(
                        f"The tests of {cell} on {self.service} count no cycles. Ask for all of it."
                    )
                told, frame = frame.attrs, frame[frame[CYCLE].isin(list(cycles))]
                frame.attrs = told
            frame[CELL] = pd.Categorical.from_codes(np.zeros(len(frame), np.int8), pd.Index([cell]))
            frames.append(frame)
        return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)

    def _of_cell(self, table: str, cell: str) -> pd.DataFrame:
        parts = [
            part
            for key in self.files[cell]
            if (part := self._of_file(table, cell, key)) is not None
        ]
        if not parts:
            raise MissingDataError(
                f"No file of {cell} on {self.service} has been imported yet. Next: see the page "
                "Files of the Galvanalyser; a file may wait for its columns to be mapped."
            )
        frame = readers.join(parts) if len(parts) > 1 else parts[0]
        frame.attrs["source"]["server"] = str(self.service)
        return frame

    def _of_file(self, table: str, cell: str, key: str) -> pd.DataFrame | None:
        """Return one harvested file, its partitions in order; None if it is not imported."""
        file = self.service.one("files", key)
        if file.get("state") not in (None, _IMPORTED) or not file.get("parquet_partitions"):
            return None
        known = [self.service.one("parquet_partitions", _id(p)) for p in file["parquet_partitions"]]
        known.sort(key=lambda one: _number(one.get("partition_number")) or 0)
        name = PurePosixPath(str(file.get("path") or file.get("name") or key)).name
        pieces = [self._piece(_id(one), f"{name}, partition {i}") for i, one in enumerate(known)]
        held = io.BytesIO()
        whole = pa.concat_tables(pieces, promote_options="permissive")
        pq.write_table(whole, held, compression="none", use_dictionary=False)
        frame = readers.read(
            held.getvalue(),
            format="galvanalyser_parquet",
            table=table,
            check=len(self.files[cell]) == 1,
        )
        frame.attrs["source"]["file"] = name
        return frame

    def _piece(self, key: str, name: str) -> pa.Table:
        content = self.service.partition(key)
        try:
            return pq.read_table(io.BytesIO(content))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ReadError(
                f"{name} of {self.service} is no whole Parquet file ({error}). Next: import the "
                "file again there."
            ) from None
