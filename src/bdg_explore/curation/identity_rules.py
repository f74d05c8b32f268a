"""Is this cell another one that is known already? (Q22)."""

from typing import Final

import numpy as np

from bdg_explore.columns import CURRENT, VOLTAGE

from ._rule import Found, Outcome, Rule, Unjudged
from ._series import Series
from ._subject import Subject
from ._tables import CycleTable
from .fingerprints import CAPACITY_COLUMNS, Fingerprint, content_hash, first_capacities


def of_subject(subject: Subject) -> Fingerprint:
    """Return the fingerprint of a table under examination; see `fingerprint`."""
    names = [VOLTAGE, CURRENT]
    if not isinstance(subject, Series):
        names = [VOLTAGE] if VOLTAGE in subject.columns else []
        names += [name for name in CAPACITY_COLUMNS if name in subject.columns][:1]
    content = content_hash([subject.columns[n].astype(np.float64, copy=False) for n in names])
    cycles = subject.cycles if isinstance(subject, Series | CycleTable) else None
    return Fingerprint(content, () if cycles is None else first_capacities(cycles))


def _known(subject: Subject) -> Outcome:
    others = subject.facts.known
    if others is None:
        return Unjudged("no other cells were given to compare with")
    mine = of_subject(subject)
    own = str(subject.facts.cell)
    same = {
        name: how
        for name, other in others.items()
        if name != own and (how := mine.matches(other, subject.settings))
    }
    if not same:
        return None
    first = next(iter(same))
    how = {"content": "every measured value", "capacities": "the first capacities"}[same[first]]
    more = f", and {len(same) - 1} more" if len(same) > 1 else ""
    return Found(
        np.zeros(0, dtype=np.int64),
        f"The same cell as {first} by {how}{more}. Count it once.",
        0.5,
        "table",
    )


RULES: Final = (
    Rule(
        "Q22",
        "duplicate cell",
        "the same measured values, or the same first 20 capacities, as another cell",
        "warn",
        "originality",
        1.0,
        "",
        {"timeseries": _known, "cycles": _known, "curves": _known},
    ),
)
