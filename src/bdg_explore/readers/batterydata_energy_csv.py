"""Processed csv of the DOE battery data hub (batterydata.energy.gov): raw and summary.

*Raw* (``...-raw.csv``): ``Cycle_Index,Step,Time_s,...,Current_A,Voltage_V,...,Datenum_d,...``.
Records with a frequency are impedance spectra, measured by another instrument between the cycles;
they make the table ``impedance`` and are left out of the ``timeseries``, and the other way round.
``Datenum_d`` counts days since the year 0 as MATLAB does. ``Z_Imag_Ohm`` has its sign: negative for
a capacitor.

*Summary* (``...-summary.csv``): one row a cycle. Efficiencies are fractions; ``I_min`` to ``T_avg``
are over the whole cycle. A cycle that is a spectrum has no capacity and a voltage that means
nothing; it stays, as the file has it.

The current is signed, positive charges.

References
----------
https://batterydata.energy.gov
"""

from typing import Any, Final

import numpy as np

from bdg_explore.columns import (
    ABSOLUTE_IMPEDANCE,
    COULOMBIC_EFFICIENCY,
    CUMULATIVE_CAPACITY,
    CUMULATIVE_ENERGY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DURATION,
    END_TIME,
    ENERGY_EFFICIENCY,
    EQUIVALENT_FULL_CYCLES,
    FREQUENCY,
    IMAGINARY_IMPEDANCE,
    MAXIMUM_CURRENT,
    MAXIMUM_TEMPERATURE,
    MAXIMUM_VOLTAGE,
    MEAN_TEMPERATURE,
    MINIMUM_CURRENT,
    MINIMUM_TEMPERATURE,
    MINIMUM_VOLTAGE,
    NET_CAPACITY,
    NET_ENERGY,
    PHASE,
    POWER,
    REAL_IMPEDANCE,
    START_TIME,
    STEP_ID,
    STEP_TYPE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError

from ._delimited import delimited, read_delimited
from ._finish import steps_and_counters
from ._reader import From, Raw, Reader, Request
from ._rows import leave_out, numbers_of, values_of
from ._source import Head
from ._spectra import finish_spectrum

_ALIKE: Final[dict[str, Any]] = {
    "name": "batterydata_energy_csv",
    "description": "batterydata.energy.gov, processed raw csv and summary",
}
_DATENUM: Final = From("Datenum_d", 86_400.0, -719_529.0 * 86_400.0)  # 1970-01-01 is day 719529


def _is_raw(head: Head) -> bool:
    return head.has_headers("Cycle_Index", "Time_s", "Datenum_d", "Current_A", "Voltage_V")


def _is_spectra(head: Head) -> bool:
    return head.has_headers("Cycle_Index", "Frequency_Hz", "Z_Real_Ohm", "Z_Imag_Ohm", "Datenum_d")


def _is_summary(head: Head) -> bool:
    return head.has_headers("Cycle_Index", "tsecs_start", "Q_chg", "Q_dis")


def _load(request: Request) -> Raw:
    raw = read_delimited(request)
    frequency = values_of(raw, FREQUENCY)
    if frequency is not None:
        sounding = numbers_of(frequency) > 0
        place = next(i for i, w in enumerate(raw.plan) if w.name == FREQUENCY)
        del raw.plan[place], raw.values[place]
        leave_out(raw, sounding, "records are of impedance spectra (table='impedance')")
    return raw


def _load_spectra(request: Request) -> Raw:
    raw = read_delimited(request)
    frequency = values_of(raw, FREQUENCY)
    sounding = np.zeros(raw.rows, bool) if frequency is None else numbers_of(frequency) > 0
    if not sounding.any():
        raise ReadError(
            f"{request.source.name} holds no impedance spectra. Read it with table='timeseries'."
        )
    leave_out(raw, ~sounding, "records have no frequency (table='timeseries')")
    return raw


READERS = (
    Reader(
        **_ALIKE,
        recognises=_is_raw,
        load=_load,
        columns={
            CYCLE: From("Cycle_Index"),
            STEP_ID: From("Step"),
            TEST_TIME: From("Time_s"),
            UNIX_TIME: _DATENUM,
            CURRENT: From("Current_A"),
            VOLTAGE: From("Voltage_V"),
            POWER: From("Power_W"),
            SURFACE_TEMPERATURE: From("Cell_Temperature_C"),
            "temperature_t2_celsius": From("Temp2"),
            CYCLE_CHARGING_CAPACITY: From("Charge_Capacity_Ah"),
            CYCLE_DISCHARGING_CAPACITY: From("Discharge_Capacity_Ah"),
            CYCLE_CHARGING_ENERGY: From("Charge_Energy_Wh"),
            CYCLE_DISCHARGING_ENERGY: From("Discharge_Energy_Wh"),
            CUMULATIVE_CAPACITY: From("Absolute_Charge_Throughput_Ah"),
            NET_CAPACITY: From("Charge_Throughput_Ah"),
            CUMULATIVE_ENERGY: From("Absolute_Energy_Throughput_Wh"),
            NET_ENERGY: From("Energy_Throughput_Wh"),
            STEP_TYPE: From("Segment_Label"),
            FREQUENCY: From("Frequency_Hz"),
        },
        finish=steps_and_counters(CYCLE, STEP_ID),
        known_by="headers Cycle_Index, Time_s, Current_A, Voltage_V, Datenum_d",
    ),
    Reader(
        **_ALIKE,
        recognises=_is_spectra,
        load=_load_spectra,
        table="impedance",
        known_by="headers Cycle_Index, Frequency_Hz, Z_Real_Ohm, Z_Imag_Ohm, Datenum_d",
        columns={
            CYCLE: From("Cycle_Index"),
            TEST_TIME: From("Time_s"),
            UNIX_TIME: _DATENUM,
            FREQUENCY: From("Frequency_Hz"),
            REAL_IMPEDANCE: From("Z_Real_Ohm"),
            IMAGINARY_IMPEDANCE: From("Z_Imag_Ohm"),
            ABSOLUTE_IMPEDANCE: From("Z_Mag_Ohm"),
            PHASE: From("Z_Phase_Degree"),
        },
        finish=finish_spectrum,
    ),
    Reader(
        **_ALIKE,
        recognises=_is_summary,
        load=delimited(),
        table="cycles",
        columns={
            CYCLE: From("Cycle_Index"),
            START_TIME: From("tsecs_start"),
            END_TIME: From("tsecs_end"),
            DURATION: From("tsecs_cycle"),
            UNIX_TIME: _DATENUM,
            CYCLE_CHARGING_CAPACITY: From("Q_chg"),
            CYCLE_DISCHARGING_CAPACITY: From("Q_dis"),
            COULOMBIC_EFFICIENCY: From("CE"),
            CYCLE_CHARGING_ENERGY: From("E_chg"),
            CYCLE_DISCHARGING_ENERGY: From("E_dis"),
            ENERGY_EFFICIENCY: From("EE"),
            EQUIVALENT_FULL_CYCLES: From("Equivalent_Full_Cycles"),
            CUMULATIVE_CAPACITY: From("Absolute_Charge_Throughput_Ah"),
            CUMULATIVE_ENERGY: From("Absolute_Energy_Throughput_Wh"),
            NET_CAPACITY: From("Charge_Throughput_Ah"),
            NET_ENERGY: From("Energy_Throughput_Wh"),
            MINIMUM_VOLTAGE: From("V_min"),
            MAXIMUM_VOLTAGE: From("V_max"),
            MINIMUM_CURRENT: From("I_min"),
            MAXIMUM_CURRENT: From("I_max"),
            MINIMUM_TEMPERATURE: From("T_min"),
            MAXIMUM_TEMPERATURE: From("T_max"),
            MEAN_TEMPERATURE: From("T_avg"),
        },
        known_by="headers Cycle_Index, Q_chg, Q_dis, tsecs_start",
    ),
)
