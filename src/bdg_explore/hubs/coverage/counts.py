"""Counts over the rows of `coverage.overview`: by value, by field, by hub, by FAIR indicator."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from bdg_explore.columns import CATHODE, HUB
from bdg_explore.errors import ParameterError, did_you_mean
from bdg_explore.metadata import Indicator

from ..collection import Hubs
from ..metadata_record import fair_of
from .rows import (
    ANSWERS,
    DEMO,
    FAIR_SCORE,
    FAMILIES,
    FIELDS,
    IS_DEMO,
    SEVERAL,
    STATES,
    indicator,
    state,
)


def counted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count data sets by the values of a column, and by how well those are known.

    Parameters
    ----------
    rows : DataFrame
        `overview`, or some of its rows.
    by : str
        A column of it; `chemistry_families` counts a data set in each of its families.

    Returns
    -------
    DataFrame
        `value` (None where unknown), `state` (one of `STATES`, or `demo`) and `datasets`; values
        in the order of their data sets, most first, unknown last.

    Raises
    ------
    ParameterError
        The table has no such column.
    """
    if by not in rows.columns:
        raise ParameterError(
            f"The overview has no column {by!r}.{did_you_mean(by, map(str, rows.columns))}"
        )
    origin = CATHODE if by == FAMILIES else by
    told = rows[state(origin)] if state(origin) in rows.columns else _known(rows[by])
    value = rows[by].map(lambda text: parts(by, text))
    table = pd.DataFrame({"value": value, "state": told.mask(rows[IS_DEMO], DEMO)})
    table = table.explode("value")
    table["value"] = table["value"].astype(object).where(table["value"].notna(), None)
    counts = (
        table.groupby(["value", "state"], dropna=False, sort=False)
        .size()
        .reset_index(name="datasets")
    )
    counts["value"] = counts["value"].astype(object).where(counts["value"].notna(), None)
    total = counts.groupby("value", dropna=False)["datasets"].transform("sum")
    order = {name: at for at, name in enumerate((*STATES, DEMO))}
    return (
        counts.assign(
            unknown=counts["value"].isna(), total=-total, place=counts["state"].map(order)
        )
        .sort_values(["unknown", "total", "value", "place"])
        .drop(columns=["unknown", "total", "place"])
        .reset_index(drop=True)
    )


def _known(values: "pd.Series[Any]") -> "pd.Series[Any]":
    return values.notna().map({True: "known", False: "unknown"})


def parts(by: str, text: Any) -> list[Any]:
    """Return the values that one text of a column holds; [None] where it is unknown."""
    if pd.isna(text):
        return [None]
    return str(text).split(SEVERAL[by]) if by in SEVERAL else [text]


def holding(rows: pd.DataFrame, by: str, values: Iterable[Any]) -> list[Any]:
    """Return the texts of a column that hold any of some values; None stands for unknown."""
    wanted = set(values)
    texts = [None if pd.isna(one) else one for one in rows[by].unique()]
    return [one for one in texts if wanted & set(parts(by, one))]


def completeness(rows: pd.DataFrame) -> pd.DataFrame:
    """Count, for each primary field, in how many data sets it is known, unverified, unknown.

    Parameters
    ----------
    rows : DataFrame
        `overview`, or some of its rows; the demo is left out.

    Returns
    -------
    DataFrame
        `value` (the field), `state` and `datasets`, in the order of Table S1.
    """
    return _answers(rows, {state(field): field for field in FIELDS}, STATES)


def completeness_by_hub(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, for each hub and primary field, the share of its data sets that state the field.

    Returns
    -------
    DataFrame
        `hub`, `field`, `stated` and `verified` [0-1], and `datasets`; the best described first.
    """
    parts = []
    for hub, group in rows[~rows[IS_DEMO]].groupby(HUB, sort=False):
        for field in FIELDS:
            told = group[state(field)]
            parts.append({
                "hub": hub, "field": field, "stated": float((told != "unknown").mean()),
                "verified": float((told == "known").mean()), "datasets": len(group),
            })  # fmt: skip
    table = pd.DataFrame(parts, columns=["hub", "field", "stated", "verified", "datasets"])
    mean = table.groupby("hub")["stated"].transform("mean")
    return table.assign(mean=-mean).sort_values(["mean", "hub"], kind="stable").drop(columns="mean")


def score_by_hub(rows: pd.DataFrame) -> pd.DataFrame:
    """Return, for each hub, the mean share of primary fields stated and verified.

    Returns
    -------
    DataFrame
        `hub`, `stated` and `verified` [0-1], and `datasets`; the best described first.
    """
    table = completeness_by_hub(rows).groupby("hub", sort=False)
    return table[["stated", "verified", "datasets"]].mean().reset_index()


def fair_counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Count, for each FAIR indicator, in how many data sets it is true, partial, false.

    Parameters
    ----------
    rows : DataFrame
        `overview`, or some of its rows; the demo is left out.

    Returns
    -------
    DataFrame
        `value` (the indicator), `state` (one of `ANSWERS`) and `datasets`.
    """
    start = indicator("")
    names = [name for name in rows.columns if name.startswith(start) and name != FAIR_SCORE]
    return _answers(rows, {name: name.removeprefix(start) for name in names}, ANSWERS)


def _answers(
    rows: pd.DataFrame, columns: Mapping[str, str], answers: Sequence[str]
) -> pd.DataFrame:
    """Count each answer in each column, over all data sets but the demo."""
    world = rows[~rows[IS_DEMO]]
    return pd.DataFrame(
        [
            {"value": value, "state": one, "datasets": int((world[name] == one).sum())}
            for name, value in columns.items()
            for one in answers
        ]
    )


def fair_answers(hubs: Hubs) -> pd.DataFrame:
    """Return every FAIR indicator of every data set, with its reason.

    Returns
    -------
    DataFrame
        `dataset`, `indicator`, `asks`, `value` (True, False or "partial") and `reason`.
    """
    rows = [
        {"dataset": name, **_answer(one)}
        for name in map(str, hubs.datasets.index)
        for one in fair_of(hubs.dataset(name))
    ]
    return pd.DataFrame(rows, columns=["dataset", "indicator", "asks", "value", "reason"])


def _answer(one: Indicator) -> dict[str, Any]:
    return {"indicator": one.name, "asks": one.asks, "value": one.value, "reason": one.reason}
