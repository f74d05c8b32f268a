"""Columns of one's own in the table of cycles."""

import numpy as np
import pandas as pd
import pytest
from made_records import cc_cycles

from bdg_explore.analysis import summarize_cycles
from bdg_explore.columns import CELL, CURRENT, CYCLE, CYCLE_DISCHARGING_CAPACITY, TEST_TIME, VOLTAGE
from bdg_explore.errors import ParameterError


def test_a_function_of_the_records_of_a_cycle():
    records = cc_cycles(3).assign(pressure=np.arange(3 * 722.0))
    seen: list[pd.DataFrame] = []

    def widest(cycle: pd.DataFrame) -> float:
        seen.append(cycle)
        return cycle["pressure"].max() - cycle["pressure"].min()

    summary = summarize_cycles(records, extra={"pressure_range": widest})
    assert summary["pressure_range"].tolist() == [721.0] * 3
    assert [c[CYCLE].unique().tolist() for c in seen] == [[1], [2], [3]]
    assert all(c.index[0] == 0 and list(c.columns) == list(records.columns) for c in seen)


def test_a_function_of_the_summary_sees_the_columns_before_it():
    summary = summarize_cycles(
        cc_cycles(3, fade=0.1),
        extra={"most": lambda cycle: cycle[VOLTAGE].max()},
        derived={
            "loss": lambda cycles: -cycles[CYCLE_DISCHARGING_CAPACITY].diff(),
            "one": lambda cycles: len(cycles),
            "array": lambda cycles: cycles["most"].to_numpy() * 2,
        },
    )
    assert summary["loss"].tolist()[1:] == pytest.approx([0.1, 0.1])
    assert summary["one"].tolist() == [3, 3, 3]
    assert summary["array"].tolist() == [8.0, 8.0, 8.0]


def test_each_cell_has_its_own_records_wherever_they_stand():
    a, b = cc_cycles(2).assign(**{CELL: "a"}), cc_cycles(2).assign(**{CELL: "b"})
    b[CURRENT] *= 2
    mixed = pd.concat([b, a]).sort_values(TEST_TIME, kind="stable")
    mixed.index = np.arange(len(mixed))[::-1]
    summary = summarize_cycles(mixed, extra={"most": lambda cycle: cycle[CURRENT].max()})
    assert summary[[CELL, CYCLE, "most"]].to_numpy().tolist() == [
        ["b", 1, 2.0],
        ["b", 2, 2.0],
        ["a", 1, 1.0],
        ["a", 2, 1.0],
    ]


def test_records_without_numbers_of_cycles_get_them():
    records = cc_cycles(2).drop(columns=CYCLE)
    summary = summarize_cycles(records, extra={"number": lambda cycle: cycle[CYCLE].iloc[0]})
    assert summary["number"].tolist() == summary[CYCLE].tolist()


def test_what_a_function_does_to_its_records_stays_with_it():
    records = cc_cycles(2)
    before = records.copy(deep=True)

    def spoils(cycle: pd.DataFrame) -> float:
        cycle[VOLTAGE] = 0.0
        return 1.0

    def spoils_table(cycles: pd.DataFrame) -> int:
        cycles[CYCLE] = 0
        return 1

    summary = summarize_cycles(
        records,
        extra={"a": spoils, "b": lambda cycle: cycle[VOLTAGE].max()},
        derived={"c": spoils_table},
    )
    pd.testing.assert_frame_equal(records, before)
    assert summary["b"].tolist() == [4.0, 4.0]
    assert summary[CYCLE].tolist() == [1, 2]


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA])
def test_a_function_may_have_nothing_to_say(nothing):
    summary = summarize_cycles(cc_cycles(1), extra={"a": lambda cycle: nothing})
    assert np.isnan(summary["a"][0])


def fails_late(cycle: pd.DataFrame) -> float:
    return 1 / (2 - int(cycle[CYCLE].iloc[0]))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"extra": {"mine": fails_late}}, r"'mine' \(fails_late\) failed on cycle 2.*ZeroDivision"),
        ({"extra": {"mine": lambda c: "high"}}, "'mine' returned str for cycle 1"),
        ({"extra": {"mine": lambda c: c}}, "'mine' returned DataFrame for cycle 1"),
        ({"extra": {CYCLE: len}}, "has a column cycle_count already"),
        ({"extra": {"mine": "max"}}, "'mine' needs a function, not str"),
        ({"extra": {"mine": len}, "derived": {"mine": len}}, "has a column mine already"),
        ({"derived": {"mine": lambda c: c["nothing"]}}, "'mine'.*failed on a table of 2 cycles"),
        ({"derived": {"mine": lambda c: [1, 2, 3]}}, "returned 3 values for 2 cycles"),
        ({"derived": {"mine": lambda c: pd.Series([1, 2], index=[5, 6])}}, "another index"),
    ],
)
def test_a_function_that_does_not_do_is_named(arguments, says):
    with pytest.raises(ParameterError, match=says):
        summarize_cycles(cc_cycles(2), **arguments)


def test_an_error_names_the_cell_too():
    records = cc_cycles(2).assign(**{CELL: "x-7"})
    with pytest.raises(ParameterError, match="cycle 2 of cell 'x-7'"):
        summarize_cycles(records, extra={"mine": fails_late})


def test_no_records_call_nothing():
    empty = cc_cycles(1).iloc[:0]
    summary = summarize_cycles(empty, extra={"a": fails_late}, derived={"b": lambda c: len(c)})
    assert (len(summary), {"a", "b"} <= set(summary.columns)) == (0, True)
