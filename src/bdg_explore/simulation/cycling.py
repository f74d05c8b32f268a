"""One cycle of an aged cell: charge at constant current and voltage, rest, discharge, rest.

The model is a single particle in each electrode with one relaxation mode, an ohmic resistance and
one lumped temperature. It is solved for many states of ageing at once, in closed form while the
current is constant; only the constant-voltage charge is stepped.

    V = U_p(y + k_p s_p / C_p) - U_n(x - ...) + I R        tau ds/dt = I - s

with `s` the current that the particle's surface has felt so far, and `k` the time [h] by which the
surface runs ahead of the mean.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy import exp

from .balance import AgedState, CellDesign, balance
from .half_cells import Array

_KELVIN: Final = 273.15
_REFERENCE_KELVIN: Final = 298.15
# Points of each phase; the charge and the discharge are the ones that get integrated.
POINTS: Final = {"charge": 161, "hold": 65, "charged_rest": 33, "discharge": 201, "rest": 33}
_HOLD_FIRST_SECOND: Final = 4.0
_HOLD_GROWTH: Final = 1.09
# A graphite full to the last site would draw its potential to that of lithium within this share.
_FULL_SHARE: Final = 0.004
_FULL_VOLT: Final = 0.25


@dataclass(frozen=True, slots=True)
class CellPhysics:
    """What slows a cell down and warms it up, at 25 degC unless said otherwise.

    Attributes
    ----------
    resistance_ohm : float
        Ohmic and charge-transfer resistance of the fresh cell [ohm].
    resistance_activation_kelvin, diffusion_activation_kelvin : float
        Activation energy over the gas constant [K].
    lead_n_hour, lead_p_hour : float
        Time by which a particle's surface runs ahead of its mean, `R**2 / (15 D)` [h].
    lag_n_second, lag_p_second : float
        Time constant of that lead, `R**2 / (20.2 D)` [s].
    heat_capacity_joule_per_kelvin : float
        Heat capacity of the cell [J/K].
    cooling_watt_per_kelvin : float
        Heat carried off per degree above ambient [W/K].
    entropy_volt_per_kelvin : float
        Amplitude of the entropic coefficient over the state of charge [V/K].
    """

    resistance_ohm: float
    resistance_activation_kelvin: float
    diffusion_activation_kelvin: float
    lead_n_hour: float
    lead_p_hour: float
    lag_n_second: float
    lag_p_second: float
    heat_capacity_joule_per_kelvin: float
    cooling_watt_per_kelvin: float
    entropy_volt_per_kelvin: float


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
    """Simulated cycles, one row a state; every phase has its points along the second axis.

    Attributes
    ----------
    time_second : ndarray
        Time since the cycle began [s].
    current_ampere, voltage_volt : ndarray
        Current, positive charges [A], and voltage [V].
    temperature_celsius : ndarray
        Surface temperature [degC].
    phase : ndarray of int
        Which phase a point belongs to, one value a point: 0 charge, 1 hold, 2 rest, 3 discharge,
        4 rest.
    """

    time_second: Array
    current_ampere: Array
    voltage_volt: Array
    temperature_celsius: Array
    phase: np.ndarray[tuple[int], np.dtype[np.int64]]


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
    cycle = _Cycle(
        design, physics, protocol, state, resistance_factor, ambient_celsius, coulombic_efficiency
    )
    return cycle.run()


class _Cycle:
    """The phases of one cycle; holds what they share."""

    def __init__(
        self,
        design: CellDesign,
        physics: CellPhysics,
        protocol: Protocol,
        state: AgedState,
        factor: Array,
        ambient: Array,
        efficiency: Array,
    ) -> None:
        self.design, self.physics, self.protocol, self.state = design, physics, protocol, state
        self.ambient, self.efficiency = ambient, efficiency
        self.ohm_25 = physics.resistance_ohm * factor
        ends = balance(design, state)
        width = ends.x100 - ends.x0
        self.x_low = ends.x0 + protocol.soc_minimum * width
        self.x_high = ends.x0 + protocol.soc_maximum * width
        self.bounded_low = protocol.soc_minimum > 0
        self.bounded_high = protocol.soc_maximum < 1
        self.x_empty, self.width = ends.x0, width

    # --- the model ---------------------------------------------------------------------------
    def climate(self, current: float) -> tuple[Array, Array, Array, Array, Array]:
        """Resistance, leads and lags at the temperature a cell takes under a current."""
        p = self.physics
        ohm = self.ohm_25 * _arrhenius(p.resistance_activation_kelvin, self.ambient)
        # half the steady rise: a phase of an hour warms up for a good part of it
        warm = self.ambient + 0.6 * 1.5 * current**2 * ohm / p.cooling_watt_per_kelvin
        ohm = self.ohm_25 * _arrhenius(p.resistance_activation_kelvin, warm)
        slow = _arrhenius(p.diffusion_activation_kelvin, warm)
        return (
            ohm,
            p.lead_n_hour * slow,
            p.lead_p_hour * slow,
            p.lag_n_second * slow,
            p.lag_p_second * slow,
        )

    def voltage(self, x: Array, s_n: Array, s_p: Array, lead_n: Array, lead_p: Array) -> Array:
        """Voltage without the ohmic drop."""
        cn, cp = self.state.negative_capacity_ah, self.state.positive_capacity_ah
        if x.ndim == 2:
            cn, cp, lithium = cn[:, None], cp[:, None], self.state.lithium_ah[:, None]
            lead_n, lead_p = lead_n[:, None], lead_p[:, None]
        else:
            lithium = self.state.lithium_ah
        x_surface = x + lead_n * s_n / cn
        y_surface = (lithium - x * cn) / cp - lead_p * s_p / cp
        negative = self.design.negative.potential(x_surface)
        full = _FULL_VOLT * exp(np.minimum((x_surface - 1) / _FULL_SHARE, 3.0))
        return self.design.positive.potential(y_surface) - negative + full

    def run(self) -> CycleBatch:
        """Simulate twice: where the first discharge ends, the second charge begins."""
        p = self.protocol
        charge, discharge = self.climate(p.charge_ampere), self.climate(p.discharge_ampere)
        start = self._discharged_start(discharge)
        s_n = -p.discharge_ampere * exp(-p.discharged_rest_second / discharge[3])
        s_p = -p.discharge_ampere * exp(-p.discharged_rest_second / discharge[4])
        for _ in range(2):
            phases, start, s_n, s_p = self._once(charge, discharge, start, s_n, s_p)
        return self._assemble(phases)

    # --- the phases --------------------------------------------------------------------------
    def _discharged_start(self, climate: tuple[Array, ...]) -> Array:
        """State in which a discharge ends, its lag being over: where the first charge begins."""
        ohm, lead_n, lead_p, _, _ = climate
        current = np.full_like(self.x_low, -self.protocol.discharge_ampere)
        low, high = self.x_low.copy(), self.x_low + 0.9 * self.width
        for _ in range(40):
            middle = 0.5 * (low + high)
            voltage = self.voltage(middle, current, current, lead_n, lead_p) + current * ohm
            below = voltage < self.design.minimum_voltage_volt
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return np.maximum(self.x_low if self.bounded_low else low, low)

    def _once(
        self,
        charge: tuple[Array, ...],
        discharge: tuple[Array, ...],
        x: Array,
        s_n: Array,
        s_p: Array,
    ) -> tuple[list[tuple[Array, Array, Array, Array]], Array, Array, Array]:
        p = self.protocol
        phases = []
        for current, climate, name in (
            (p.charge_ampere, charge, "charge"),
            (0.0, charge, "charged_rest"),
            (-p.discharge_ampere, discharge, "discharge"),
            (0.0, discharge, "rest"),
        ):
            if current:
                duration = self._time_to_limit(current, climate, x, s_n, s_p)
            else:
                second = (
                    p.charged_rest_second if name == "charged_rest" else (p.discharged_rest_second)
                )
                duration = np.full_like(x, second)
            points, x, s_n, s_p = self._constant(current, climate, x, s_n, s_p, duration, name)
            phases.append(points)
            if name == "charge":
                points, x, s_n, s_p = self._hold(climate, x, s_n, s_p)
                phases.append(points)
        return phases, x, s_n, s_p

    def _gain(self, current: float) -> Array:
        """Stoichiometry of the negative gained each second."""
        share = self.efficiency if current > 0 else np.ones_like(self.efficiency)
        return current * share / 3600 / self.state.negative_capacity_ah

    def _time_to_limit(
        self, current: float, climate: tuple[Array, ...], x: Array, s_n: Array, s_p: Array
    ) -> Array:
        """Time at constant current until a voltage limit or an end of the window [s]."""
        ohm, lead_n, lead_p, lag_n, lag_p = climate
        gain = self._gain(current)
        charging = current > 0
        limit = self.design.maximum_voltage_volt if charging else self.design.minimum_voltage_volt
        end = self.x_high + 0.3 * self.width if charging else self.x_empty - 0.05 * self.width
        longest = np.maximum((end - x) / gain, 1.0)
        low, high = np.zeros_like(x), longest
        for _ in range(44):
            middle = 0.5 * (low + high)
            n = current + (s_n - current) * exp(-middle / lag_n)
            p = current + (s_p - current) * exp(-middle / lag_p)
            voltage = self.voltage(x + gain * middle, n, p, lead_n, lead_p) + current * ohm
            before = voltage < limit if charging else voltage > limit
            low, high = np.where(before, middle, low), np.where(before, high, middle)
        if self.bounded_high if charging else self.bounded_low:
            window = ((self.x_high if charging else self.x_low) - x) / gain
            low = np.minimum(low, np.maximum(window, 1.0))
        return low

    def _constant(
        self,
        current: float,
        climate: tuple[Array, ...],
        x: Array,
        s_n: Array,
        s_p: Array,
        duration: Array,
        name: str,
    ) -> tuple[tuple[Array, Array, Array, Array], Array, Array, Array]:
        ohm, lead_n, lead_p, lag_n, lag_p = climate
        # denser at the start of a phase, where lags settle, and at its end, where potentials turn
        u = np.linspace(0.0, 1.0, POINTS[name])
        share = u**2 if current == 0 else 0.5 * u + 0.5 * u * u * (3 - 2 * u)
        t = duration[:, None] * share
        n = current + (s_n - current)[:, None] * exp(-t / lag_n[:, None])
        p = current + (s_p - current)[:, None] * exp(-t / lag_p[:, None])
        path = x[:, None] + self._gain(current)[:, None] * t
        voltage = self.voltage(path, n, p, lead_n, lead_p) + current * ohm[:, None]
        points = (t, np.full_like(t, current), voltage, path)
        return points, path[:, -1], n[:, -1], p[:, -1]

    def _hold(
        self, climate: tuple[Array, ...], x: Array, s_n: Array, s_p: Array
    ) -> tuple[tuple[Array, Array, Array, Array], Array, Array, Array]:
        """Charge at constant voltage, stepped implicitly, until the cut-off or the window."""
        ohm, lead_n, lead_p, lag_n, lag_p = climate
        v_max = self.design.maximum_voltage_volt
        steps = _HOLD_FIRST_SECOND * _HOLD_GROWTH ** np.arange(POINTS["hold"] - 1)
        current = np.full_like(x, self.protocol.charge_ampere)
        held = (self.x_high - x > 1e-9) if self.bounded_high else np.ones(x.shape, dtype=bool)
        per_second = self.efficiency / 3600 / self.state.negative_capacity_ah
        rows = [(np.zeros_like(x), current, x, s_n, s_p)]
        for step in steps.tolist():
            time, i0, x0, n0, p0 = rows[-1]
            half = 0.5 * step * per_second  # trapezoid: what is stored is what gets integrated
            fade_n, fade_p = exp(-step / lag_n), exp(-step / lag_p)

            def excess(
                i: Array,
                i0: Array = i0,
                x0: Array = x0,
                n0: Array = n0,
                p0: Array = p0,
                fade_n: Array = fade_n,
                fade_p: Array = fade_p,
                half: Array = half,
            ) -> Array:
                n, p = i + (n0 - i) * fade_n, i + (p0 - i) * fade_p
                after = self.voltage(x0 + half * (i0 + i), n, p, lead_n, lead_p)
                return np.asarray(after + i * ohm - v_max)

            current = _solve_current(excess, current)
            n, p = current + (n0 - current) * fade_n, current + (p0 - current) * fade_p
            rows.append((time + step, current, x0 + half * (i0 + current), n, p))
        return self._cut_hold(rows, held)

    def _cut_hold(
        self, rows: list[tuple[Array, Array, Array, Array, Array]], held: Array
    ) -> tuple[tuple[Array, Array, Array, Array], Array, Array, Array]:
        time, current, x, n, p = (np.stack(part, axis=1) for part in zip(*rows, strict=True))
        over = current <= self.protocol.cutoff_ampere
        if self.bounded_high:
            over |= x >= self.x_high[:, None]
        over[:, -1] = True
        last = np.argmax(over, axis=1)
        before = np.maximum(last - 1, 0)
        pick = np.arange(len(last))
        i0, i1 = current[pick, before], current[pick, last]
        share = np.clip((i0 - self.protocol.cutoff_ampere) / np.maximum(i0 - i1, 1e-12), 0, 1)
        if self.bounded_high:
            x0, x1 = x[pick, before], x[pick, last]
            share = np.minimum(
                share, np.clip((self.x_high - x0) / np.maximum(x1 - x0, 1e-12), 0, 1)
            )
        end = np.where(
            held, time[pick, before] + share * (time[pick, last] - time[pick, before]), 0
        )
        t = np.minimum(time, end[:, None])
        parts = [_rows_interp(t, time, part) for part in (current, x, n, p)]
        i_t, x_t, n_t, p_t = parts
        voltage = np.full_like(t, self.design.maximum_voltage_volt)
        return (t, i_t, voltage, x_t), x_t[:, -1], n_t[:, -1], p_t[:, -1]

    # --- together ----------------------------------------------------------------------------
    def _assemble(self, phases: list[tuple[Array, Array, Array, Array]]) -> CycleBatch:
        offset = np.zeros(len(self.x_low))
        times = []
        for t, *_ in phases:
            times.append(t + offset[:, None])
            offset = offset + t[:, -1]
        time = np.concatenate(times, axis=1)
        current, voltage, x = (
            np.concatenate([phase[k] for phase in phases], axis=1) for k in (1, 2, 3)
        )
        phase = np.repeat(np.arange(len(phases)), [p[0].shape[1] for p in phases])
        return CycleBatch(
            time, current, voltage, self._temperature(time, current, voltage, x), phase
        )

    def _temperature(self, time: Array, current: Array, voltage: Array, x: Array) -> Array:
        p = self.physics
        zero = np.zeros_like(x)
        rest = self.voltage(x, zero, zero, np.zeros(len(x)), np.zeros(len(x)))
        soc = (x - self.x_empty[:, None]) / self.width[:, None]
        kelvin = self.ambient[:, None] + _KELVIN
        entropy = p.entropy_volt_per_kelvin * np.sin(2 * np.pi * (0.85 * soc - 0.22))
        heat = current * (voltage - rest) + current * kelvin * entropy
        target = self.ambient[:, None] + heat / p.cooling_watt_per_kelvin
        constant = p.heat_capacity_joule_per_kelvin / p.cooling_watt_per_kelvin
        keep = exp(-np.diff(time, axis=1) / constant)
        now = self.ambient.copy()
        result = np.empty_like(time)
        for _ in range(2):  # the second time round begins as warm as the first ended
            for k in range(time.shape[1]):
                if k:
                    now = target[:, k] + (now - target[:, k]) * keep[:, k - 1]
                result[:, k] = now
        return result


def _arrhenius(activation_kelvin: float, celsius: Array) -> Array:
    """Factor on a resistance or a time constant against 25 degC: above 1 in the cold."""
    return np.asarray(exp(activation_kelvin * (1 / (celsius + _KELVIN) - 1 / _REFERENCE_KELVIN)))


def _solve_current(excess: "object", guess: Array) -> Array:
    """Find the current in 0..guess at which a rising function is zero (bisected secant)."""
    assert callable(excess)  # noqa: S101
    low, high = np.zeros_like(guess), guess * 1.0
    f_low, f_high = excess(low), excess(high)
    for k in range(10):
        # Illinois-like: a secant, alternated with halving so that steep ends cannot stall it
        slope = np.maximum(f_high - f_low, 1e-15)
        secant = np.clip(low - f_low * (high - low) / slope, low, high)
        trial = 0.5 * (low + high) if k % 3 == 2 else secant
        value = excess(trial)
        above = value > 0
        high, f_high = np.where(above, trial, high), np.where(above, value, f_high)
        low, f_low = np.where(above, low, trial), np.where(above, f_low, value)
    slope = np.maximum(f_high - f_low, 1e-15)
    return np.asarray(np.clip(low - f_low * (high - low) / slope, low, high))


def _rows_interp(at: Array, x: Array, y: Array) -> Array:
    return np.stack([np.interp(a, b, c) for a, b, c in zip(at, x, y, strict=True)])
