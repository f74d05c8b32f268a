"""The sign of the current, where a tester writes its magnitude and says the direction beside it.

Nothing is flipped silently: a direction comes from the tester's own letter or word; where the file
has none, from how the voltage answers the current, and then a note says so; where that does not
tell, the file is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from bdg_explore.columns import CURRENT
from bdg_explore.errors import ReadError

from ._source import listed

Direction = Literal["charge", "discharge", "rest", "either"]
Array = np.ndarray[Any, Any]

_SIGN: Final = {"charge": 1, "discharge": -1, "rest": 0, "either": 0}
_NOISE: Final = 2e-3  # of the largest current: how much may flow the wrong way, or in a rest


def sign_by_state(
    frame: pd.DataFrame,
    state: str,
    directions: Mapping[str, Direction] | Callable[[str], Direction | None],
    notes: list[str],
    *,
    name: str = CURRENT,
) -> pd.DataFrame:
    """Give the current its sign by what the tester says about each record.

    Parameters
    ----------
    frame : DataFrame
        Has the column `name`, a magnitude, perhaps signed already, and the labels `state`.
    state : str
        Column with the tester's letters or words.
    directions : mapping or callable
        What each of them means (without regard to case): ``charge``, ``discharge``; ``rest``: no
        current flows; ``either``: the word does not tell the direction. None where it is unknown.
    notes : list of str
        Where to say what was found and decided.
    name : str
        Column of the current [A].

    Returns
    -------
    DataFrame
        The same frame, its current positive while charging.

    Raises
    ------
    ReadError
        A current flows in a state that is unknown, or that tells no direction and stands in a step
        of no or both directions; or the file is signed against its own states.
    """
    current = frame[name].to_numpy(dtype=float)
    labels = pd.Categorical(frame[state])
    told = [_told(directions, str(word)) for word in labels.categories]
    factors = np.array([_SIGN[d] if d else 0 for d in told] + [0])[labels.codes]
    flows = np.abs(np.nan_to_num(current)) > 0
    if not flows.any():
        return frame
    if (current < 0).any():
        _check_signed(current, factors, flows, labels, state, notes)
        return frame
    open_ = flows & (factors == 0)
    if open_.any():
        factors = _of_neighbours(current, factors, open_, labels, told, state, notes)
    frame[name] = np.where(flows, current * factors, current)
    notes.append(f"{name} is written without a sign; it has it from {state}")
    return frame


_DISCHARGES: Final = re.compile(r"d(is)?[\s_.-]*ch|dchg|\bdis\b|entlad|放电|\bdsg", re.IGNORECASE)
_CHARGES: Final = re.compile(r"ch(a?r)?g|\bcha?\b|\blad|geladen|充电", re.IGNORECASE)
_RESTS: Final = re.compile(
    r"rest|pause|idle|\bocv\b|open.?circuit|ruhe|wait|静置|搁置|stand", re.IGNORECASE
)


def direction_of_word(word: str) -> Direction | None:
    """Say what a tester's word for a step means: ``CC DChg``, ``Charge``, ``REST`` ...

    Parameters
    ----------
    word : str
        English, German or Chinese, in full or as testers shorten it.

    Returns
    -------
    {"charge", "discharge", "rest", None}
        None where the word tells no direction, for instance ``Pulse`` or ``SIM``.
    """
    if _DISCHARGES.search(word):
        return "discharge"
    if _CHARGES.search(word):
        return "charge"
    return "rest" if _RESTS.search(word) else None


def _told(
    directions: Mapping[str, Direction] | Callable[[str], Direction | None], word: str
) -> Direction | None:
    if callable(directions):
        return directions(word)
    return {k.casefold(): v for k, v in directions.items()}.get(word.strip().casefold())


def _check_signed(
    current: Array,
    factors: Array,
    flows: Array,
    labels: pd.Categorical,
    state: str,
    notes: list[str],
) -> None:
    """Look whether a current that has negative values is signed as its states say."""
    slack = _NOISE * float(np.nanmax(np.abs(current)))
    against = flows & (np.sign(current) * factors < 0) & (np.abs(current) > slack)
    told = flows & (factors != 0) & (np.abs(current) > slack)
    if against.sum() * 2 > told.sum():
        row = int(np.flatnonzero(against)[0])
        raise ReadError(
            f"The current has signs already, against its own states: record {row + 1} holds "
            f"{current[row]:g} A in state {labels[row]!r}. Nothing is flipped silently: correct "
            "the sign in the file, or read it with format='csv' and columns=."
        )
    if against.any():
        row = int(np.flatnonzero(against)[0])
        notes.append(
            f"the current has signs already; {int(against.sum())} records flow against their "
            f"{state} (first: record {row + 1}, {current[row]:g} A, {labels[row]!r}), left as "
            "they are"
        )
    else:
        notes.append(f"the current has signs already, as its {state} says; left as it is")


def _of_neighbours(
    current: Array,
    factors: Array,
    open_: Array,
    labels: pd.Categorical,
    told: list[Direction | None],
    state: str,
    notes: list[str],
) -> Array:
    """Settle records with a current whose state tells no direction, for instance a pause.

    The tester writes the last current of a step it suspends under the letter of the suspension:
    such a record flows as the one before it did. A current that is noise in a rest has no sign to
    lose and is kept as it is.
    """
    slack = _NOISE * float(np.nanmax(np.abs(current)))
    rows = np.flatnonzero(open_)
    settled = factors.copy()
    words: dict[str, int] = {}
    kept = 0
    for row in rows[:10_000]:
        code = labels.codes[row]
        means = told[code] if code >= 0 else None
        word = str(labels[row])
        if means == "rest" and current[row] <= slack:
            settled[row] = 1
            kept += 1
            continue
        before = int(settled[row - 1]) if row else 0
        if means is None or before == 0 or len(rows) > 10_000:
            known = [w for w, d in zip(labels.categories, told, strict=True) if d]
            raise ReadError(
                f"Record {row + 1} holds a current of {current[row]:g} A without a sign, in the "
                f"state {word!r}, which does not tell whether it charges (known here: "
                f"{listed(known) or 'none'}). Correct {state} in the file, or give the signed "
                "current in a column of your own with columns=."
            )
        settled[row] = before
        words[word] = words.get(word, 0) + 1
    if kept:
        notes.append(f"{kept} records hold a current within noise while {state} says rest; kept")
    notes.extend(
        f"{count} records with a current in state {word!r}: signed as the record before"
        for word, count in words.items()
    )
    return settled


# --- no state at all: how the voltage answers ----------------------------------------------------

_STIR: Final = 1e-3  # volts: a change smaller than this says nothing


@dataclass(frozen=True)
class _Vote:
    """What the voltage says about one step with current: +1, -1, or 0 where it says nothing."""

    slope: int
    jump: int


def sign_by_voltage(
    time: Any, voltage: Any, current: Any, step: Any, notes: list[str], *, name: str = CURRENT
) -> Array:
    """Give the current its sign by how the voltage answers, step by step.

    Parameters
    ----------
    time, voltage, current : array
        Test time [s], voltage [V] and magnitude of the current [A].
    step : array
        Running number of the step.
    notes : list of str
        Where to say what was decided, and by what.
    name : str
        What the current is called in notes and errors.

    Returns
    -------
    array
        Current [A], positive while charging.

    Raises
    ------
    ReadError
        The two votes disagree about a step, or neither says anything.

    Notes
    -----
    Each step with current has two votes. *Slope*: while the current is steady, the voltage of a
    cell rises on charge and falls on discharge. *Jump*: where the current sets in after a rest the
    voltage jumps up on charge and down on discharge; where it stops it jumps the other way.
    Changes below 1 mV have no vote. For an electrode whose potential falls on charge this is the
    wrong way round; that cannot be told from the file, so a note names the rule.
    """
    time, voltage = np.asarray(time, dtype=float), np.asarray(voltage, dtype=float)
    signed: Array = np.array(current, dtype=float)
    current, step = signed.copy(), np.asarray(step)
    flows = current > 0
    if not flows.any():
        notes.append(f"{name} has no sign in this file, and no current flows in it")
        return signed
    begins = np.flatnonzero(np.r_[True, step[1:] != step[:-1]])
    ends = np.r_[begins[1:], len(step)]
    by_both = by_one = 0
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if not flows[begin:end].any():
            continue
        vote = _vote(time, voltage, current, begin, end)
        if vote.slope * vote.jump < 0 or not (vote.slope or vote.jump):
            what = "two ways" if vote.slope else "nothing"
            raise ReadError(
                f"The current is written without a sign and the file has no column that says which "
                f"steps charge. In the step of records {begin + 1} to {end} the voltage says "
                f"{what} (slope {vote.slope:+d}, jump {vote.jump:+d}). Export the file with the "
                "tester's state, or give a signed current with columns=."
            )
        if vote.slope and vote.jump:
            by_both += 1
        else:
            by_one += 1
        signed[begin:end] *= vote.slope or vote.jump
    notes.append(
        f"{name} is written without a sign and the file has no state: its sign is told by the "
        f"voltage, in {by_both} steps by its slope and its jump at the step's ends, in {by_one} by "
        "one of them; an electrode whose potential falls on charge would read the wrong way round"
    )
    return signed


def _vote(time: Array, voltage: Array, current: Array, begin: int, end: int) -> _Vote:
    inside = voltage[begin:end]
    flows = np.flatnonzero(current[begin:end] > 0)
    middle = float(np.median(current[begin:end][flows]))
    steady = np.abs(current[begin:end] - middle) <= 0.05 * middle
    slope = 0
    if steady.sum() >= 3 and np.std(inside[steady]) > _STIR:
        t = time[begin:end][steady]
        slope = int(np.sign(np.sum((t - t.mean()) * (inside[steady] - inside[steady].mean()))))
    jumps = []
    if begin and current[begin - 1] == 0:
        jumps.append(voltage[begin + flows[0]] - voltage[begin - 1])
    if end < len(current) and current[end] == 0:
        jumps.append(inside[flows[-1]] - voltage[end])
    jump = float(np.nansum(jumps)) if jumps else 0.0
    return _Vote(slope, int(np.sign(jump)) if abs(jump) > _STIR else 0)
