"""What is summed up over the records of every cycle."""

from dataclasses import dataclass

from ..records.arrays import Floats, Ints
from ..records.spans import Spans


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
