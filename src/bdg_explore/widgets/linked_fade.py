"""The fade curves that follow a browser: of the cells chosen, else of those found. No screen."""

import warnings
from collections.abc import Mapping
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
import traitlets

from bdg_explore.columns import AVAILABILITY, CATHODE, TABLES, column
from bdg_explore.errors import BdgError, MissingDataWarning

from .state import BrowserState

_MOST_CURVES: Final = 100
_MOST_SUMMARIZED: Final = 8  # cells whose cycles must be worked out from records take a while
_MOST_REASONS: Final = 3


class ServesCycles(Protocol):
    """What of `Hubs` is needed here."""

    def cycles(self, cells: list[str], *, download: bool = True) -> pd.DataFrame:
        """Return one row a cycle for the cells asked for."""
        ...


class LinkedFade(traitlets.HasTraits):
    """A fade picture of what a browser shows, and a sentence about what is not in it.

    With cells selected these are shown, and fetched if need be. With nothing selected the cells
    found are shown as far as their cycles are on this machine, at most 100 of them, evenly picked:
    looking around never starts a download.

    Parameters
    ----------
    state : BrowserState
        The browser to follow.
    hubs : Hubs or None
        Where the cycles come from.

    Attributes
    ----------
    y : {"soh", "capacity"}
        What is drawn against the cycle.
    color : str
        Column of the cells that colours the curves.
    picture : object
        A HoloViews object, or None where there is nothing to draw.
    note : str
        What the picture shows and what it lacks, in sentences.
    """

    y = traitlets.Enum(("soh", "capacity"), "soh")
    color = traitlets.Unicode(CATHODE)
    picture: Any = traitlets.Any(read_only=True)
    note = traitlets.Unicode(read_only=True)

    def __init__(self, state: BrowserState, hubs: ServesCycles | None, **asked: Any) -> None:
        super().__init__(**asked)
        self.state, self.hubs = state, hubs
        self._shown: tuple[Any, ...] = ()
        self._cycles: tuple[tuple[str, ...], pd.DataFrame] | None = None

    def color_columns(self) -> dict[str, str]:
        """Return the columns that tell the cells apart, by title."""
        cells = self.state.cells
        names = (*self.state.facet_columns, *self.state.range_columns)
        return {column(name).title: name for name in names if len(cells[name].unique()) > 1}

    def wanted(self) -> tuple[str, ...]:
        """Return the cells to draw."""
        if self.state.selection:
            return self.state.selection
        ready, slow = self._found_here()
        found, most = (ready, _MOST_CURVES) if len(ready) else (slow, _MOST_SUMMARIZED)
        picks = np.linspace(0, len(found) - 1, min(len(found), most)).round().astype(int)
        return tuple(found[picks])

    def follow(self) -> None:
        """Draw again if something changed. Whatever goes wrong becomes the note."""
        asked = (self.wanted(), self.y, self.color, self.state.total)
        if asked == self._shown:
            return
        self._shown = asked
        try:
            picture, note = self._draw(asked[0])
        except BdgError as error:
            picture, note = None, str(error)
        except Exception as error:  # noqa: BLE001 - a callback: the log is not where anyone looks
            picture, note = None, f"The curves could not be drawn. {type(error).__name__}: {error}"
        with self.hold_trait_notifications():
            self.set_trait("note", note)
            self.set_trait("picture", picture)

    def _draw(self, uids: tuple[str, ...]) -> tuple[Any, str]:
        if self.hubs is None:
            return None, "These cells came as a table. Give CellBrowser hubs to see their curves."
        if not uids:
            return None, self._nothing_here()
        # Imported here: HoloViews costs seconds, and a state without a screen does not need it.
        from bdg_explore.views import capacity_fade

        cycles = self._load(uids)
        picture = capacity_fade(cycles, cells=self.state.cells, y=self.y, color=self.color)
        missing = cycles.attrs.get("missing", {})
        return picture, " ".join(filter(None, (self._how_many(uids, missing), _told(missing))))

    def _load(self, uids: tuple[str, ...]) -> pd.DataFrame:
        if self._cycles is None or self._cycles[0] != uids:
            if self.hubs is None:
                raise TypeError("there are no hubs to load from")
            if self.state.selection:
                self.set_trait("note", f"Reading the cycles of {_cells(len(uids))} ...")
            with warnings.catch_warnings():
                # The note tells the same, where it is seen.
                warnings.simplefilter("ignore", MissingDataWarning)
                download = bool(self.state.selection)
                self._cycles = uids, self.hubs.cycles(list(uids), download=download)
        return self._cycles[1]

    # --- sentences --------------------------------------------------------------------------------
    def _found_here(self) -> tuple["pd.Index[str]", "pd.Index[str]"]:
        """Return the cells found whose cycles are here, and those that must be summarized first."""
        found = self.state.result
        if AVAILABILITY in found.columns:
            found = found[found[AVAILABILITY] == "here"]
        if TABLES not in found.columns:
            return found.index, found.index[:0]
        ready = found[TABLES].str.contains(r"\bcycles\b", na=False)
        slow = found[TABLES].str.contains(r"\btimeseries\b", na=False) & ~ready
        return found.index[ready], found.index[slow]

    def _how_many(self, uids: tuple[str, ...], missing: Mapping[str, str]) -> str:
        if self.state.selection:
            return ""
        drawn, here, found = len(uids) - len(missing), len(self._found_here()[0]), self.state.total
        shown = f"Showing {drawn:,} of {_cells(found)} found."
        if drawn > 1:
            shown = f"{shown[:-1]}; select some to see only them."
        if 0 < here < found:
            shown += f" {found - here:,} have no table of cycles on this machine yet."
        return shown

    def _nothing_here(self) -> str:
        found = self.state.total
        if not found:
            return "No cell is found, so there is nothing to draw."
        return (
            f"None of the {_cells(found)} found has measurements on this machine. "
            "Select some to fetch theirs."
        )


def _told(missing: Mapping[str, str]) -> str:
    """Return which cells have no data, and why, each reason once."""
    reasons: dict[str, list[str]] = {}
    for uid, reason in missing.items():
        reasons.setdefault(reason, []).append(uid)
    told = []
    for reason, uids in list(reasons.items())[:_MOST_REASONS]:
        more = f" and {len(uids) - 3} more" if len(uids) > 3 else ""
        told.append(f"No curve for {', '.join(uids[:3])}{more}: {reason.rstrip('.')}.")
    if len(reasons) > _MOST_REASONS:
        told.append(
            f"{len(reasons) - _MOST_REASONS} more reasons are in `cycles.attrs['missing']`."
        )
    return " ".join(told)


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count:,} cells"
