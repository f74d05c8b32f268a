"""Neware binary files of BTS 8 and later (``.ndax``): a zip archive of ``.ndc`` files and XML.

``data.ndc`` holds the records. Older testers write everything there; newer ones only voltage and
current, and in ``data_runInfo.ndc`` time, counters and step of some records, in ``data_step.ndc``
the steps. Records between those with a time are counted on from the one before, as the client does
it: the time by the interval that is stored, the counters by current times interval; a note says
how many. ``data_AUX_*.ndc`` are auxiliary channels; ``TestInfo.xml`` says what they measure.

*Sign.* The current is signed, positive charges; it is compared with the step types. *Counters*
restart with every step. *Cycles* are those in the file, from 1 as the client prints them; a client
may renumber them on export. *Time*: where the file has only the time in the step, the test time is
put together from it, and pauses between steps are not in it. Dates of newer files are UTC, of older
ones the tester's local time, read as if UTC.
"""

import re
from typing import Any, Final
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

from ._archive import AGAIN, Archive, damage
from ._ndc import ndc_columns
from ._neware import Columns, finish, rules, unverified, words
from ._reader import Raw, Reader, Request
from ._source import Head

_DATA: Final = "data.ndc"
_RUN_INFO: Final = "data_runInfo.ndc"
_STEPS: Final = "data_step.ndc"
_AUXILIARY: Final = re.compile(r"data_AUX_(\d+)_(\d+)_(\d+)\.ndc|.*_(\d+)\.ndc")
_MEASURES: Final = {  # by the ChlType of TestInfo.xml
    "102": "auxiliary voltage {} (V)",
    "103": "auxiliary temperature {} (degC)",
    "104": "auxiliary current {} (A)",
    "105": "auxiliary voltage {} (V)",
    "106": "auxiliary temperature {} (degC)",
    "107": "auxiliary current {} (A)",
    "335": "auxiliary temperature setpoint {} (degC)",
}
_COUNTERS: Final = ("charge capacity", "discharge capacity", "charge energy", "discharge energy")
_TESTER: Final = {"SvrVer": "server", "CurrClientVer": "client", "ZwjVersion": "control_unit"}
_TEST: Final = {"StartTime": "started", "EndTime": "ended", "Barcode": "barcode",
                "StepName": "schedule", "DevID": "device", "ChlID": "channel"}  # fmt: skip


def _recognises(head: Head) -> bool:
    begins = head.raw.startswith(b"PK\x03\x04")
    return begins and (b"data.ndc" in head.raw or b"TestInfo.xml" in head.raw[:4096])


def _load(request: Request) -> Raw:
    source = request.source
    archive = Archive(source)
    if _DATA not in archive:
        raise ReadError(
            f"{source.name} has no {_DATA}, so it is no Neware .ndax file; it holds "
            f"{', '.join(archive.members[:8]) or 'nothing'}."
        )
    notes: list[str] = []
    checked: dict[int, bool] = {}

    def read(name: str) -> Columns:
        columns, version, layout = ndc_columns(archive.read(name), name, source)
        checked[version] = checked.get(version, True) and layout.checked
        return columns

    with damage(source, "Neware .ndax file"):
        columns = read(_DATA)
        rows = len(columns["index"])
        if rows == 0:
            raise ReadError(f"{source.name} has no records: the test was not begun.")
        if _RUN_INFO in archive:
            steps = read(_STEPS) if _STEPS in archive else None
            columns = _with_run_info(columns, read(_RUN_INFO), steps, source.name, notes)
        elif "step" in columns and _STEPS in archive:
            columns |= _of_steps(columns["step"], read(_STEPS), source.name)
        for name, header in _channels(archive, notes).items():
            _add_channel(columns, read(name), name, header)
    facts = _facts(archive, checked)
    notes.extend(
        unverified(f"version {version}") for version, sound in sorted(checked.items()) if not sound
    )
    if set(checked) & {2, 4, 5}:
        notes.append("dates: the tester's local time, its zone not stated; read as if UTC")
    if "date (ms)" in columns:
        columns["date (s)"] = columns["date (s)"] + columns.pop("date (ms)") / 1000
    left_out = rows - len(columns["index"])
    if left_out:
        facts["rows_left_out"] = left_out
        notes.append(f"{left_out} records before the first one with a time are left out")
    if "step type" in columns:
        columns["step type"] = words(columns["step type"])
    headers = tuple(columns)
    plan = request.plan(headers)
    return Raw(plan, [columns[w.header] for w in plan], headers, rows, notes=notes, facts=facts)


def _with_run_info(
    columns: Columns, run: Columns, steps: Columns | None, name: str, notes: list[str]
) -> Columns:
    """Join the run information by the index of the record, and count on where there is none."""
    index = columns["index"]
    rows = len(index)
    given = _first_of_each(run["index"], index)
    if not len(given[0]):
        raise ReadError(f"{name}: no record has a time ({_RUN_INFO} and {_DATA} do not fit).")
    places, entries = given
    if len(places) == rows:  # every record has its entry
        joined = {h: v[entries] for h, v in run.items() if h not in ("index", "interval (ms)")}
    else:
        joined = _counted_on(columns, run, places, entries, rows)
        columns = {h: v[places[0] :] for h, v in columns.items()}
        notes.append(
            f"{rows - len(places)} of {rows} records have no time and no counters in the file; "
            "they are counted on from the record before, as Neware's client does it"
        )
    columns |= {h: np.abs(v) if h.startswith(_COUNTERS) else v for h, v in joined.items()}
    if steps is not None:
        columns |= _of_steps(columns["step"], steps, name)
    return columns


def _first_of_each(
    wanted: npt.NDArray[Any], index: npt.NDArray[Any]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Find records by their index: their places in order, and the first entry for each."""
    if len(wanted) == len(index) and np.array_equal(wanted, index):
        whole = np.arange(len(index))
        return whole, whole
    place = np.minimum(np.searchsorted(index, wanted), len(index) - 1)
    entries = np.flatnonzero(index[place] == wanted)
    places, first = np.unique(place[entries], return_index=True)
    return places, entries[first]


def _counted_on(
    columns: Columns,
    run: Columns,
    places: npt.NDArray[Any],
    entries: npt.NDArray[Any],
    rows: int,
) -> Columns:
    """Give every record from the first with a time on its time and counters."""
    lengths = np.diff(places, append=rows)
    entry = np.repeat(entries, lengths)
    after = np.arange(places[0], rows) - np.repeat(places, lengths)  # records since the entry
    interval = run["interval (ms)"][entry]
    waited = after * interval.astype(np.float64)
    joined = {h: v[entry] for h, v in run.items() if h not in ("index", "interval (ms)")}
    joined["step time (ms)"] = joined["step time (ms)"] + waited
    joined["date (s)"] = joined["date (s)"] + waited / 1000
    current = next(h for h in columns if h.startswith("current"))
    voltage = next(h for h in columns if h.startswith("voltage"))
    amperes = columns[current][places[0] :] * (1.0 if current.endswith("(A)") else 1e-3)
    volts = columns[voltage][places[0] :] * (1.0 if voltage.endswith("(V)") else 1e-4)
    passed = np.where(after > 0, amperes * interval, 0.0) / 3.6e6
    begins = places - places[0]
    for what, flow in (("capacity", passed), ("energy", passed * volts)):
        total = np.cumsum(flow)
        since = total - np.repeat(total[begins], lengths)
        for direction, gone in (("charge", since), ("discharge", -since)):
            header = next(h for h in joined if h.startswith(f"{direction} {what}"))
            scale = 1.0 if header.endswith(".h)") else 3.6e6
            joined[header] = np.abs(joined[header]) + np.maximum(gone, 0) * scale
    return joined


def _of_steps(step: npt.NDArray[Any], steps: Columns, name: str) -> Columns:
    """Look up cycle, program line and type of each record's step, whose number is its place."""
    number: Any = step.astype(np.int64)
    count = len(steps["index"])
    if number.min() < 1 or number.max() > count:  # numbered on from another test
        number = np.concatenate([[1], 1 + np.cumsum(number[1:] != number[:-1])])
    if number.max() > count:
        raise ReadError(
            f"{name}: its records are of {number.max()} steps, {_STEPS} lists {count}. {AGAIN}."
        )
    found = {h: steps[h][number - 1] for h in ("cycle", "step index", "step type")}
    return {"step": number, **found}


def _channels(archive: Archive, notes: list[str]) -> dict[str, str]:
    """Say what each file of an auxiliary channel measures: its header, ``{}`` if it is not told."""
    files: dict[str, tuple[int, ...]] = {}
    for name in archive.members:
        match = _AUXILIARY.fullmatch(name)
        if match:
            files[name] = tuple(int(part) for part in match.groups() if part)
    if not files:
        return {}
    listed = [e.attrib for e in _test_info(archive, notes) if "aux" in e.tag.lower()]
    ordered = sorted(files, key=lambda name: files[name])
    channels: dict[str, str] = {}
    for place, name in enumerate(ordered):
        own = [
            c for c in listed
            if (c.get("RealChlID"), c.get("ChlType", "")[-1:], c.get("TypeID"))
            == tuple(str(part) for part in files[name])
        ]  # fmt: skip
        entry = own[0] if len(own) == 1 else {}
        if not entry and len(listed) == len(files):
            entry = listed[place]  # both stand in the order of the channels
        number = entry.get("AuxID", str(place + 1))
        channels[name] = _MEASURES.get(entry.get("ChlType", ""), "auxiliary {} (?)").format(number)
    return channels


def _test_info(archive: Archive, notes: list[str]) -> list[Element]:
    if "TestInfo.xml" not in archive:
        return []
    try:
        root = archive.xml("TestInfo.xml", "gb18030")
    except ReadError as error:
        notes.append(f"what the auxiliary channels measure is not told: {error}")
        return []
    found = root.find("config/TestInfo")
    return [] if found is None else [found, *found]


def _add_channel(columns: Columns, channel: Columns, name: str, header: str) -> None:
    """Join one auxiliary channel by the index of the record."""
    index = columns["index"]
    places, entries = _first_of_each(channel.pop("index"), index)
    number = re.sub(r"\D", "", header) or "1"
    for quantity, values in channel.items():
        if quantity == "?":
            title = header
        elif values.any():
            bare, _, unit = quantity.partition(" (")
            title = f"{bare} {number} ({unit}"
        else:
            continue  # a channel that measures one of two quantities writes 0 for the other
        column = np.full(len(index), np.nan)
        column[places] = values[entries]
        columns[title if title not in columns else f"{title} of {name}"] = column


def _facts(archive: Archive, checked: dict[int, bool]) -> dict[str, Any]:
    """Take what the XML tells about the test; the records do not depend on it."""
    facts: dict[str, Any] = {"ndc_versions": sorted(checked)}
    for file, at, wanted in (
        ("VersionInfo.xml", "config/ZwjVersion", _TESTER),
        ("TestInfo.xml", "config/TestInfo", _TEST),
    ):
        if file not in archive:
            continue
        try:
            found = archive.xml(file, "gb18030").find(at)
        except ReadError as error:
            facts.setdefault("damaged", []).append(str(error))
            continue
        if found is not None:
            facts |= {
                told: found.attrib[key] for key, told in wanted.items() if key in found.attrib
            }
    return facts


READER = Reader(
    name="neware_ndax",
    description="Neware BTS binary file (.ndax)",
    tester="Neware",
    recognises=_recognises,
    load=_load,
    columns=rules,
    suffixes=(".ndax",),
    finish=finish,
    known_by="a zip archive with data.ndc",
)
