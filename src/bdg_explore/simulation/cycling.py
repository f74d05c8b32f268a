"""One cycle of an aged cell: charge at constant current and voltage, rest, discharge, rest.

Many states of ageing are solved at once, in closed form while the current is constant; only the
charge at constant voltage is stepped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bdg_explore.analysis.electrodes.balance import AgedState, solve_balance
from bdg_explore.analysis.electrodes.designs import CellDesign
from bdg_explore.analysis.electrodes.half_cells import Array

from .particle import (
    CellPhysics,
    Climate,
    Inside,
    Specimens,
    climate,
    felt,
    specimens,
    surface_temperature,
    terminal_voltage,
)
from .roots import bisect, crossing, falling_current, rows_interp

_CHARGE_POINTS: Final = 161
_DISCHARGE_POINTS: Final = 201
_REST_POINTS: Final = 33
# Steps of the hold: the first [s], how each outgrows the last, and at most so many (four hours).
_HOLD_FIRST_SECOND: Final = 4.0
_HOLD_GROWTH: Final = 1.12
_HOLD_STEPS: Final = 55

# Time since the phase began [s], current [A], state inside; a row a cell.
_Phase: TypeAlias = tuple[Array, Array, Inside]


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a cell is cycled.

    Attributes
    ----------
    charge_ampere, discharge_ampere, cutoff_ampere : float
        Sizes of the currents; the hold at the upper voltage ends at the cut-off [A].
    soc_minimum, soc_maximum : float
        Window of the present slow capacity, 0 to 1 [1]; 0 and 1 mean the voltage limits.
    charged_rest_second, discharged_rest_second : float
        Rests after charge and after discharge [s].
    """

    charge_ampere: float
    discharge_ampere: float
    cutoff_ampere: float
    soc_minimum: float
    soc_maximum: float
    charged_rest_second: float
    discharged_rest_second: float


@dataclass(frozen=True, slots=True)
class CycleBatch:
    """Simulated cycles, one row a state of ageing, one column a point.

    Attributes
    ----------
    time_second : ndarray
        Time since the cycle began [s].
    current_ampere, voltage_volt : ndarray
        Current, positive charges [A], and voltage [V].
    temperature_celsius : ndarray
        Surface temperature [degC].
    phase : ndarray of int
        Phase of each column: 0 charge, 1 hold, 2 rest, 3 discharge, 4 rest.
    """

    time_second: Array
    current_ampere: Array
    voltage_volt: Array
    temperature_celsius: Array
    phase: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Bench:
    """Cells on a test bench: what all phases of a cycle share; arrays are columns."""

    cells: Specimens
    protocol: Protocol
    efficiency: Array
    x_empty: Array
    width: Array

    @property
    def x_low(self) -> Array:
        return self.x_empty + self.protocol.soc_minimum * self.width

    @property
    def x_high(self) -> Array:
        return self.x_empty + self.protocol.soc_maximum * self.width


def simulate_cycles(
    design: CellDesign,
    physics: CellPhysics,
    protocol: Protocol,
    state: AgedState,
    *,
    resistance_factor: Array,
    ambient_celsius: Array,
    coulombic_efficiency: Array,
) -> CycleBatch:
    """Simulate one settled cycle in each of many states of ageing.

    Parameters
    ----------
    design : CellDesign
        Electrode materials and voltage limits.
    physics : CellPhysics
        Resistance, diffusion and heat.
    protocol : Protocol
        Currents, window and rests.
    state : AgedState
        What is left of the cell, one-dimensional.
    resistance_factor : ndarray
        Resistance over that of the fresh cell [1].
    ambient_celsius : ndarray
        Temperature of the chamber [degC].
    coulombic_efficiency : ndarray
        Share of the charging current that stores charge [1].

    Returns
    -------
    CycleBatch
        A row a state. The cycle is settled: it ends in the state it began in.
    """
    cells = specimens(
        design,
        physics,
        state,
        resistance_factor=resistance_factor,
        ambient_celsius=ambient_celsius,
    )
    ends = solve_balance(design, cells.state)
    efficiency = np.reshape(coulombic_efficiency, (-1, 1))
    bench = _Bench(cells, protocol, efficiency, ends.x0, ends.x100 - ends.x0)
    inside = _discharged(bench)
    for _ in range(2):  # where the first discharge ends, the second charge begins
        phases = _phases(bench, inside)
        inside = _last(phases[-1])
    return _assemble(bench, phases)


def _phases(bench: _Bench, inside: Inside) -> list[_Phase]:
    p = bench.protocol
    charged = climate(bench.cells, p.charge_ampere)
    emptied = climate(bench.cells, p.discharge_ampere)
    duration = _time_to_limit(bench, charged, inside, p.charge_ampere)
    charge = _constant(bench, charged, inside, p.charge_ampere, duration, _CHARGE_POINTS)
    hold = _hold(bench, charged, _last(charge))
    pause = np.full_like(duration, p.charged_rest_second)
    rest = _constant(bench, charged, _last(hold), 0.0, pause, _REST_POINTS)
    duration = _time_to_limit(bench, emptied, _last(rest), -p.discharge_ampere)
    discharge = _constant(
        bench, emptied, _last(rest), -p.discharge_ampere, duration, _DISCHARGE_POINTS
    )
    pause = np.full_like(duration, p.discharged_rest_second)
    return [
        charge,
        hold,
        rest,
        discharge,
        _constant(bench, emptied, _last(discharge), 0.0, pause, _REST_POINTS),
    ]


def _discharged(bench: _Bench) -> Inside:
    """State after a discharge and its rest, as near as it can be told before the first cycle."""
    p = bench.protocol
    now = climate(bench.cells, p.discharge_ampere)
    current = np.full_like(bench.x_low, -p.discharge_ampere)
    limit = bench.cells.design.minimum_voltage_volt

    def above(x: Array) -> NDArray[np.bool_]:
        inside = Inside(x, current, current)
        return terminal_voltage(bench.cells, now, inside, current) >= limit

    x = bisect(above, bench.x_low, bench.x_low + 0.9 * bench.width)
    pause = np.full_like(x, p.discharged_rest_second)
    return Inside(x, felt(0.0, current, pause, now.lag_n), felt(0.0, current, pause, now.lag_p))


def _gain(bench: _Bench, current: float) -> Array:
    """Stoichiometry the negative gains each second."""
    share = bench.efficiency if current > 0 else 1.0
    return np.asarray(current * share / 3600 / bench.cells.state.negative_capacity_ah)


def _after(inside: Inside, now: Climate, gain: Array, current: float, second: Array) -> Inside:
    return Inside(
        inside.x + gain * second,
        felt(current, inside.s_n, second, now.lag_n),
        felt(current, inside.s_p, second, now.lag_p),
    )


def _time_to_limit(bench: _Bench, now: Climate, inside: Inside, current: float) -> Array:
    """Time at constant current until a voltage limit or an end of the window [s]."""
    gain = _gain(bench, current)
    design, width = bench.cells.design, bench.width
    charging = current > 0
    limit = design.maximum_voltage_volt if charging else design.minimum_voltage_volt
    far = bench.x_high + 0.3 * width if charging else bench.x_empty - 0.05 * width

    def reached(second: Array) -> NDArray[np.bool_]:
        later = _after(inside, now, gain, current, second)
        voltage = terminal_voltage(bench.cells, now, later, np.asarray(current))
        return voltage >= limit if charging else voltage <= limit

    longest = np.maximum((far - inside.x) / gain, 1.0)
    second = bisect(reached, np.zeros_like(longest), longest)
    bounded = bench.protocol.soc_maximum < 1 if charging else bench.protocol.soc_minimum > 0
    if bounded:
        window = ((bench.x_high if charging else bench.x_low) - inside.x) / gain
        second = np.minimum(second, np.maximum(window, 1.0))
    return second


def _constant(
    bench: _Bench, now: Climate, inside: Inside, current: float, duration: Array, points: int
) -> _Phase:
    u = np.linspace(0.0, 1.0, points)
    # denser where lags settle and potentials turn: at the start of a rest, at both ends of a flow
    share = u**2 if current == 0 else 0.5 * u + 0.5 * u * u * (3 - 2 * u)
    time = duration * share
    gain = _gain(bench, current)
    return time, np.full_like(time, current), _after(inside, now, gain, current, time)


def _hold(bench: _Bench, now: Climate, start: Inside) -> _Phase:
    """Charge at constant voltage, stepped implicitly, until the cut-off or the window."""
    cells, p = bench.cells, bench.protocol
    v_max = cells.design.maximum_voltage_volt
    time, current, inside = np.zeros_like(start.x), np.full_like(start.x, p.charge_ampere), start
    rows = [(time, current, *inside)]
    windowed = p.soc_maximum < 1 and bool(np.all(start.x >= bench.x_high - 1e-9))
    for k in range(0 if windowed else _HOLD_STEPS):
        step = np.asarray(_HOLD_FIRST_SECOND * _HOLD_GROWTH**k)
        # trapezoid of the current: what is stored is what a reader of the records integrates
        half = 0.5 * step * _gain(bench, 1.0)

        def later(
            i: Array,
            inside: Inside = inside,
            before: Array = current,
            half: Array = half,
            step: Array = step,
        ) -> Inside:
            return Inside(
                inside.x + half * (before + i),
                i + (inside.s_n - i) * np.exp(-step / now.lag_n),
                i + (inside.s_p - i) * np.exp(-step / now.lag_p),
            )

        def excess(i: Array, later: Callable[[Array], Inside] = later) -> Array:
            return terminal_voltage(cells, now, later(i), i) - v_max

        current = falling_current(excess, current)
        inside = later(current)
        time = time + step
        rows.append((time, current, *inside))
        if np.all(current <= p.cutoff_ampere):
            break
    return _cut_hold(bench, tuple(np.concatenate(part, axis=1) for part in zip(*rows, strict=True)))


def _cut_hold(bench: _Bench, columns: tuple[Array, ...]) -> _Phase:
    """End each hold at its cut-off; later points repeat the end."""
    time, current, x = columns[:3]
    cutoff = bench.protocol.cutoff_ampere
    end = crossing(time, -current, np.full_like(bench.x_high, -cutoff))
    if bench.protocol.soc_maximum < 1:
        end = np.minimum(end, crossing(time, x, bench.x_high))
        end = np.where(x[:, :1] < bench.x_high - 1e-9, end, 0.0)
    until = np.minimum(time, end)
    current, s_n, s_p = (rows_interp(until, time, columns[k]) for k in (1, 3, 4))
    # the cut divides a step: store what the records of the divided step add up to
    passed = np.cumsum(0.5 * (current[:, 1:] + current[:, :-1]) * np.diff(until), axis=1)
    x = x[:, :1] + _gain(bench, 1.0) * np.concatenate([0 * end, passed], axis=1)
    return until, current, Inside(x, s_n, s_p)


def _assemble(bench: _Bench, phases: list[_Phase]) -> CycleBatch:
    cells, p = bench.cells, bench.protocol
    charged, emptied = climate(cells, p.charge_ampere), climate(cells, p.discharge_ampere)
    offset = np.zeros_like(bench.width)
    times, voltages = [], []
    for (time, current, inside), now in zip(
        phases, (charged, charged, charged, emptied, emptied), strict=True
    ):
        times.append(time + offset)
        offset = offset + time[:, -1:]
        voltages.append(terminal_voltage(cells, now, inside, current))
    # the tester regulates; what is left of the solver's error must not show
    held = phases[1][0][:, -1:] > 0
    voltages[1] = np.where(held, cells.design.maximum_voltage_volt, voltages[1])
    time, voltage = np.concatenate(times, axis=1), np.concatenate(voltages, axis=1)
    current = np.concatenate([phase[1] for phase in phases], axis=1)
    x = np.concatenate([phase[2].x for phase in phases], axis=1)
    at_rest = terminal_voltage(cells, charged, Inside(x, 0 * x, 0 * x), 0 * x)
    soc = (x - bench.x_empty) / bench.width
    return CycleBatch(
        time,
        current,
        voltage,
        surface_temperature(cells, time, current, voltage - at_rest, soc),
        np.repeat(np.arange(len(phases)), [phase[0].shape[1] for phase in phases]),
    )


def _last(phase: _Phase) -> Inside:
    return Inside(*(part[:, -1:] for part in phase[2]))
