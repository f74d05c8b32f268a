"""Times of jobs that run in turns, and what is said of them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What one job took beside a reference in the same run.

    Attributes
    ----------
    job : str
        What was done, and to how much.
    against : str
        What the reference is.
    ours, reference : float
        Best times [s].
    target : float, optional
        Ratio of the two that we want to stay under.
    limit : float, optional
        Ratio above which something has become slow: the target, or what was reached where that
        falls short, with room for a busy machine.
    """

    job: str
    against: str
    ours: float
    reference: float
    target: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float:
        """Ours over the reference."""
        return self.ours / self.reference

    @property
    def slow(self) -> bool:
        """Whether the ratio is above its limit."""
        return self.limit is not None and self.ratio > self.limit


def turns(*jobs: Callable[[], object], count: int) -> list[float]:
    """Run jobs in turns, so that a busy machine is busy for all; return the best time of each."""
    best = [float("inf")] * len(jobs)
    for _ in range(count):
        for place, job in enumerate(jobs):
            begin = time.perf_counter()
            job()
            best[place] = min(best[place], time.perf_counter() - begin)
    return best


def as_table(measures: Iterable[Measure]) -> str:
    """Return measures as a table in Markdown."""
    rows = [("job", "ours", "reference", "", "ratio", "target")]
    for one in measures:
        target = "" if one.target is None else f"{one.target:.3g}"
        if one.target is not None and one.ratio > one.target:
            target += ", missed"
        times = (_time(one.ours), _time(one.reference))
        rows.append((one.job, times[0], times[1], one.against, f"{one.ratio:.3g}", target))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"
