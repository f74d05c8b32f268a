"""What a Battery Archive database says about its cells, as a table of facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.columns import (
    ALSO_KNOWN_AS,
    AMBIENT_TEMPERATURE,
    ANODE,
    CATHODE,
    CHARGING_C_RATE,
    DISCHARGING_C_RATE,
    FORM_FACTOR,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    PROTOCOL,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    TEST_EQUIPMENT,
)

from .address import slug

# What a cell's own line says, and what the lines of its conditions say.
_CELL: Final = {
    CATHODE: "cathode",
    ANODE: "anode",
    FORM_FACTOR: "form_factor",
    TEST_EQUIPMENT: "tester",
}
_CONDITIONS: Final = {
    AMBIENT_TEMPERATURE: ("temperature", "temp"),
    SOC_MINIMUM: ("soc_min",),
    SOC_MAXIMUM: ("soc_max",),
    MINIMUM_VOLTAGE: ("v_min",),
    MAXIMUM_VOLTAGE: ("v_max",),
    CHARGING_C_RATE: ("crate_c",),
    DISCHARGING_C_RATE: ("crate_d",),
}
_PERCENT: Final = (SOC_MINIMUM, SOC_MAXIMUM)
_OBJECTIVES: Final = {"cycle": "cycle_aging", "abuse": "abuse"}
_TESTS: Final = {"cycles": "cycle", "timeseries": "cycle", "abuse": "abuse"}
_UNLISTED: Final = "unlisted"


@dataclass(frozen=True)
class Known:
    """The cells of one source.

    Attributes
    ----------
    source : str
        Who made the data, as the database spells it.
    facts : DataFrame
        Columns of the cells table, indexed by native id.
    presumed : mapping
        Table -> the cells that should be in it, by what their own line says of the test.
    segment : str
        What they are: cells, or modules.
    """

    source: str
    facts: pd.DataFrame
    presumed: Mapping[str, frozenset[str]]
    segment: str = "full_cell"


def known_cells(
    cells: pd.DataFrame,
    conditions: pd.DataFrame,
    abuse: pd.DataFrame,
    held: Mapping[str, frozenset[str]],
    modules: frozenset[str],
    *,
    whole_ah: bool,
) -> Iterator[Known]:
    """Yield the cells of a database, source by source.

    Parameters
    ----------
    cells, conditions, abuse : DataFrame
        The tables `cell_metadata`, `cycle_metadata`, `abuse_metadata`.
    held : mapping
        Table -> the cells it is known to hold. One that `cell_metadata` lacks makes a source
        of its own, ``unlisted``.
    modules : frozenset
        What stands in the tables too and is no cell, see `known_modules`.
    whole_ah : bool
        Whether the column `ah` holds whole numbers only. A capacity of 1.1 Ah is 1 there, so it
        is told in a note and not taken.
    """
    lines = cells.groupby("cell_id", sort=False)
    first = lines.first()
    facts = pd.DataFrame(index=pd.Index(first.index.astype(str), name=NATIVE_ID))
    for name, theirs in _CELL.items():
        if theirs in first.columns:
            facts[name] = first[theirs].array
    test = _text(first, "test")
    facts[OBJECTIVE] = test.map(lambda word: _OBJECTIVES.get(word, word)).array
    notes = [[f"stands {n} times in cell_metadata"] if n > 1 else [] for n in lines.size()]
    for note, parent in zip(notes, _text(first, "parent_id"), strict=True):
        if parent:
            note.append(f"part of {parent}")
    if "ah" in first.columns:
        if whole_ah:
            for note, value in zip(notes, first["ah"], strict=True):
                if not np.isnan(value):
                    note.append(f"capacity in the database, rounded to whole Ah: {value:.0f}")
        else:
            facts[NOMINAL_CAPACITY] = first["ah"].where(first["ah"] > 0).array
    facts[NOTE] = ["; ".join(note) or None for note in notes]
    facts[ALSO_KNOWN_AS] = [i.replace("/", "-") if "/" in i else None for i in facts.index]
    facts = facts.join(_conditions(conditions)).join(_abuse(abuse))
    beyond = sorted(set().union(*held.values()) - set(facts.index) - modules)
    source = pd.concat([_text(first, "source"), pd.Series(_UNLISTED, index=beyond, dtype=str)])
    source[source == ""] = _UNLISTED
    facts = facts.reindex(source.index)
    facts.index.name = NATIVE_ID
    for _, ids in source.groupby(source.map(slug), sort=True):
        members = facts.loc[ids.index].dropna(axis=1, how="all")
        tests = test.reindex(ids.index)
        presumed = {
            name: frozenset(tests.index[(tests == word) | ~tests.isin(_OBJECTIVES)])
            for name, word in _TESTS.items()
        }
        yield Known(str(ids.iloc[0]), members, presumed)


def known_modules(modules: pd.DataFrame, held: Mapping[str, frozenset[str]]) -> Known | None:
    """Return the modules of a database, which stand in the tables of cells; None if it has none.

    Parameters
    ----------
    modules : DataFrame
        The table `module_metadata`, with its `module_id` as `cell_id`.
    held : mapping
        See `known_cells`.
    """
    first = modules.groupby("cell_id", sort=False).first()
    if first.empty:
        return None
    words = {"num_series": "{:g} in series", "num_parallel": "{:g} in parallel",
             "configuration": "{}", "status": "{}"}  # fmt: skip
    notes = [
        ", ".join(
            word.format(row[name])
            for name, word in words.items()
            if name in first.columns and pd.notna(row[name])
        )
        for _, row in first.iterrows()
    ]
    index = pd.Index(first.index.astype(str), name=NATIVE_ID)
    facts = pd.DataFrame({NOTE: notes}, index=index, dtype=str)
    ids = frozenset(index)
    presumed = {name: ids & held.get(name, ids) for name in ("cycles", "timeseries")}
    return Known("modules", facts, {**presumed, "abuse": frozenset()}, "module_pack")


def _text(frame: pd.DataFrame, name: str) -> "pd.Series[str]":
    if name not in frame.columns:
        return pd.Series("", index=frame.index, dtype=str)
    return frame[name].fillna("").astype(str).str.strip()


def _conditions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what holds for all lines of a cell's conditions; where they differ, nothing does."""
    lines = frame.groupby("cell_id", sort=False)
    one = lines.nunique().eq(1)
    first = lines.first()
    out = pd.DataFrame(index=first.index)
    for name, called in _CONDITIONS.items():
        for theirs in called:
            if theirs in first.columns:
                out[name] = first[theirs].where(one[theirs])
    # States of charge are percent in the published layout; a database of fractions has none over 1.
    window = [name for name in _PERCENT if name in out.columns]
    if window and np.nanmax(out[window].to_numpy(dtype=float), initial=0.0) > 1:
        out[window] = out[window] / 100
    return out


def _abuse(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what was done to a cell, in words: the database states no units."""
    words = {"soc": "SOC", "indentor": "indentor", "nail_speed": "nail speed",
             "thickness": "thickness", "temperature": "temperature"}  # fmt: skip
    first = frame.groupby("cell_id", sort=False).first()
    told = [
        ", ".join(
            f"{word} {row[name]:g}"
            for name, word in words.items()
            if name in first.columns and not np.isnan(row[name])
        )
        for _, row in first.iterrows()
    ]
    return pd.DataFrame({PROTOCOL: [f"abuse: {one}" if one else None for one in told]}, first.index)
