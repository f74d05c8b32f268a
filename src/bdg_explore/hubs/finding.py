"""Rows that meet words and conditions, the best first, and warnings about what was done."""

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from bdg_explore.errors import SearchWarning

from .filters import apply_filters, meets
from .search.answer import Answer, told_unlisted
from .search.index import CellIndex

_TO_THE_CALLER = 4  # frames between a warning here and who called `Hubs.find`


def cells_found(index: CellIndex, text: str, filters: Mapping[str, Any]) -> pd.DataFrame:
    """Return the cells that `Hubs.find` returns."""
    if not text.strip():
        return apply_filters(index.cells, filters)
    found = _rows(index.cells, index.ask(text, within=meets(index.cells, filters)))
    unlisted = index.datasets.unlisted(text) if index.datasets and not filters else []
    found.attrs["datasets"] = unlisted
    if found.empty and unlisted:
        instead = told_unlisted(unlisted, beside=False)
        warnings.warn(
            f"No cell matches. {instead} hubs.find_datasets({text!r}) shows them.",
            SearchWarning,
            stacklevel=_TO_THE_CALLER - 1,
        )
    return found


def datasets_found(
    index: CellIndex, datasets: pd.DataFrame, text: str, filters: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the data sets that `Hubs.find_datasets` returns."""
    if not text.strip() or index.datasets is None:
        return apply_filters(datasets, filters)
    return _rows(datasets, index.datasets.ask(text, within=meets(datasets, filters)))


def _rows(table: pd.DataFrame, answer: Answer) -> pd.DataFrame:
    found = table.iloc[answer.positions]
    found.attrs["understood"] = {one.typed: one.meaning for one in answer.words}
    if answer.told:
        warnings.warn(" ".join(answer.told), SearchWarning, stacklevel=_TO_THE_CALLER)
    return found
