"""The four tables of a demo cell: facts, cycles, time series and slow curves."""

import json
from typing import Final

import numpy as np
import pandas as pd

from bdg_explore.analysis.cycles.resistance import DELAYS
from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    ANODE,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    CHARGING_DURATION,
    CHARGING_THROUGHPUT,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CV_CAPACITY_SHARE,
    CV_DURATION_SHARE,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_C_RATE,
    DISCHARGING_CAPACITY,
    DISCHARGING_DURATION,
    DISCHARGING_THROUGHPUT,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    FORM_FACTOR,
    GAP_DURATION,
    KIND,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_CHARGING_CURRENT,
    MEAN_CHARGING_VOLTAGE,
    MEAN_DISCHARGING_CURRENT,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_TEMPERATURE,
    MEASURED_CHARGING_C_RATE,
    MEASURED_DISCHARGING_C_RATE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    PATH_INFO,
    PAUSED_DURATION,
    POLARISATION,
    PROTOCOL,
    RECORD_COUNT,
    REPLICATE,
    REST_DURATION,
    REST_VOLTAGE_AFTER_CHARGE,
    REST_VOLTAGE_AFTER_DISCHARGE,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    START_TIME,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
    VOLTAGE_EFFICIENCY,
)

from .ageing import check_points, evolve
from .cycle_facts import with_derived
from .flaws import FLAWS, spoil
from .fleet import FleetCell
from .life import Life, live, resistance_factor
from .noise import TIME_BITS, quantize
from .records import records
from .slow_discharge import slow_curves

SYNTHETIC: Final = "synthetic"
_TIMES: Final = (
    TEST_TIME,
    START_TIME,
    END_TIME,
    DURATION,
    CHARGING_DURATION,
    DISCHARGING_DURATION,
    REST_DURATION,
    PAUSED_DURATION,
    GAP_DURATION,
)
# What is written is a multiple of 2**-bits, as a converter's is: exact in single precision, the
# same wherever it is computed, and small on disk. 13 bits are 0.12 mV, 16 bits 15 uAh.
_BITS: Final = {
    VOLTAGE: 13,
    CURRENT: 13,
    SURFACE_TEMPERATURE: 4,
    AMBIENT_TEMPERATURE: 4,
    DISCHARGING_CAPACITY: 16,
    CYCLE_CHARGING_CAPACITY: 16,
    CYCLE_DISCHARGING_CAPACITY: 16,
    CYCLE_CHARGING_ENERGY: 14,
    CYCLE_DISCHARGING_ENERGY: 14,
    COULOMBIC_EFFICIENCY: 17,
    ENERGY_EFFICIENCY: 14,
    VOLTAGE_EFFICIENCY: 14,
    MEAN_CHARGING_VOLTAGE: 13,
    MEAN_DISCHARGING_VOLTAGE: 13,
    POLARISATION: 13,
    REST_VOLTAGE_AFTER_CHARGE: 13,
    REST_VOLTAGE_AFTER_DISCHARGE: 13,
    **dict.fromkeys(DELAYS, 15),
    MINIMUM_VOLTAGE: 13,
    MAXIMUM_VOLTAGE: 13,
    MINIMUM_CURRENT: 13,
    MAXIMUM_CURRENT: 13,
    MEAN_CHARGING_CURRENT: 13,
    MEAN_DISCHARGING_CURRENT: 13,
    CHARGING_C_RATE: 13,
    DISCHARGING_C_RATE: 13,
    MEASURED_CHARGING_C_RATE: 13,
    MEASURED_DISCHARGING_C_RATE: 13,
    CV_DURATION_SHARE: 13,
    CV_CAPACITY_SHARE: 13,
    CHARGING_THROUGHPUT: 10,
    DISCHARGING_THROUGHPUT: 10,
    EQUIVALENT_FULL_CYCLES: 10,
    MEAN_TEMPERATURE: 5,
    MINIMUM_TEMPERATURE: 4,
    MAXIMUM_TEMPERATURE: 4,
    LOSS_OF_LITHIUM: 17,
    LOSS_OF_MATERIAL_PE: 17,
    LOSS_OF_MATERIAL_NE: 17,
    **dict.fromkeys(_TIMES, TIME_BITS),
}


def cell_tables(cell: FleetCell) -> dict[str, pd.DataFrame]:
    """Return the tables of one cell, its deliberate flaw included if it has one.

    Parameters
    ----------
    cell : FleetCell
        The cell.

    Returns
    -------
    dict of str to DataFrame
        `cells` (one row), `cycles`, `timeseries` and `curves`, in test order. Every value is
        rounded as it is written.
    """
    life = live(cell)
    timeseries = records(life)
    counted = life.cycles.assign(**{RECORD_COUNT: _record_counts(life, timeseries)})
    cycles, timeseries = spoil(cell.native_id, counted.assign(**{GAP_DURATION: 0.0}), timeseries)
    nominal = cell.chemistry.design.nominal_capacity_ah
    cycles = with_derived(cycles, nominal_capacity_ah=nominal)
    tables = {"cycles": cycles, "timeseries": timeseries, "curves": _curves(life)}
    return {
        "cells": _facts(cell),
        **{name: _as_written(frame, cell.native_id) for name, frame in tables.items()},
    }


def _as_written(frame: pd.DataFrame, native_id: str) -> pd.DataFrame:
    rounded = {
        name: quantize(frame[name].to_numpy(dtype=np.float64), bits)
        for name, bits in _BITS.items()
        if name in frame.columns
    }
    return frame.assign(**rounded, **{CELL: native_id, KIND: SYNTHETIC})


def _curves(life: Life) -> pd.DataFrame:
    """Slow discharge curves at C/10 and 25 degC, at the check points the cell lived to see."""
    cell = life.cell
    evolution = evolve(cell.design, cell.path, check_points(int(life.cycles[CYCLE].iloc[-1])))
    return slow_curves(
        cell.design,
        evolution,
        voltage_grid_volt=cell.chemistry.curve_grid(),
        current_ampere=cell.chemistry.design.nominal_capacity_ah / 10,
        resistance_ohm=cell.physics.resistance_ohm * resistance_factor(cell, evolution),
    )


def _record_counts(life: Life, timeseries: pd.DataFrame) -> "pd.Series[int]":
    """Count the records of the stored cycles; draw those of the others between them."""
    counts = timeseries.groupby(CYCLE).size()
    drawn = np.interp(life.cycles[CYCLE], counts.index.to_numpy(), counts.to_numpy())
    return pd.Series(np.round(drawn).astype(np.int64), index=life.cycles.index)


def _facts(cell: FleetCell) -> pd.DataFrame:
    condition, chemistry = cell.condition, cell.chemistry
    fact = {
        NATIVE_ID: cell.native_id,
        KIND: SYNTHETIC,
        CATHODE: chemistry.cathode,
        ANODE: "graphite",
        NOMINAL_CAPACITY: chemistry.design.nominal_capacity_ah,
        FORM_FACTOR: chemistry.form_factor,
        AMBIENT_TEMPERATURE: float(condition.celsius),
        CHARGING_C_RATE: float(condition.charge_c),
        DISCHARGING_C_RATE: float(condition.discharge_c),
        SOC_MINIMUM: float(condition.soc_minimum),
        SOC_MAXIMUM: float(condition.soc_maximum),
        MINIMUM_VOLTAGE: chemistry.design.minimum_voltage_volt,
        MAXIMUM_VOLTAGE: chemistry.design.maximum_voltage_volt,
        PROTOCOL: _protocol_text(cell),
        REPLICATE: cell.replicate,
        NOTE: _note(cell),
        PATH_INFO: _path_info(cell),
    }
    return pd.DataFrame([fact])


def _path_info(cell: FleetCell) -> str:
    """Everything that sets this cell's equilibrium curves, as JSON text."""
    design = cell.design
    about = {
        "design": design.name,
        "negative_capacity_ah": design.negative_capacity_ah,
        "positive_capacity_ah": design.positive_capacity_ah,
        "lithium_ah": design.lithium_ah,
        "resistance_ohm": cell.physics.resistance_ohm,
        "resistance_growth": dict(
            zip(("lli", "lam_ne", "lam_pe"), cell.resistance_growth, strict=True)
        ),
    }
    return json.dumps({**json.loads(cell.path.pathinfo()), "cell": about}, sort_keys=True)


def _note(cell: FleetCell) -> str:
    flaw = FLAWS.get(cell.native_id)
    return "Synthetic: computed, no such cell exists." + (
        f" Deliberate flaw: {flaw}." if flaw else ""
    )


def _protocol_text(cell: FleetCell) -> str:
    c, design = cell.condition, cell.chemistry.design
    charge = (
        f"{c.soc_maximum:.0%} SOC"
        if c.soc_maximum < 1
        else f"{design.maximum_voltage_volt:g} V, hold to C/20"
    )
    discharge = (
        f"{c.soc_minimum:.0%} SOC" if c.soc_minimum > 0 else f"{design.minimum_voltage_volt:g} V"
    )
    windowed = c.soc_minimum > 0 or c.soc_maximum < 1
    return (
        f"Charge at {c.charge_c:g}C to {charge}; rest 10 min; "
        f"discharge at {c.discharge_c:g}C to {discharge}; rest 20 min. "
        + ("SOC refers to the present slow capacity. " if windowed else "")
        + "Slow curves are C/10 at 25 °C and take no test time."
    )
