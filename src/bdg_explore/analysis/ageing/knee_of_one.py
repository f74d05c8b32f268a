"""The knee of one fade: whether there is one, where, and how sure that is."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from .broken_lines import BrokenLines
from .fade_points import ordered, smoothed, stray
from .knee_shapes import bisector, kneedle

Floats = NDArray[np.float64]
Method = Literal["bacon_watts", "kneedle", "bisector"]

FEWEST: Final = 10  # measured cycles below which nobody can tell a bend from noise

_SMOOTHING: Final = 20  # a curve is smoothed over this part of its cycles if nothing is said


@dataclass(frozen=True)
class Choices:
    """What the caller chose; the words are those of `find_knee`."""

    method: Method
    evidence: float
    margin: float
    outliers: float | None
    smoothing_cycles: int | None
    tangent_share: float
    confidence: float


@dataclass(frozen=True)
class Knee:
    """What was found in one fade; NaN where there is nothing, and why."""

    at: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    capacity: float = np.nan
    before: float = np.nan
    after: float = np.nan
    onset: float = np.nan
    onset_lower: float = np.nan
    onset_upper: float = np.nan
    end: float = np.nan
    evidence: float = np.nan
    autocorrelation: float = np.nan
    measured: int = 0
    stray: int = 0
    last: float = np.nan
    reason: str = ""
    onset_reason: str = ""


def knee_of(numbers: Floats, amounts: Floats, choices: Choices) -> Knee:
    """Find the knee of one fade, its measured cycles in any order."""
    x, y = ordered(numbers, amounts)
    known: dict[str, float] = {"measured": len(x), "last": x[-1] if len(x) else np.nan}
    if choices.outliers is not None and len(x):
        far = stray(y, choices.outliers)
        x, y = x[~far], y[~far]
        known["stray"] = int(far.sum())
    if len(x) < FEWEST:
        return _none(known, f"{len(x)} measured cycles are too few: {FEWEST} are needed")
    lines = BrokenLines(x, y)
    once = lines.once()
    value, (before, after), rest = lines.fit(once)
    left = float(lines.squares_once(np.array([once]))[0])
    known |= {"evidence": _evidence(lines, lines.straight, left), "before": before, "after": after}
    known["autocorrelation"] = _autocorrelation(rest)
    refused = _refusal(x, once, known, choices)
    if refused:
        return _none(known, refused)
    if choices.method != "bacon_watts":
        return _by_shape(x, y, known, choices)
    lower, upper = _interval_once(lines, once, left, choices.confidence)
    known |= {"at": once, "capacity": value, "lower": lower, "upper": upper}
    onset, why = _onset(lines, once, choices)
    return Knee(**(known | onset), onset_reason=why)  # type: ignore[arg-type]


def _none(known: dict[str, float], reason: str) -> Knee:
    return Knee(**known, reason=reason, onset_reason="no knee")  # type: ignore[arg-type]


def _refusal(x: Floats, at: float, known: dict[str, float], choices: Choices) -> str:
    """Say why the best broken line shows no knee; nothing if it shows one."""
    before, after = known["before"], known["after"]
    if not known["evidence"] > choices.evidence:
        return (
            f"a straight line does as well up to cycle {x[-1]:g}: the best break improves BIC by "
            f"{known['evidence']:.1f}, not by more than {choices.evidence:g}"
        )
    if after >= before:
        return f"fade slows down at its best break, cycle {at:.0f}"
    if before >= 0:
        return f"capacity does not fall before its best break, cycle {at:.0f}"
    return _outside(x, at, choices.margin)


def _outside(x: Floats, at: float, margin: float) -> str:
    edge = margin * (x[-1] - x[0])
    if x[0] + edge < at < x[-1] - edge:
        return ""
    where = "first" if at <= x[0] + edge else "last"
    return f"its best break, cycle {at:.0f}, lies in the {where} {100 * margin:g} % of the record"


def _by_shape(x: Floats, y: Floats, known: dict[str, float], choices: Choices) -> Knee:
    many = choices.smoothing_cycles
    y = smoothed(y, len(y) // _SMOOTHING if many is None else many)
    if choices.method == "kneedle":
        at, missing = kneedle(x, y), "the curve nowhere lies above its chord"
    else:
        at = bisector(x, y, choices.tangent_share)
        missing = "first and last tangent do not meet within the record, or not beside the curve"
    refused = missing if at is None else _outside(x, at, choices.margin)
    if at is None or refused:
        return _none(known, refused)
    known |= {"at": at, "capacity": float(np.interp(at, x, y))}
    return Knee(**known, onset_reason=f"{choices.method} has no onset")  # type: ignore[arg-type]


def _onset(lines: BrokenLines, knee: float, choices: Choices) -> tuple[dict[str, float], str]:
    """Return onset and end of the bend from the line broken twice, or why there is none."""
    onset, end = lines.twice()
    _, (early, middle, late), rest = lines.fit(onset, end)
    spread = float(np.var(lines.y))
    twice = float(rest @ rest) / spread
    _, _, bent_once = lines.fit(knee)  # not `left`: the two must be rounded alike to be compared
    better = _evidence(lines, float(bent_once @ bent_once) / spread, twice)
    if not better > choices.evidence:
        return {}, (
            f"one break does as well as two: the second improves BIC by {better:.1f}, not by more "
            f"than {choices.evidence:g}"
        )
    if early >= 0:
        return {}, f"capacity does not fall before its first break, cycle {onset:.0f}"
    if not late < middle < early:
        return {}, f"fade does not turn steeper at both breaks, cycles {onset:.0f} and {end:.0f}"
    outside = _outside(lines.x, onset, choices.margin)
    if outside or onset >= knee:
        return {}, outside or f"its first break, cycle {onset:.0f}, does not lie before the knee"
    enough = _enough(lines, twice, 6, choices.confidence)
    breaks = lines.breaks()
    held = np.append(breaks[lines.squares_twice(enough) <= enough], onset)
    lower, upper = _beyond(breaks, held)
    return {"onset": onset, "end": end, "onset_lower": lower, "onset_upper": upper}, ""


def _interval_once(
    lines: BrokenLines, best: float, left: float, confidence: float
) -> tuple[float, float]:
    """Return the outermost breaks that the points do not rule out."""
    enough = _enough(lines, left, 4, confidence)
    breaks = lines.breaks()
    held = np.append(breaks[lines.squares_once(breaks) <= enough], best)
    ends = []
    for inner, beyond in zip((held.min(), held.max()), _beyond(breaks, held), strict=True):
        tried = np.linspace(inner, beyond, 101)
        good = np.flatnonzero(lines.squares_once(tried) <= enough)
        ends.append(float(tried[good[-1]] if len(good) else inner))
    return ends[0], ends[1]


def _beyond(breaks: Floats, held: Floats) -> tuple[float, float]:
    """Return the breaks just outside those that hold, or the outermost there is."""
    low, high = float(np.min(held)), float(np.max(held))
    return float(max(breaks[breaks < low], default=low)), float(
        min(breaks[breaks > high], default=high)
    )


def _enough(lines: BrokenLines, least: float, parameters: int, confidence: float) -> float:
    """Return the sum of squares up to which a break is not ruled out (profile likelihood)."""
    from scipy.special import fdtri  # late: the other analyses do not need it

    free = max(len(lines.x) - parameters, 1)
    return (least + lines.rounding) * (1 + float(fdtri(1, free, confidence)) / free)


def _evidence(lines: BrokenLines, simple: float, broken: float) -> float:
    """Return by how much one more break, two more parameters, lowers the BIC."""
    many = len(lines.x)
    ratio = (simple + lines.rounding) / (broken + lines.rounding)
    return float(many * np.log(ratio) - 2 * np.log(many))


def _autocorrelation(rest: Floats) -> float:
    power = float(rest @ rest)
    return float(rest[1:] @ rest[:-1]) / power if power > 0 else np.nan
