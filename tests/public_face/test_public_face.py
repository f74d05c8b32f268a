"""What holds of the whole public face: it edits nothing, and sees only what is meant.

Every public function that takes a table is tried (see `examples`): on copies that are compared
afterwards, with other labels on the rows, other types of text, cells in another order, a clock that
began elsewhere, and a cell of another size.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bdg_explore as bdg
from bdg_explore import analysis, curation, views
from bdg_explore.columns import (
    CELL,
    COLUMNS,
    TEST_TIME,
    UNIX_TIME,
)

from .examples import EXAMPLES, Tables
from .made_frames import CELLS, TIMED, WITHOUT_CELLS, made

ROOMS = {"analysis": analysis, "curation": curation, "views": views}
NUMBERS = [name for name, example in EXAMPLES.items() if example.numbers]
BY_CELL = [name for name in NUMBERS if not WITHOUT_CELLS & set(EXAMPLES[name].uses)]
WITH_A_CLOCK = [name for name in NUMBERS if TIMED & set(EXAMPLES[name].uses)]
# How a quantity grows with the size of a cell: by its unit.
GROWS = {
    **dict.fromkeys(("A", "W", "Ah", "Wh", "Ah/V", "Ah/cycle", "F"), 1),
    **dict.fromkeys(("Ω", "V/Ah", "H"), -1),
}
SHIFTS = {"log10(Ah)": 1, "log10(Ah²)": 2}
# Parameters of circuits are named after their elements.
ELEMENT = re.compile(r"[A-Z][A-Za-z]*\d+_(ohm|farad|henry|coefficient|second)\w*")
ELEMENT_UNITS = {"ohm": "Ω", "farad": "F", "henry": "H", "second": "s"}


def _takes_a_table(function: Any) -> bool:
    return inspect.isfunction(function) and any(
        "DataFrame" in str(one.annotation) and one.default is inspect.Parameter.empty
        for one in inspect.signature(function).parameters.values()
    )


def _unit(column: str) -> str:
    if column in COLUMNS:
        return COLUMNS[column].unit
    element = ELEMENT.fullmatch(column)
    return ELEMENT_UNITS.get(element[1], "") if element else ""


def _used(name: str) -> dict[str, pd.DataFrame]:
    return {use: made(use).copy(deep=True) for use in EXAMPLES[name].uses}


def _run(name: str, tables: Tables, scale: float = 1.0) -> list[pd.DataFrame]:
    return [*_tables(EXAMPLES[name].call(tables, scale))]


def _tables(result: Any) -> Iterator[pd.DataFrame]:
    """Yield the tables of a result, a named index among their columns."""
    if isinstance(result, pd.Series):
        yield result.to_frame(result.name or "value")
    elif isinstance(result, pd.DataFrame):
        yield result.reset_index() if result.index.name else result
    else:
        for part in result:
            yield from _tables(part)


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose labels of cells are plain text, in the order of its cells."""
    if CELL in table.columns:
        table = table.assign(**{CELL: table[CELL].astype(object)})
        return table.sort_values(CELL, kind="stable", ignore_index=True)
    return table.sort_index()


def _difference(
    found: list[pd.DataFrame],
    wanted: list[pd.DataFrame],
    rtol: float = 1e-9,
    atol: float = 1e-12,
) -> str:
    """Say in what the tables differ; empty if they are the same."""
    if len(found) != len(wanted):
        return f"{len(found)} tables, not {len(wanted)}"
    for one, other in zip(found, wanted, strict=True):
        try:
            pd.testing.assert_frame_equal(
                _plain(one), _plain(other), rtol=rtol, atol=atol, check_column_type=False
            )
        except AssertionError as error:
            return str(error)
    return ""


def test_every_public_function_is_tried() -> None:
    public = {
        f"{room}.{name}"
        for room, module in ROOMS.items()
        for name in module.__all__
        if _takes_a_table(getattr(module, name))
    }
    assert public == set(EXAMPLES)


def test_functions_at_the_top_are_those_of_the_rooms() -> None:
    at_top = {name for name in bdg.__all__ if inspect.isfunction(getattr(bdg, name))}
    tried = {name.split(".")[1] for name in EXAMPLES}
    assert at_top - tried == {"catalog_path", "formats", "open_hubs", "read"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_nothing_edits_its_input(name: str) -> None:
    tables, before = _used(name), _used(name)
    for table in tables.values():
        table.attrs["mine"] = {"kept": [1, 2]}
    EXAMPLES[name].call(tables, 1.0)
    for use, table in tables.items():
        pd.testing.assert_frame_equal(table, before[use], check_exact=True)
        assert table.attrs == before[use].attrs | {"mine": {"kept": [1, 2]}}


@pytest.mark.parametrize("name", NUMBERS)
def test_columns_are_those_of_the_vocabulary(name: str) -> None:
    for table in _run(name, _used(name)):
        unknown = {str(c) for c in table.columns} - set(COLUMNS)
        assert {c for c in unknown if not ELEMENT.fullmatch(c)} == set()


@pytest.mark.parametrize("labels", ["text", "all the same"])
@pytest.mark.parametrize("name", NUMBERS)
def test_labels_of_rows_do_not_matter(name: str, labels: str) -> None:
    tables = _used(name)
    for table in tables.values():
        table.index = pd.Index(
            [f"r{k}" for k in range(len(table))][::-1] if labels == "text" else [7] * len(table)
        )
    found = [table.reset_index(drop=True) for table in _run(name, tables)]
    wanted = [table.reset_index(drop=True) for table in _run(name, _used(name))]
    assert _difference(found, wanted) == ""


@pytest.mark.parametrize("kind", ["object", "category", "string[python]", "string[pyarrow]"])
@pytest.mark.parametrize("name", BY_CELL)
def test_type_of_text_does_not_matter(name: str, kind: str) -> None:
    tables = {use: t.assign(**{CELL: t[CELL].astype(kind)}) for use, t in _used(name).items()}
    assert _difference(_run(name, tables), _run(name, _used(name))) == ""


@pytest.mark.parametrize("order", ["last first", "in turns"])
@pytest.mark.parametrize("name", BY_CELL)
def test_order_of_cells_does_not_matter(name: str, order: str) -> None:
    tables = _used(name)
    for use, table in tables.items():
        if order == "last first":
            parts = [table[table[CELL] == cell] for cell in reversed(CELLS)]
            tables[use] = pd.concat(parts)
        else:
            turn = table.groupby(CELL, observed=True).cumcount()
            tables[use] = table.iloc[np.argsort(turn.to_numpy(), kind="stable")]
    assert _difference(_run(name, tables), _run(name, _used(name))) == ""


@pytest.mark.parametrize("name", WITH_A_CLOCK)
@settings(max_examples=3)
@given(shift=st.integers(-(10**6), 10**8))
def test_the_clock_may_begin_anywhere(name: str, shift: int) -> None:
    tables = _used(name)
    for table in tables.values():
        for clock in {TEST_TIME, UNIX_TIME} & set(table.columns):
            table[clock] += shift
    found = _run(name, tables)
    for table in found:
        for clock in [c for c in table.columns if str(c).endswith(("test_time_second", UNIX_TIME))]:
            table[clock] -= shift
    assert _difference(found, _run(name, _used(name)), rtol=1e-6) == ""


@pytest.mark.parametrize("name", NUMBERS)
@settings(max_examples=3)
@given(size=st.floats(0.02, 50.0))
def test_numbers_grow_with_the_cell(name: str, size: float) -> None:
    def grown(table: pd.DataFrame) -> pd.DataFrame:
        units = {c: _unit(str(c)) for c in table.columns}
        return table.assign(
            **{c: table[c] * size ** GROWS[unit] for c, unit in units.items() if unit in GROWS},
            **{
                c: table[c] + SHIFTS[unit] * np.log10(size)
                for c, unit in units.items()
                if unit in SHIFTS
            },
        )

    tables = {use: grown(table) for use, table in _used(name).items()}
    wanted = [grown(table) for table in _run(name, _used(name))]
    assert _difference(_run(name, tables, size), wanted, rtol=1e-6, atol=1e-9) == ""
