"""The sign of the current, as a property of the data: votes, and an error instead of a flip."""

from dataclasses import replace

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT
from bdg_explore.errors import FrameError, SignError
from bdg_explore.frames import TIMESERIES, check_frame

from ._parts import cells_of, columns_of
from ._series import Series
from ._subject import Facts
from .settings import DEFAULTS, Settings
from .votes import SignVotes


def sign_votes(frame: pd.DataFrame, *, settings: Settings = DEFAULTS) -> SignVotes:
    """Let the measurements say whether positive current charges the cell.

    Parameters
    ----------
    frame : DataFrame
        Time series of one cell: time [s], voltage [V], current [A].
    settings : Settings
        Length of the windows, majority and the like.

    Returns
    -------
    SignVotes
        Both votes with their counts; `verdict` is ``right``, ``wrong`` or ``undecided``, and
        `reason` says why, where a cell cannot be judged by its voltage.

    Raises
    ------
    FrameError
        A required column is missing or holds no numbers, or there are several cells.

    Notes
    -----
    The first vote looks at windows of 360 s with a steady current in which the voltage moves by
    more than 1 mV, so that the hold at the end of a charge says nothing; it is the rule of
    battdat. The second compares the mean voltages of charge and discharge in cycles that have
    both. The potential of one electrode (below 2 V) and symmetric cells are left undecided.

    References
    ----------
    Battery data toolkit, https://github.com/ROVI-org/battery-data-toolkit
    """
    with np.errstate(all="ignore"):
        return _series(frame, settings).votes


def require_sign(frame: pd.DataFrame, *, settings: Settings = DEFAULTS) -> pd.DataFrame:
    """Return the frame as it came, or raise if both votes say its current is flipped.

    Parameters
    ----------
    frame : DataFrame
        Time series of one or more cells.
    settings : Settings
        See `sign_votes`.

    Returns
    -------
    DataFrame
        The same object.

    Raises
    ------
    SignError
        Both votes say that positive current discharges the cell. Nothing is flipped silently.
    """
    check_frame(frame, replace(TIMESERIES, rules=()))
    for cell, rows in cells_of(frame):
        votes = sign_votes(frame if rows is None else frame.iloc[rows], settings=settings)
        if votes.verdict == "wrong":
            of = "" if cell is None else f" of {cell}"
            raise SignError(
                f"{CURRENT}{of} has the wrong sign: {votes}. Positive current must charge the "
                'cell. If that is so, flip it with repair(frame, "flip_sign"), which is logged '
                "and can be undone."
            )
    return frame


def _series(frame: pd.DataFrame, settings: Settings) -> Series:
    check_frame(frame, replace(TIMESERIES, rules=()))
    if not len(frame):
        raise FrameError("The time series has no rows: it has no sign.")
    parts = cells_of(frame)
    if len(parts) > 1:
        raise FrameError(f"The frame holds {len(parts)} cells; give the records of one.")
    return Series(columns_of(frame), Facts(), settings)
