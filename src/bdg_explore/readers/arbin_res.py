"""Arbin result files (``.res``): Microsoft Access databases of MITS Pro.

``Channel_Normal_Table`` holds the records, ``Global_Table`` the tests, ``Auxiliary_Table`` what
auxiliary channels measured at some of the records, ``Aux_Global_Data_Table`` what they are.

Current is signed, positive charges; A, V, Ah, Wh, s. The counters restart where the schedule says
so; their values tell. Dates are days since 1900 in the tester's local time, read as if UTC. A file
with several tests gets a column `cell` with the name of each, and ``read(..., cells=[...])``
chooses among them. Records are put in the order of test and data point. The database is read by
our own code (`_jet`).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.columns import (
    AC_INTERNAL_RESISTANCE,
    CELL,
    CURRENT,
    CYCLE,
    INTERNAL_RESISTANCE,
    RECORD,
    SCHEDULE_CHARGING_CAPACITY,
    SCHEDULE_CHARGING_ENERGY,
    SCHEDULE_DISCHARGING_CAPACITY,
    SCHEDULE_DISCHARGING_ENERGY,
    STEP_ID,
    STEP_TIME,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._arbin import finish
from ._archive import damage
from ._jet import MAGIC, Database
from ._reader import From, Raw, Reader, Request
from ._source import Head

_RECORDS: Final = "Channel_Normal_Table"
_TESTS: Final = "Global_Table"
_AUXILIARY: Final = "Auxiliary_Table"
_CHANNELS: Final = "Aux_Global_Data_Table"
_NEEDED: Final = ("Test_ID", "Data_Point", "Test_Time", "Current", "Voltage")
_FACTS: Final = ("Test_Name", "Schedule_File_Name", "Channel_Index", "Software_Version",
                 "Serial_Number", "Item_ID", "Comments")  # fmt: skip
# What auxiliary channels measure, by Data_Type; others are listed as unmapped.
_MEASURES: Final = {0: "auxiliary_voltage_{}_volt", 1: "temperature_t{}_celsius"}
_DAY: Final = 86_400.0
_UNIX_DAY: Final = 25_569
_FIRST_BYTES: Final = 20

Columns = dict[str, npt.NDArray[Any]]


def _recognises(head: Head) -> bool:
    # The names of the tables stand far behind the head: that it is Arbin's shows when it is read.
    return head.raw[:_FIRST_BYTES].startswith(MAGIC)


def _load(request: Request) -> Raw:
    source = request.source
    notes: list[str] = []
    facts: dict[str, Any] = {}
    with damage(source, "Access database"):
        base = Database(source.content(), source)
        if _RECORDS not in base.tables:
            raise ReadError(
                f"{source.name} is an Access database without the table {_RECORDS} of Arbin's "
                f"results; it has {', '.join(base.tables)}."
            )
        columns = base.read(_RECORDS)
        missing = [name for name in _NEEDED if name not in columns]
        if missing:
            raise ReadError(f"{source.name}: {_RECORDS} has no column {', '.join(missing)}.")
        rows = len(columns["Test_ID"])
        if rows == 0:
            raise ReadError(f"{source.name} has no records: the test was not begun.")
        stated = base.stated_rows(_RECORDS)
        if stated != rows:
            notes.append(f"{_RECORDS} says that it has {stated} rows and has {rows}")
        columns = _in_order(columns, notes)
        tests = base.read(_TESTS) if _TESTS in base.tables else {}
        _name_tests(columns, tests, notes, facts)
        if _AUXILIARY in base.tables:
            channels = base.read(_CHANNELS) if _CHANNELS in base.tables else {}
            _add_channels(columns, base.read(_AUXILIARY), channels, notes)
    notes.append("dates: the tester's local time, its zone not stated; read as if UTC")
    headers = tuple(columns)
    plan = request.plan(headers)
    return Raw(plan, [columns[w.header] for w in plan], headers, rows, notes=notes, facts=facts)


def _in_order(columns: Columns, notes: list[str]) -> Columns:
    test, point = columns["Test_ID"], columns["Data_Point"]
    step = np.diff(point)[np.diff(test) == 0]
    if (np.diff(test) >= 0).all() and (step > 0).all():
        return columns
    notes.append("the records stand in another order than their data points; put in order")
    order = np.lexsort((point, test))
    return {name: values[order] for name, values in columns.items()}


def _name_tests(columns: Columns, tests: Columns, notes: list[str], facts: dict[str, Any]) -> None:
    """Add the column of cells if there are several tests, and tell what is known of one."""
    numbers = np.unique(columns["Test_ID"])
    known = [float(n) for n in tests.get("Test_ID", np.empty(0))]
    if len(numbers) == 1:
        place = known.index(float(numbers[0])) if float(numbers[0]) in known else None
        if place is not None:
            told = {name: tests[name][place] for name in _FACTS if name in tests}
            facts |= {name.lower(): _plain(value) for name, value in told.items() if value != ""}
        return
    names = []
    for number in numbers.tolist():
        place = known.index(float(number)) if float(number) in known else -1
        title = str(tests["Test_Name"][place]) if place >= 0 and "Test_Name" in tests else ""
        names.append(title or f"test {number:g}")
    names = [
        f"{name} (test {number:g})" if names.count(name) > 1 else name
        for name, number in zip(names, numbers.tolist(), strict=True)
    ]
    columns[CELL] = np.array(names, dtype=object)[np.searchsorted(numbers, columns["Test_ID"])]
    notes.append(f"{len(numbers)} tests in one file, told apart by {CELL}; choose with cells=[...]")


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _add_channels(columns: Columns, measured: Columns, channels: Columns, notes: list[str]) -> None:
    """Join auxiliary channels by test and data point; records without a value get none."""
    needed = ("Test_ID", "Data_Point", "Auxiliary_Index", "Data_Type", "X")
    if any(name not in measured for name in needed) or not len(measured["X"]):
        return
    test, point, index, kind, value = (measured[name] for name in needed)
    key = _key(columns["Test_ID"], columns["Data_Point"])
    wanted = _key(test, point)
    place = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    fits = key[place] == wanted
    names = channels.get("Nickname", np.empty(0, object)).tolist()
    for sort, number in np.unique(np.stack([kind, index]), axis=1).T.tolist():
        chosen = fits & (kind == sort) & (index == number)
        header = _MEASURES.get(int(sort), f"auxiliary type {sort:g} channel {{}}")
        column = np.full(len(key), np.nan)
        column[place[chosen]] = value[chosen]
        columns[header.format(int(number) + 1)] = column
    if not fits.all():
        notes.append(f"{int((~fits).sum())} auxiliary values belong to no record; left out")
    told = f" (named {', '.join(map(str, names[:8]))})" if any(names) else ""
    notes.append(
        f"auxiliary channels{told}: numbered from 1; unverified layout, never compared with a file"
    )


def _key(test: npt.NDArray[Any], point: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    key: npt.NDArray[np.float64] = test.astype(np.float64) * 2.0**32 + point
    return key


READER = Reader(
    name="arbin_res",
    description="Arbin result file, the database of MITS Pro (.res)",
    tester="Arbin",
    recognises=_recognises,
    load=_load,
    columns={
        CELL: From(CELL),
        RECORD: From("Data_Point"),
        TEST_TIME: From("Test_Time"),
        UNIX_TIME: From("DateTime", _DAY, -_UNIX_DAY * _DAY),
        STEP_TIME: From("Step_Time"),
        STEP_ID: From("Step_Index"),
        CYCLE: From("Cycle_Index"),
        CURRENT: From("Current"),
        VOLTAGE: From("Voltage"),
        SCHEDULE_CHARGING_CAPACITY: From("Charge_Capacity"),
        SCHEDULE_DISCHARGING_CAPACITY: From("Discharge_Capacity"),
        SCHEDULE_CHARGING_ENERGY: From("Charge_Energy"),
        SCHEDULE_DISCHARGING_ENERGY: From("Discharge_Energy"),
        INTERNAL_RESISTANCE: From("Internal_Resistance"),
        AC_INTERNAL_RESISTANCE: From("AC_Impedance"),
        **{
            name.format(i): From(name.format(i))
            for name in _MEASURES.values()
            for i in range(1, 65)
        },
    },
    suffixes=(".res",),
    finish=finish,
    known_by="an Access database with Channel_Normal_Table",
)
