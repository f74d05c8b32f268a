"""What a search has to know about each column of a table, worked out at first use."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bdg_explore.columns import (
    ALSO_KNOWN_AS,
    AMBIENT_TEMPERATURE,
    ANODE,
    BARCODE,
    BATCH,
    CATHODE,
    CELL_MODEL,
    CHARGING_C_RATE,
    CITATION,
    CONTACT,
    DATASET,
    DISCHARGING_C_RATE,
    DOI,
    FORM_FACTOR,
    HUB,
    KIND,
    LICENCE,
    MANUFACTURER,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    PROTOCOL,
    REPLICATE,
    SEGMENT,
    SPLIT,
    TEST_EQUIPMENT,
    TITLE,
)
from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean
from bdg_explore.metadata.synonyms import folded

from .spelling import count_words
from .terms import Term
from .units import Reading
from .words import (
    EXACT,
    NOTHING,
    PART,
    REMARK,
    Grades,
    Texts,
    describe,
    is_number,
    is_short,
    row_text,
    spellings,
)

# What words look at, beside the name of the row.
FIELDS: Final = (
    HUB, DATASET, TITLE, SEGMENT, KIND, CATHODE, ANODE, NOMINAL_CAPACITY, FORM_FACTOR, CELL_MODEL,
    MANUFACTURER, AMBIENT_TEMPERATURE, CHARGING_C_RATE, DISCHARGING_C_RATE, PROTOCOL, BATCH, SPLIT,
    REPLICATE, BARCODE, ALSO_KNOWN_AS, OBJECTIVE, TEST_EQUIPMENT, LICENCE, DOI,
)  # fmt: skip
# What speaks of other cells too, and so counts only for a word that no field holds.
REMARKS: Final = (NOTE, CITATION, CONTACT)
_REMEMBERED_WORDS: Final = 32
_KNOWN_WORDS: Final = 5_000
# A column with more distinct texts than this, and than a tenth of the rows, is kept row by row.
_FEW: Final = 4_096


class SearchColumns:
    """Codes, numbers, ranks and texts of the columns of one table.

    Safe to share between threads: it is only ever added to, and always the same values.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, or a data set, its index the names. It must not change.
    fields : tuple of str
        Columns that words look at.
    """

    def __init__(self, cells: pd.DataFrame, fields: tuple[str, ...] = FIELDS) -> None:
        self.cells = cells
        self._fields = tuple(column for column in fields if column in cells.columns)
        self._codes: dict[str, tuple[NDArray[Any], list[Any]]] = {}
        self._frequencies: dict[str, NDArray[np.int64]] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._ranks: dict[str, NDArray[np.int64]] = {}
        self.grades = lru_cache(_REMEMBERED_WORDS)(self._find)
        self.grades_of_reading = lru_cache(_REMEMBERED_WORDS)(self._find_reading)

    def codes(self, column: str) -> tuple[NDArray[Any], list[Any]]:
        """Return a code a row, 0 for unknown, and the values of the codes 1, 2, ..."""
        if column not in self._codes:
            codes, values = pd.factorize(self._column(column))
            small = np.min_scalar_type(len(values) + 1)
            self._codes[column] = (codes + 1).astype(small), values.tolist()
        return self._codes[column]

    def frequencies(self, column: str) -> NDArray[np.int64]:
        """Return how many rows of the whole table hold each code."""
        if column not in self._frequencies:
            codes, values = self.codes(column)
            self._frequencies[column] = np.bincount(codes, minlength=len(values) + 1)
        return self._frequencies[column]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column as floats, NaN where unknown.

        Raises
        ------
        ParameterError
            The column holds no numbers.
        """
        if column not in self._numbers:
            series = self._column(column)
            if not pd.api.types.is_numeric_dtype(series) and series.notna().any():
                raise ParameterError(
                    f"{column} holds no numbers, so it has no range; "
                    f"give the values that will do as a list: {column}=[...]."
                )
            self._numbers[column] = pd.to_numeric(series).to_numpy(float, na_value=np.nan)
        return self._numbers[column]

    def rank(self, column: str) -> NDArray[np.int64]:
        """Return where each row stands when sorted by a column; the table's length if unknown."""
        if column not in self._ranks:
            values = self.cells.index if column == self.cells.index.name else self._column(column)
            codes = pd.factorize(values, sort=True)[0]
            self._ranks[column] = np.where(codes < 0, len(self.cells), codes)
        return self._ranks[column]

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Words of the texts of few distinct values and how often they occur, to suggest from."""
        return count_words(map(folded, self._distinct[0]), _KNOWN_WORDS)

    @property
    def nbytes(self) -> int:
        """Memory that is held beside the table, as far as anything was worked out [bytes]."""
        arrays = [codes for codes, _ in self._codes.values()]
        arrays += [*self._numbers.values(), *self._ranks.values()]
        texts = [getattr(self, name) for name in ("_pool", "_rows") if name in self.__dict__]
        return sum(one.nbytes for one in (*arrays, *texts))

    def _column(self, name: str) -> "pd.Series[Any]":
        if name not in self.cells.columns:
            raise UnknownNameError(
                f"The table of cells has no column {name!r}."
                f"{did_you_mean(name, map(str, self.cells.columns))}"
            )
        return self.cells[name]

    # --- text -------------------------------------------------------------------------------------
    def _find(self, term: Term) -> Grades:
        """Return, for each row, how well it fits a word or a phrase.

        What was typed is looked for everywhere, its other names only in fields that describe.
        """
        grades = np.zeros(len(self.cells), np.uint8)
        short = not term.exactly and bool(term.names) and is_short(term.text)
        for spelling in spellings(term.text):
            self._by_values(self._pool.grades(spelling, whole=short), grades)
            np.maximum(grades, self._rows.grades(spelling, whole=short), out=grades)
        for name in term.names:
            if name != term.text:
                self._by_values(self._pool.grades(name, whole=True), grades)
        dataset, slash, native = term.text.partition("/")
        if slash and dataset and native:
            at_joint = np.zeros(len(self.cells), np.uint8)
            self._by_values(self._pool.grades(dataset + "/"), at_joint)
            named = self._rows.grades("/" + native)
            np.maximum(grades, np.where(at_joint > 0, named, NOTHING), out=grades)
        if not grades.any():
            self._in_remarks(term.text, grades)
        if is_number(term.text) and not grades.any():
            self._by_values(self._pool.grades_of_prefix(term.text), grades)
            np.maximum(grades, self._rows.grades_of_prefix(term.text), out=grades)
        return grades

    def _find_reading(self, reading: Reading, *, near: bool = False) -> Grades:
        """Return, for each row, how well it fits a quantity.

        A number in a column decides; where the columns know nothing, text that says so will do.
        `near` takes what lies about there as well.
        """
        grades = np.zeros(len(self.cells), np.uint8)
        off = max(1e-9, 1e-6 * max(abs(x) for x in (reading.low, reading.high) if np.isfinite(x)))
        off = max(off, reading.near) if near else off
        unknown = np.zeros(len(self.cells), bool)
        for column in reading.columns:
            if column not in self.cells.columns:
                unknown[:] = True
                continue
            numbers = self.numbers(column)
            hit = (numbers >= reading.low - off) & (numbers <= reading.high + off)
            np.maximum(grades, hit * np.uint8(EXACT), out=grades)
            unknown |= np.isnan(numbers)
        if unknown.any():
            told = np.zeros(len(self.cells), np.uint8)
            for number, units in reading.written:
                self._by_values(self._pool.grades_of_number(number, units), told)
                np.maximum(told, self._rows.grades_of_number(number, units), out=told)
            told[~unknown] = NOTHING
            np.maximum(grades, np.minimum(told, PART), out=grades)
        return grades

    def _in_remarks(self, word: str, grades: Grades) -> None:
        for column, texts in self._remarks.items():
            hits = np.minimum(texts.grades(word), REMARK)
            np.maximum(grades, np.append(np.uint8(0), hits)[self.codes(column)[0]], out=grades)

    def _by_values(self, hits: Grades, grades: Grades) -> None:
        """Spread how well distinct texts fit over the rows that hold them."""
        for column, (start, stop) in self._distinct[1].items():
            if hits[start:stop].any():
                of_code = np.concatenate(([np.uint8(0)], hits[start:stop]))
                np.maximum(grades, of_code.take(self.codes(column)[0]), out=grades)

    @cached_property
    def _by_row(self) -> list[str]:
        """Searched columns in which nearly every row says something else."""
        few = max(_FEW, len(self.cells) // 10)
        return [column for column in self._fields if len(self.codes(column)[1]) > few]

    @cached_property
    def _distinct(self) -> tuple[list[str], dict[str, tuple[int, int]]]:
        """Texts of the distinct values of all other columns, and where each column's stand."""
        texts: list[str] = []
        places = {}
        for column in self._fields:
            if column not in self._by_row:
                start = len(texts)
                texts += [describe(column, value) for value in self.codes(column)[1]]
                places[column] = start, len(texts)
        return texts, places

    @cached_property
    def _pool(self) -> Texts:
        return Texts(self._distinct[0])

    @cached_property
    def _remarks(self) -> dict[str, Texts]:
        return {
            column: Texts([describe(column, value) for value in self.codes(column)[1]])
            for column in REMARKS
            if column in self.cells.columns
        }

    @cached_property
    def _rows(self) -> Texts:
        """The cells' own names without their data set, and what else differs row by row."""
        parts: list[Sequence[str]] = [self._native_names()]
        for column in self._by_row:
            codes, values = self.codes(column)
            texts = np.array(["", *(describe(column, value) for value in values)], dtype=object)
            parts.append(texts[codes].tolist())
        return Texts(list(map(row_text, zip(*parts, strict=True))))

    def _native_names(self) -> list[str]:
        names = [str(name) for name in self.cells.index.tolist()]
        if DATASET not in self.cells.columns:
            return names
        codes, values = self.codes(DATASET)
        heads = np.array(["", *(f"{value}/" for value in values)], dtype=object)
        return [
            name[len(head) - 1 :] if head and name.startswith(head) else f"/{name}"
            for name, head in zip(names, heads[codes].tolist(), strict=True)
        ]
