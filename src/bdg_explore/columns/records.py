"""Columns of records: what is measured while a test runs, and counters."""

from collections.abc import Iterable
from typing import Final

from ._column import Column

TEST_TIME: Final = "test_time_second"
VOLTAGE: Final = "voltage_volt"
CURRENT: Final = "current_ampere"
UNIX_TIME: Final = "unix_time_second"
CYCLE: Final = "cycle_count"
HALF_CYCLE: Final = "half_cycle_count"
STEP: Final = "step_count"
STEP_ID: Final = "step_id"
STEP_TYPE: Final = "step_type"
STEP_TIME: Final = "step_time_second"
STEP_RECORD: Final = "step_record_index"
RECORD: Final = "record_index"
AMBIENT_TEMPERATURE: Final = "ambient_temperature_celsius"
SURFACE_TEMPERATURE: Final = "surface_temperature_celsius"
POWER: Final = "power_watt"
SURFACE_PRESSURE: Final = "surface_pressure_pa"
INTERNAL_RESISTANCE: Final = "internal_resistance_ohm"
DC_INTERNAL_RESISTANCE: Final = "dc_internal_resistance_ohm"
AC_INTERNAL_RESISTANCE: Final = "ac_internal_resistance_ohm"
FREQUENCY: Final = "frequency_hertz"
REAL_IMPEDANCE: Final = "real_impedance_ohm"
IMAGINARY_IMPEDANCE: Final = "imaginary_impedance_ohm"
ABSOLUTE_IMPEDANCE: Final = "absolute_impedance_ohm"
PHASE: Final = "phase_degree"

# Counters: the scope in the name says when they restart.
CHARGING_CAPACITY: Final = "charging_capacity_ah"
DISCHARGING_CAPACITY: Final = "discharging_capacity_ah"
NET_CAPACITY: Final = "net_capacity_ah"
CUMULATIVE_CAPACITY: Final = "cumulative_capacity_ah"
CHARGING_ENERGY: Final = "charging_energy_wh"
DISCHARGING_ENERGY: Final = "discharging_energy_wh"
NET_ENERGY: Final = "net_energy_wh"
CUMULATIVE_ENERGY: Final = "cumulative_energy_wh"
CYCLE_CHARGING_CAPACITY: Final = "cycle_charging_capacity_ah"
CYCLE_DISCHARGING_CAPACITY: Final = "cycle_discharging_capacity_ah"
CYCLE_CHARGING_ENERGY: Final = "cycle_charging_energy_wh"
CYCLE_DISCHARGING_ENERGY: Final = "cycle_discharging_energy_wh"
STEP_CHARGING_CAPACITY: Final = "step_charging_capacity_ah"
STEP_DISCHARGING_CAPACITY: Final = "step_discharging_capacity_ah"
STEP_CHARGING_ENERGY: Final = "step_charging_energy_wh"
STEP_DISCHARGING_ENERGY: Final = "step_discharging_energy_wh"
SCHEDULE_CHARGING_CAPACITY: Final = "schedule_charging_capacity_ah"
SCHEDULE_DISCHARGING_CAPACITY: Final = "schedule_discharging_capacity_ah"
SCHEDULE_CHARGING_ENERGY: Final = "schedule_charging_energy_wh"
SCHEDULE_DISCHARGING_ENERGY: Final = "schedule_discharging_energy_wh"


def _scoped(scope: str, prefix: str, restart: str) -> Iterable[Column]:
    for quantity, title, unit in (("capacity_ah", "capacity", "Ah"), ("energy_wh", "energy", "Wh")):
        for direction, meaning in (
            ("charging", "passed while charging"),
            ("discharging", "passed while discharging"),
            ("net", "charging minus discharging"),
            ("cumulative", "charging plus discharging"),
        ):
            yield Column(
                f"{scope}{direction}_{quantity}",
                f"{prefix}{direction} {title}".capitalize() + f" / {unit}",
                unit,
                f"{title.capitalize()} {meaning}; {restart}.",
                bdf=True,
            )


RECORDS: Final = (
    Column(TEST_TIME, "Test time / s", "s", "Time since the test began; never restarts.", bdf=True),
    Column(VOLTAGE, "Voltage / V", "V", "Voltage between the cell's terminals.", bdf=True),
    Column(CURRENT, "Current / A", "A", "Current; positive charges the cell.", bdf=True),
    Column(UNIX_TIME, "Unix time / s", "s", "Seconds since 1970-01-01 00:00 UTC.", bdf=True),
    Column(CYCLE, "Cycle", "1", "Cycle number as the tester counted it.", "count", True),
    Column(HALF_CYCLE, "Half cycle", "1", "Running number of charges and discharges.", "count"),
    Column(
        STEP, "Step count", "1", "Running number of executed steps; never repeats.", "count", True
    ),
    Column(STEP_ID, "Step", "1", "Line of the test program; recurs.", "count", True),
    Column(
        STEP_TYPE, "Step type", "", "What the step did: charge, discharge, rest ...", "text", True
    ),
    Column(STEP_TIME, "Step time / s", "s", "Time since the step began.", bdf=True),
    Column(
        STEP_RECORD, "Record in step", "1", "Running number of records in the step.", "count", True
    ),
    Column(
        RECORD, "Record", "1", "Running number of records as the tester counted.", "count", True
    ),
    Column(
        AMBIENT_TEMPERATURE,
        "Ambient temperature / °C",
        "°C",
        "Temperature of the chamber.",
        bdf=True,
    ),
    Column(
        SURFACE_TEMPERATURE,
        "Surface temperature / °C",
        "°C",
        "Temperature at the cell's surface.",
        bdf=True,
    ),
    *(
        Column(
            f"temperature_t{i}_celsius",
            f"Temperature {i} / °C",
            "°C",
            f"Thermometer {i}.",
            bdf=True,
        )
        for i in range(1, 6)
    ),
    Column(POWER, "Power / W", "W", "Voltage times current; positive charges.", bdf=True),
    Column(SURFACE_PRESSURE, "Surface pressure / Pa", "Pa", "Pressure on the cell.", bdf=True),
    Column(
        INTERNAL_RESISTANCE, "Internal resistance / Ω", "Ω", "As the tester states it.", bdf=True
    ),
    Column(
        DC_INTERNAL_RESISTANCE,
        "DC internal resistance / Ω",
        "Ω",
        "Voltage change over current change of a pulse; always with its length.",
        bdf=True,
    ),
    Column(
        AC_INTERNAL_RESISTANCE,
        "AC internal resistance / Ω",
        "Ω",
        "Impedance at one frequency.",
        bdf=True,
    ),
    Column(FREQUENCY, "Frequency / Hz", "Hz", "Frequency of the excitation.", bdf=True),
    Column(REAL_IMPEDANCE, "Real impedance / Ω", "Ω", "Real part of the impedance.", bdf=True),
    Column(
        IMAGINARY_IMPEDANCE,
        "Imaginary impedance / Ω",
        "Ω",
        "Imaginary part of the impedance; negative for a capacitor.",
        bdf=True,
    ),
    Column(
        ABSOLUTE_IMPEDANCE, "Absolute impedance / Ω", "Ω", "Modulus of the impedance.", bdf=True
    ),
    Column(PHASE, "Phase / °", "°", "Phase of the impedance.", bdf=True),
    *_scoped("", "", "counts since the test began, never restarts"),
    *_scoped("cycle_", "", "restarts with each cycle"),
    *_scoped("step_", "step ", "restarts with each step"),
    *_scoped("schedule_", "schedule ", "restarts where the tester's schedule says so"),
)
