"""What is summed up over the records of every cycle."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from ._records import Floats, Ints
from ._spans import Spans, joined_spans


@dataclass(frozen=True)
class CycleSums:
    """What `integrate_cycles` found; one value a cycle.

    Charge is in ampere seconds and energy in watt seconds, both positive; `charging`,
    `discharging`, `resting`, `gap` (left out for want of records), `paused` (intervals of more
    than an hour) and `switching` (left out at step changes) are in seconds. `temperature` is a
    time integral [degC s]; `no_temperature` the time [s] for which there was none. `steps` are
    the stretches of one direction, or of rest, in one step of the tester, and `gap_rows` the rows
    at which a gap begins.
    """

    charge: Floats
    discharge: Floats
    charge_energy: Floats
    discharge_energy: Floats
    charging: Floats
    discharging: Floats
    resting: Floats
    gap: Floats
    paused: Floats
    switching: Floats
    voltage_limits: tuple[Floats, Floats]
    temperature: Floats
    no_temperature: Floats
    temperature_limits: tuple[Floats, Floats]
    steps: Spans
    gap_rows: Ints


def joined(parts: Sequence[CycleSums], rows: Ints, cycles: Ints) -> CycleSums:
    """Put together the sums of parts of a cell.

    Parameters
    ----------
    parts : sequence of CycleSums
        In test order, each of whole cycles.
    rows, cycles : ndarray of int
        First row and first cycle of each part but the first.

    Returns
    -------
    CycleSums
        As of one piece.
    """
    values: dict[str, Floats] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(CycleSums)
        if field.type is Floats
    }

    def limits(name: str) -> tuple[Floats, Floats]:
        low, high = zip(*(getattr(part, name) for part in parts), strict=True)
        return np.concatenate(low), np.concatenate(high)

    before = list(zip(parts, [0, *rows.tolist()], [0, *cycles.tolist()], strict=True))
    return CycleSums(
        **values,
        voltage_limits=limits("voltage_limits"),
        temperature_limits=limits("temperature_limits"),
        steps=joined_spans([part.steps.moved(row, cycle) for part, row, cycle in before]),
        gap_rows=np.concatenate([part.gap_rows + row for part, row, _ in before]),
    )
