"""The voltage and the temperature of a cell under current.

One particle stands for each electrode. Its surface runs ahead of its mean by a lead that settles
with a lag; resistance, lead and lag grow in the cold; one temperature serves the whole cell.

    V = U_p(y_surface) - U_n(x_surface) + I R
    x_surface = x + lead_n s_n / C_n        y_surface = y - lead_p s_p / C_p
    lag ds/dt = I - s

`s` is the current [A] as the surface has felt it so far. With a diffusion time `R**2 / D` of the
particle, the lead is `R**2 / (15 D)` and the lag of the slowest mode `R**2 / (20.2 D)`.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy import exp

from bdg_explore.analysis.electrodes.balance import AgedState
from bdg_explore.analysis.electrodes.designs import CellDesign
from bdg_explore.analysis.electrodes.half_cells import Array

KELVIN: Final = 273.15
_REFERENCE_KELVIN: Final = 298.15
# A graphite full to the last site draws its potential down by so much, within this share.
_FULL_SHARE: Final = 0.004
_FULL_VOLT: Final = 0.25
# Extraction from a nearly empty positive is slowed within this share of its sites.
_CROWDED_SHARE: Final = 0.02
# Of the steady rise of temperature under current, what a phase of about an hour feels.
_WARMED_SHARE: Final = 0.6
# Heat of the leads, which the resistance alone leaves out.
_LEAD_HEAT: Final = 1.5


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
        Time by which a particle's surface runs ahead of its mean [h].
    lag_n_second, lag_p_second : float
        Time in which that lead settles [s].
    heat_capacity_joule_per_kelvin : float
        Heat capacity of the cell [J/K].
    cooling_watt_per_kelvin : float
        Heat carried off per degree above ambient [W/K].
    entropy_volt_per_kelvin : float
        Amplitude of the entropic coefficient over the state of charge [V/K].
    crowding : float
        How many times larger the lead of the positive grows as its last sites empty [1]; lets an
        LFP cell relax far below its upper voltage.
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
    crowding: float = 0.0


@dataclass(frozen=True, slots=True)
class Specimens:
    """Many states of ageing of one cell, as columns of shape (n, 1).

    Attributes
    ----------
    design, physics : CellDesign, CellPhysics
        The fresh cell.
    state : AgedState
        What is left of it, columns.
    ohm : ndarray
        Resistance at 25 degC, column [ohm].
    ambient_celsius : ndarray
        Temperature of the chamber, column [degC].
    """

    design: CellDesign
    physics: CellPhysics
    state: AgedState
    ohm: Array
    ambient_celsius: Array


class Climate(NamedTuple):
    """Resistance [ohm], leads [h] and lags [s] at the temperature a cell takes; columns."""

    ohm: Array
    lead_n: Array
    lead_p: Array
    lag_n: Array
    lag_p: Array


class Inside(NamedTuple):
    """State inside the cells: stoichiometry of the negative [1], felt currents [A]; columns."""

    x: Array
    s_n: Array
    s_p: Array


def specimens(
    design: CellDesign,
    physics: CellPhysics,
    state: AgedState,
    *,
    resistance_factor: Array,
    ambient_celsius: Array,
) -> Specimens:
    """Line up the states of a cell as columns.

    Parameters
    ----------
    design, physics : CellDesign, CellPhysics
        The fresh cell.
    state : AgedState
        What is left of it, one-dimensional.
    resistance_factor : ndarray
        Resistance over that of the fresh cell [1].
    ambient_celsius : ndarray
        Temperature of the chamber [degC].
    """
    left = (state.negative_capacity_ah, state.positive_capacity_ah, state.lithium_ah)
    return Specimens(
        design,
        physics,
        AgedState(*(np.reshape(part, (-1, 1)) for part in left)),
        np.reshape(physics.resistance_ohm * resistance_factor, (-1, 1)),
        np.reshape(ambient_celsius, (-1, 1)),
    )


def climate(cells: Specimens, current_ampere: float) -> Climate:
    """Return what a cell is like at the temperature it takes under a current.

    Parameters
    ----------
    cells : Specimens
        The cells.
    current_ampere : float
        Current of the phase [A]; only its size matters.
    """
    p = cells.physics
    ohm = cells.ohm * arrhenius(p.resistance_activation_kelvin, cells.ambient_celsius)
    rise = _LEAD_HEAT * current_ampere**2 * ohm / p.cooling_watt_per_kelvin
    celsius = cells.ambient_celsius + _WARMED_SHARE * rise
    slow = arrhenius(p.diffusion_activation_kelvin, celsius)
    return Climate(
        cells.ohm * arrhenius(p.resistance_activation_kelvin, celsius),
        p.lead_n_hour * slow,
        p.lead_p_hour * slow,
        p.lag_n_second * slow,
        p.lag_p_second * slow,
    )


def terminal_voltage(cells: Specimens, now: Climate, inside: Inside, current: Array) -> Array:
    """Return the voltage between the terminals [V].

    Parameters
    ----------
    cells : Specimens
        The cells.
    now : Climate
        What they are like.
    inside : Inside
        Their state; columns, or one column a point of time.
    current : ndarray
        Current, positive charges [A].
    """
    cn, cp = cells.state.negative_capacity_ah, cells.state.positive_capacity_ah
    y = (cells.state.lithium_ah - inside.x * cn) / cp
    lead_p = now.lead_p
    if cells.physics.crowding:
        lead_p = lead_p * (1 + cells.physics.crowding * exp(-y / _CROWDED_SHARE))
    x_surface = inside.x + now.lead_n * inside.s_n / cn
    y_surface = y - lead_p * inside.s_p / cp
    full = _FULL_VOLT * exp(np.minimum((x_surface - 1) / _FULL_SHARE, 3.0))
    design = cells.design
    negative = design.negative.potential(x_surface) - full
    return np.asarray(design.positive.potential(y_surface) - negative + current * now.ohm)


def felt(current: float | Array, before: Array, second: Array, lag: Array) -> Array:
    """Return the current a surface has felt after some time at a constant current [A]."""
    return np.asarray(current + (before - current) * exp(-second / lag))


def surface_temperature(
    cells: Specimens, time: Array, current: Array, heat_volt: Array, soc: Array
) -> Array:
    """Return the temperature of cells that are cycled over and over [degC].

    Parameters
    ----------
    cells : Specimens
        The cells.
    time : ndarray
        Time since the cycle began [s], a row a cell.
    current : ndarray
        Current, positive charges [A].
    heat_volt : ndarray
        Voltage less equilibrium voltage [V].
    soc : ndarray
        State of charge, 0 to 1 [1]; sets the heat of reaction.
    """
    p = cells.physics
    entropy = p.entropy_volt_per_kelvin * np.sin(2 * np.pi * (0.85 * soc - 0.22))
    heat = current * (heat_volt + (cells.ambient_celsius + KELVIN) * entropy)
    target = cells.ambient_celsius + heat / p.cooling_watt_per_kelvin
    seconds = p.heat_capacity_joule_per_kelvin / p.cooling_watt_per_kelvin
    keep = exp(-np.diff(time, axis=1) / seconds)
    result = np.empty_like(time)
    now = cells.ambient_celsius[:, 0]
    for _ in range(2):  # the second time round begins as warm as the first ended
        result[:, 0] = now
        for k in range(1, time.shape[1]):
            now = target[:, k] + (now - target[:, k]) * keep[:, k - 1]
            result[:, k] = now
    return result


def arrhenius(activation_kelvin: float, celsius: Array) -> Array:
    """Return the factor on a resistance or a time against 25 degC: above 1 in the cold."""
    return np.asarray(exp(activation_kelvin * (1 / (celsius + KELVIN) - 1 / _REFERENCE_KELVIN)))
