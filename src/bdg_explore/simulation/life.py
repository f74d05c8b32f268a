"""The whole life of one cell: every cycle summarized, some of them simulated in full.

Cycles are simulated at some eighty ages and interpolated between them, with the wander of the
chamber and the noise of the tester on top; the stored cycles are simulated one by one.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from bdg_explore.analysis.cycles.resistance import DELAYS
from bdg_explore.analysis.electrodes.balance import solve_balance
from bdg_explore.analysis.electrodes.half_cells import Array
from bdg_explore.analysis.electrodes.losses import aged_state
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CHARGING_DURATION,
    COMPLETE,
    COULOMBIC_EFFICIENCY,
    CURRENT_STARTS,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_DURATION,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    START_TIME,
)

from .ageing import LARGEST_LOSS, Evolution, evolve, state_of
from .cycle_facts import SUMMARIZED, cycle_facts
from .cycling import CycleBatch, simulate_cycles
from .fleet import FleetCell
from .noise import TICK, TIME_BITS, VOLT_NOISE, Noise, quantize

_NODES: Final = 80
# Spread of the chamber about its set point from cycle to cycle [K], and how long it remembers.
_WANDER_KELVIN: Final = 0.3
_WANDER_MEMORY: Final = 0.97
# Shuttle and self-discharge: charge lost in a cycle that costs no lithium, at 25 degC [1].
_SHUTTLE: Final = 1.2e-4
# Share of the slow capacity that a cycle passes, near enough to spread a cycle's loss over it [1].
_REACHED: Final = 0.96


@dataclass(frozen=True)
class Life:
    """A cell's life.

    Attributes
    ----------
    cell : FleetCell
        Whose.
    cycles : DataFrame
        One row a cycle, 1 to the last.
    stored : ndarray of int
        Cycles simulated in full.
    traces : CycleBatch
        Their records, one row a stored cycle.
    """

    cell: FleetCell
    cycles: pd.DataFrame
    stored: NDArray[np.int64]
    traces: CycleBatch


def live(cell: FleetCell) -> Life:
    """Simulate a cell until its test is stopped.

    Parameters
    ----------
    cell : FleetCell
        The cell.

    Returns
    -------
    Life
        Its cycles and the traces of the stored ones.
    """
    last = _last_cycle(cell)
    stored = stored_cycles(last)
    every = np.arange(1, last + 1)
    wander = _WANDER_KELVIN * _noise(cell, "chamber").drift(last, memory=_WANDER_MEMORY)
    nodes = np.unique(np.round(np.linspace(1, last, min(_NODES, last))).astype(np.int64))
    count = len(nodes)
    ages = np.concatenate([nodes, nodes, stored])
    shift = np.concatenate([np.zeros(count), np.ones(count), wander[stored - 1]])
    batch = _simulate(cell, ages, cell.condition.celsius + shift)
    nominal = cell.chemistry.design.nominal_capacity_ah
    facts, words = cycle_facts(batch, nominal_capacity_ah=nominal)
    table = {}
    for name, values in facts.items():
        base = PchipInterpolator(nodes, values[:count])(every)
        slope = PchipInterpolator(nodes, values[count : 2 * count] - values[:count])(every)
        table[name] = base + slope * wander
        table[name][stored - 1] = values[2 * count :]
    traces = _rows(batch, slice(2 * count, None))
    cycles = _cycles_table(cell, every, table, wander).assign(**words)
    return Life(cell, cycles, stored, traces)


def stored_cycles(last: int) -> NDArray[np.int64]:
    """Return the cycles whose records are kept: 1, 10, 100 and some spread to the last."""
    spread = np.round(np.linspace(1, last, 10)).astype(np.int64)
    fixed = np.array([1, 10, 100])
    return np.unique(np.concatenate([fixed[fixed <= last], spread]))


def resistance_factor(cell: FleetCell, evolution: Evolution) -> Array:
    """Return the resistance over that of the fresh cell [1]."""
    lli, lam_ne, lam_pe = cell.resistance_growth
    return np.asarray(
        1 + lli * evolution.lli + lam_ne * evolution.lam_ne + lam_pe * evolution.lam_pe
    )


def _simulate(cell: FleetCell, ages: NDArray[np.int64], ambient: Array) -> CycleBatch:
    evolution = evolve(cell.design, cell.path, ages)
    before = evolve(cell.design, cell.path, np.maximum(ages - 1, 0))
    state = state_of(cell.design, evolution)
    window = cell.condition.soc_maximum - cell.condition.soc_minimum
    passed = _REACHED * window * solve_balance(cell.design, state).capacity_ah
    lost = (evolution.lli - before.lli) * cell.design.lithium_ah
    shuttle = _SHUTTLE * np.exp((ambient - 25) / 20)
    return simulate_cycles(
        cell.design,
        cell.physics,
        cell.protocol,
        state,
        resistance_factor=resistance_factor(cell, evolution),
        ambient_celsius=ambient,
        coulombic_efficiency=1 - np.minimum(lost / passed, 0.05) - shuttle,
    )


def _last_cycle(cell: FleetCell) -> int:
    """Cycle after which the test is stopped: worn out at slow discharge, or the campaign over."""
    every = np.arange(1, cell.chemistry.most_cycles + 1)
    evolution = evolve(cell.design, cell.path, every)
    losses = (evolution.lli, evolution.lam_ne, evolution.lam_pe)
    lli, lam_ne, lam_pe = (np.minimum(loss, LARGEST_LOSS) for loss in losses)
    state = aged_state(cell.design, lli=lli, lam_ne=lam_ne, lam_pe=lam_pe)
    capacity = solve_balance(cell.design, state, impossible="nan").capacity_ah
    worn = ~(capacity >= cell.ends_at * capacity[0])
    return int(every[np.argmax(worn)]) if worn.any() else int(every[-1])


def _cycles_table(
    cell: FleetCell, every: NDArray[np.int64], facts: dict[str, Array], wander: Array
) -> pd.DataFrame:
    count = len(every)
    gauge = 1 + 1.5e-4 * _noise(cell, "capacity").drift(count, memory=0.3)
    bias = 1 + 3e-5 * _noise(cell, "efficiency").normal(count)
    q_dis = facts[CYCLE_DISCHARGING_CAPACITY] * gauge
    q_chg = facts[CYCLE_CHARGING_CAPACITY] * gauge * bias
    e_dis = facts[CYCLE_DISCHARGING_ENERGY] * gauge
    e_chg = facts[CYCLE_CHARGING_ENERGY] * gauge * bias
    duration = quantize(facts[DURATION], TIME_BITS)
    end = np.cumsum(duration + TICK)
    volt = 2e-4 * _noise(cell, "voltage limits").normal(2 * count)
    evolution = evolve(cell.design, cell.path, every)
    table = {
        CYCLE: every,
        CYCLE_CHARGING_CAPACITY: q_chg,
        CYCLE_DISCHARGING_CAPACITY: q_dis,
        CYCLE_CHARGING_ENERGY: e_chg,
        CYCLE_DISCHARGING_ENERGY: e_dis,
        COULOMBIC_EFFICIENCY: q_dis / q_chg,
        ENERGY_EFFICIENCY: e_dis / e_chg,
        MEAN_CHARGING_VOLTAGE: e_chg / q_chg,
        MEAN_DISCHARGING_VOLTAGE: e_dis / q_dis,
        MINIMUM_VOLTAGE: facts[MINIMUM_VOLTAGE] - np.abs(volt[:count]),
        MAXIMUM_VOLTAGE: facts[MAXIMUM_VOLTAGE] + np.abs(volt[count:]),
        MEAN_TEMPERATURE: facts[MEAN_TEMPERATURE],
        MINIMUM_TEMPERATURE: facts[MINIMUM_TEMPERATURE],
        MAXIMUM_TEMPERATURE: facts[MAXIMUM_TEMPERATURE],
        AMBIENT_TEMPERATURE: cell.condition.celsius + wander,
        START_TIME: end - duration,
        END_TIME: end,
        DURATION: duration,
        CHARGING_DURATION: facts[CHARGING_DURATION],
        DISCHARGING_DURATION: facts[DISCHARGING_DURATION],
        COMPLETE: np.ones(count, dtype=bool),
        LOSS_OF_LITHIUM: evolution.lli,
        LOSS_OF_MATERIAL_PE: evolution.lam_pe,
        LOSS_OF_MATERIAL_NE: evolution.lam_ne,
        **{name: facts[name] for name in SUMMARIZED},
        CURRENT_STARTS: np.round(facts[CURRENT_STARTS]).astype(np.int64),
        **_as_measured(cell, facts),
    }
    return pd.DataFrame(table)


def _as_measured(cell: FleetCell, facts: dict[str, Array]) -> dict[str, Array]:
    """Put the noise of single records on what is read off single records."""
    count = len(facts[DURATION])
    rests = (REST_VOLTAGE_AFTER_CHARGE, REST_VOLTAGE_AFTER_DISCHARGE)
    noise = VOLT_NOISE * _noise(cell, "rest voltages").normal(len(rests) * count)
    table = {name: facts[name] + noise[k * count :][:count] for k, name in enumerate(rests)}
    noise = VOLT_NOISE * _noise(cell, "resistance").normal((1 + len(DELAYS)) * count)
    before = noise[:count]
    for k, name in enumerate(DELAYS, start=1):
        off = (before - noise[k * count :][:count]) / cell.protocol.discharge_ampere
        table[name] = facts[name] + off
    return table


def _rows(batch: CycleBatch, rows: slice) -> CycleBatch:
    return CycleBatch(
        batch.time_second[rows],
        batch.current_ampere[rows],
        batch.voltage_volt[rows],
        batch.temperature_celsius[rows],
        batch.phase,
    )


def _noise(cell: FleetCell, purpose: str) -> Noise:
    return Noise(cell.chemistry.dataset, cell.native_id, purpose)
