"""What a search has to know about each column of a table of cells, worked out at first use."""

import re
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
    DATASET,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    HUB,
    KIND,
    MANUFACTURER,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    PROTOCOL,
    REPLICATE,
    SEGMENT,
    SPLIT,
    TITLE,
)
from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean

from .search_words import Texts, describe, is_number, row_text, spellings

# What free text looks at, beside the name of the cell.
_SEARCHED: Final = (
    HUB, DATASET, TITLE, SEGMENT, KIND, CATHODE, ANODE, NOMINAL_CAPACITY, FORM_FACTOR, CELL_MODEL,
    MANUFACTURER, AMBIENT_TEMPERATURE, CHARGING_C_RATE, DISCHARGING_C_RATE, PROTOCOL, BATCH, SPLIT,
    REPLICATE, BARCODE, ALSO_KNOWN_AS, OBJECTIVE,
)  # fmt: skip
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
        One row a cell, its index the names. It must not change.
    """

    def __init__(self, cells: pd.DataFrame) -> None:
        self.cells = cells
        self._codes: dict[str, tuple[NDArray[Any], list[Any]]] = {}
        self._frequencies: dict[str, NDArray[np.int64]] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        self._ranks: dict[str, NDArray[np.int64]] = {}
        self.word_mask = lru_cache(_REMEMBERED_WORDS)(self._find_word)

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
    def vocabulary(self) -> list[str]:
        """Words that occur in the texts of few distinct values, to suggest from."""
        found: dict[str, None] = {}
        for text in self._distinct[0]:
            text = text.lower()
            found.update(dict.fromkeys(re.findall(r"[a-z]{3,}", text)))
            found.update(dict.fromkeys(re.findall(r"\w[\w.+-]{2,}", text)))
            if len(found) > _KNOWN_WORDS:
                break
        return list(found)

    def _column(self, name: str) -> "pd.Series[Any]":
        if name not in self.cells.columns:
            raise UnknownNameError(
                f"The table of cells has no column {name!r}."
                f"{did_you_mean(name, map(str, self.cells.columns))}"
            )
        return self.cells[name]

    # --- text -------------------------------------------------------------------------------------
    def _find_word(self, word: str) -> NDArray[np.bool_]:
        """Return, for each row, whether a word occurs in it.

        Notes are read only for a word that nothing else holds: they speak of other cells too.
        """
        mask = np.zeros(len(self.cells), bool)
        for spelling in spellings(word):
            mask |= self._by_values(self._pool.find(spelling)) | self._rows.find(spelling)
        dataset, slash, native = word.partition("/")
        if slash and dataset:
            at_joint = self._by_values(self._pool.find(dataset + "/"))
            mask |= at_joint & self._rows.find("/" + native)
        if NOTE in self.cells.columns and not mask.any():
            hits = np.concatenate(([False], self._notes.find(word)))
            mask = hits.take(self.codes(NOTE)[0])
        if is_number(word) and not mask.any():
            mask = self._by_values(self._pool.find_prefix(word)) | self._rows.find_prefix(word)
        return mask

    def _by_values(self, hits: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Spread hits on distinct texts over the rows that hold them."""
        mask = np.zeros(len(self.cells), bool)
        for column, (start, stop) in self._distinct[1].items():
            if hits[start:stop].any():
                mask |= np.concatenate(([False], hits[start:stop])).take(self.codes(column)[0])
        return mask

    @cached_property
    def _by_row(self) -> list[str]:
        """Searched columns in which nearly every row says something else."""
        searched = [column for column in _SEARCHED if column in self.cells.columns]
        few = max(_FEW, len(self.cells) // 10)
        return [column for column in searched if len(self.codes(column)[1]) > few]

    @cached_property
    def _distinct(self) -> tuple[list[str], dict[str, tuple[int, int]]]:
        """Texts of the distinct values of all other columns, and where each column's stand."""
        texts: list[str] = []
        places = {}
        for column in _SEARCHED:
            if column in self.cells.columns and column not in self._by_row:
                start = len(texts)
                texts += [describe(column, value) for value in self.codes(column)[1]]
                places[column] = start, len(texts)
        return texts, places

    @cached_property
    def _pool(self) -> Texts:
        return Texts(self._distinct[0])

    @cached_property
    def _notes(self) -> Texts:
        return Texts([describe(NOTE, value) for value in self.codes(NOTE)[1]])

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
