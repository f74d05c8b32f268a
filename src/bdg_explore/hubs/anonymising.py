"""A private hub as others may see it: the measurements and what the cells are, not whose.

What comes out is a store of its own, written anew, that knows nothing of where it came from.
"""

import hmac
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import yaml

from bdg_explore.columns import (
    ALSO_KNOWN_AS,
    ANODE,
    BATCH,
    CAPACITY_SOURCE,
    CATHODE,
    CELL_MODEL,
    COLUMNS,
    CONTACT,
    DATASET,
    FORM_FACTOR,
    HUB,
    KIND,
    MANUFACTURER,
    NATIVE_ID,
    OBJECTIVE,
    PROTOCOL,
    REPLICATE,
    SPLIT,
    STEP_TYPE,
    TABLES,
    TEST_EQUIPMENT,
    UNIX_TIME,
)
from bdg_explore.errors import MissingDataError, ParameterError
from bdg_explore.frames import CONTRACTS

from .building.parquet import typed, write
from .entries import PRIMARY, Dataset

if TYPE_CHECKING:
    from .collection import Hubs

_SHORTEST_KEY: Final = 16  # bytes; ids can be guessed, and a short key with them
_KEPT: Final = (
    OBJECTIVE, ANODE, CATHODE, TEST_EQUIPMENT, FORM_FACTOR, CELL_MODEL, MANUFACTURER, PROTOCOL,
)  # fmt: skip
_GROUPS: Final = (BATCH, SPLIT, REPLICATE)  # who belongs together stays, under other names
_TEXTS: Final = (KIND, STEP_TYPE, CAPACITY_SOURCE)
_SHORTEST_WORD: Final = 4
# Words of names that say nothing of whose they are.
_COMMON: Final = frozenset({
    "aging", "ageing", "anode", "archive", "battery", "batteries", "capacity", "cathode", "cell",
    "cells", "center", "centre", "company", "cycle", "cycles", "cycling", "data", "dataset",
    "experimental", "fast", "from", "graphite", "group", "institute", "laboratory", "lithium",
    "national", "open", "pouch", "research", "storage", "synthetic", "test", "tests", "university",
    "with",
})  # fmt: skip


@dataclass(frozen=True)
class Mask:
    """What turns names into others: a key, and the words that must not come through."""

    key: bytes
    words: frozenset[str]

    def name(self, kind: str, text: str, digits: int = 16) -> str:
        """Return the name that stands for another: the same for the same key."""
        digest = hmac.new(self.key, f"{kind}\0{text}".encode(), "sha256").hexdigest()
        return f"{kind}-{digest[:digits]}"

    def clean(self, value: Any) -> Any:
        """Return a value, or None for a text with a word that must not come through."""
        if isinstance(value, Mapping):
            held = {key: self.clean(one) for key, one in value.items()}
            return {key: one for key, one in held.items() if one is not None} or None
        if isinstance(value, (list, tuple)):
            return [one for one in map(self.clean, value) if one is not None] or None
        if isinstance(value, str):
            return None if any(word in value.casefold() for word in self.words) else value
        return value


def write_anonymised(
    hubs: "Hubs", uids: Iterable[str], folder: Path, key: str | bytes, access: str
) -> Path:
    """Write a store of some cells that does not say whose they are, see `Hubs.anonymised`."""
    secret = key.encode() if isinstance(key, str) else bytes(key)
    if len(secret) < _SHORTEST_KEY:
        raise ParameterError(
            f"The key has {len(secret)} bytes and needs {_SHORTEST_KEY}: whoever guesses it can "
            "try ids until one fits. Make one with secrets.token_hex(), and keep it to yourself."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(f"{folder} is there already. Give a new or empty folder.")
    cells = hubs.cells.loc[list(uids)]
    datasets = [hubs.dataset(str(name)) for name in cells[DATASET].unique()]
    mask = Mask(secret, frozenset(_words(datasets, cells)))
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".anonymised-"))
    try:
        names = sorted({dataset.hub.id for dataset in datasets})
        hub = mask.name("hub", "\0".join(names), 8)
        sources = dict(
            sorted(_entry(hubs, one, cells[cells[DATASET] == one.id], part, mask, hub, access)
                   for one in datasets)
        )  # fmt: skip
        content = {"metadata": {"version": 1, "hub": {"id": hub, "name": "Anonymised hub"}},
                   "sources": sources}  # fmt: skip
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        (part / "catalog.yaml").write_text(text, encoding="utf-8")
        part.chmod(0o755)
        part.replace(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return folder


def _entry(
    hubs: "Hubs",
    dataset: Dataset,
    cells: pd.DataFrame,
    folder: Path,
    mask: Mask,
    hub: str,
    access: str,
) -> tuple[str, dict[str, Any]]:
    """Write the tables of a data set; return its other id, and its entry."""
    name = mask.name("set", dataset.id, 12)
    natives = {str(uid): mask.name("cell", str(uid)) for uid in cells.index}
    place = f"{{{{ CATALOG_DIR }}}}/{name}"
    tables: dict[str, Any] = {}
    for table in CONTRACTS.keys() - {"cells"}:
        held = cells[TABLES].fillna("").str.split().map(lambda names, t=table: t in names)
        written = [
            natives[str(uid)]
            for uid in cells.index[held.astype(bool)]
            if _write(hubs, table, str(uid), natives[str(uid)], folder / name / table)
        ]
        if written:
            tables[table] = {
                "url": f"{place}/{table}/{{cell}}.parquet",
                "format": "parquet",
                "cells": sorted(written),
            }
    (folder / name).mkdir(exist_ok=True)
    _facts(cells, natives, mask).to_csv(folder / name / "cells.csv", index=False)
    shared = {**dataset.primary, **dataset.secondary}
    hidden = {CONTACT, BATCH, SPLIT, REPLICATE}
    shown = {key: mask.clean(value) for key, value in shared.items() if _may_show(key, hidden)}
    about = f"{len(cells)} cells of a data set whose owner is not named"
    metadata = {
        "hub": hub,
        "title": about,
        "segment": dataset.segment,
        "kind": dataset.kind,
        "licence": mask.clean(dataset.licence) or "unknown",
        "access": access,
        "cells_stated": len(cells),
        "primary": {key: shown.get(key) for key in PRIMARY},
        "secondary": {k: v for k, v in shown.items() if k not in PRIMARY and v is not None},
        "unverified": [one for one in dataset.unverified if one in shown],
    }
    args = {"cells": f"{place}/cells.csv", "tables": dict(sorted(tables.items()))}
    return name, {"driver": "bdg_dataset", "description": about, "args": args, "metadata": metadata}


def _may_show(name: str, hidden: set[str]) -> bool:
    known = COLUMNS.get(name)
    is_text = known is not None and known.kind == "text"
    return name not in hidden and (not is_text or name in _KEPT)


def _facts(cells: pd.DataFrame, natives: Mapping[str, str], mask: Mask) -> pd.DataFrame:
    """Return the facts about cells in the order of their other names."""
    facts = pd.DataFrame({NATIVE_ID: [natives[str(uid)] for uid in cells.index]})
    for name in cells.columns:
        values = cells[name]
        if COLUMNS[name].kind != "text":
            facts[name] = values.to_numpy()
        elif name in _KEPT:
            facts[name] = [mask.clean(value) for value in values]
        elif name in _GROUPS:
            known = [value if isinstance(value, str) and value else None for value in values]
            facts[name] = [mask.name(name, one, 6) if one else None for one in known]
    return facts.dropna(axis=1, how="all").sort_values(NATIVE_ID)


def _write(hubs: "Hubs", table: str, uid: str, native: str, folder: Path) -> bool:
    """Write one cell's table, numbers only and without a date; False if it is not here."""
    try:
        frame = hubs.table(table, uid, download=False)
    except MissingDataError:
        return False
    numbers = [
        name
        for name in frame.columns
        if name in COLUMNS and COLUMNS[name].kind != "text" and name != UNIX_TIME
    ]
    texts = [name for name in _TEXTS if name in frame.columns]
    bare = frame[[*numbers, *texts]].copy()
    bare.attrs = {}
    folder.mkdir(parents=True, exist_ok=True)
    write(typed(bare, table, native), folder / f"{native}.parquet")
    return True


def _words(datasets: Iterable[Dataset], cells: pd.DataFrame) -> Iterable[str]:
    """Yield the words of the names of owners, hubs, data sets and cells, in lower case."""
    texts = [str(uid).split("/", 1)[1] for uid in cells.index]
    for column in (ALSO_KNOWN_AS, HUB):
        texts += [str(value) for value in cells[column].dropna().unique()]
    for one in datasets:
        hub = one.hub
        named = [one.id, one.landing_url, one.doi, one.primary.get(CONTACT)]
        named += [hub.id, hub.name, hub.operator, hub.contact, hub.landing_url]
        named += one.citation.values()
        texts += [str(text) for text in named if text]
    for text in texts:
        yield from (
            word
            for word in re.split(r"[\W_]+", text.casefold())
            if len(word) >= _SHORTEST_WORD and word not in _COMMON and not word.isdecimal()
        )
