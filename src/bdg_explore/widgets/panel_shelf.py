"""Tables that were read once, kept for every visitor: frames are shared, never copied."""

import threading
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import pandas as pd

from bdg_explore.columns import CELL
from bdg_explore.errors import BdgError, MissingDataError, MissingDataWarning
from bdg_explore.hubs import Hubs

_CELLS_KEPT: Final = 1_000
_TRACES_KEPT: Final = 6
_FRAMES_KEPT: Final = 4


class Shelf:
    """Cycle tables and time series of one collection of hubs.

    Nothing is ever fetched from the web: a visitor's click must not keep the others waiting. What
    is handed out is shared; callers must not change it.
    """

    def __init__(self, hubs: Hubs) -> None:
        self.hubs = hubs
        self._cycles: OrderedDict[str, pd.DataFrame] = OrderedDict()
        self._traces: OrderedDict[str, pd.DataFrame] = OrderedDict()
        self._frames: OrderedDict[tuple[str, ...], pd.DataFrame] = OrderedDict()
        self._lock = threading.RLock()

    def cycles(self, cells: Sequence[str], *, download: bool = True) -> pd.DataFrame:
        """Return the cycles of these cells as far as they are here, as `Hubs.cycles` does.

        Parameters
        ----------
        cells : sequence of str
            Uids.
        download : bool
            Of no effect: nothing is downloaded.

        Returns
        -------
        DataFrame
            One row a cycle with column `cell`; ``.attrs["missing"]`` maps the uids that are not
            in it to the reason.

        Raises
        ------
        MissingDataError
            None of them is here.
        """
        del download
        asked = tuple(cells)
        with self._lock:
            if asked not in self._frames:
                frame = self._joined(asked)
                self._frames[asked] = frame
                if len(self._frames) > _FRAMES_KEPT:
                    self._frames.popitem(last=False)
            self._frames.move_to_end(asked)
            return self._frames[asked]

    def timeseries(self, uid: str) -> pd.DataFrame:
        """Return the records of one cell.

        Raises
        ------
        BdgError
            They are not here, or cannot be read.
        """
        with self._lock:
            if uid not in self._traces:
                self._traces[uid] = self.hubs.timeseries(uid, download=False)
                if len(self._traces) > _TRACES_KEPT:
                    self._traces.popitem(last=False)
            self._traces.move_to_end(uid)
            return self._traces[uid]

    def forget(self, uid: str) -> None:
        """Read a cell anew next time: something about it has changed."""
        with self._lock:
            self._cycles.pop(uid, None)
            self._traces.pop(uid, None)
            for asked in [key for key in self._frames if uid in key]:
                self._frames.pop(asked)

    def _joined(self, asked: tuple[str, ...]) -> pd.DataFrame:
        missing = self._fill([uid for uid in asked if uid not in self._cycles])
        parts = [self._cycles[uid] for uid in asked if uid in self._cycles]
        for uid in asked:
            if uid in self._cycles:
                self._cycles.move_to_end(uid)
        while len(self._cycles) > max(_CELLS_KEPT, len(asked)):
            self._cycles.popitem(last=False)
        if not parts:
            raise MissingDataError(_told(missing))
        frame = pd.concat(parts, ignore_index=True)
        frame.attrs["missing"] = missing
        return frame

    def _fill(self, uids: list[str]) -> dict[str, str]:
        """Read the cycles of these cells; return why some have none."""
        if not uids:
            return {}
        try:
            with warnings.catch_warnings():
                # What is missing is handed on with its reason, and the page says so.
                warnings.simplefilter("ignore", MissingDataWarning)
                frame = self.hubs.cycles(uids, download=False)
        except BdgError as error:
            if len(uids) == 1:
                return {uids[0]: str(error).removeprefix(f"No cycles for {uids[0]}: ")}
            # One damaged file must not hide the others.
            return {uid: why for one in uids for uid, why in self._fill([one]).items()}
        for uid, part in frame.groupby(CELL, sort=False, observed=True):
            # A column that is all missing here must not decide the type where cells are joined.
            self._cycles[str(uid)] = part.dropna(axis=1, how="all")
        return dict(frame.attrs.get("missing", {}))


@lru_cache(maxsize=8)
def shelf_of(hubs: Hubs) -> Shelf:
    """Return the one shelf of a collection of hubs."""
    return Shelf(hubs)


def _told(missing: dict[str, str]) -> str:
    reasons: dict[str, list[str]] = {}
    for uid, reason in missing.items():
        reasons.setdefault(reason.rstrip("."), []).append(uid)
    lines = []
    for reason, uids in list(reasons.items())[:5]:
        more = f" and {len(uids) - 3} more" if len(uids) > 3 else ""
        lines.append(f"No cycles of {', '.join(uids[:3])}{more}: {reason}.")
    return " ".join(lines)
