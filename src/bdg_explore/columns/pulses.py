"""Columns of pulses: one row an edge of the current, or a titration step."""

from typing import Final

from ._column import Column

PULSE: Final = "pulse_count"
PULSE_DURATION: Final = "pulse_duration_second"
CURRENT_EDGE: Final = "current_edge"
DIRECTION: Final = "direction"
CURRENT_BEFORE: Final = "current_before_ampere"
CURRENT_AFTER: Final = "current_after_ampere"
VOLTAGE_BEFORE: Final = "voltage_before_volt"
OHMIC_PULSE_RESISTANCE: Final = "ohmic_pulse_resistance_ohm"
PULSE_TEMPERATURE: Final = "temperature_celsius"
NET_CHARGE: Final = "net_charge_ah"
STATE_OF_CHARGE: Final = "state_of_charge"
SOC_BASIS: Final = "state_of_charge_basis"
REST_AFTER: Final = "rest_after_duration_second"
EQUILIBRIUM_CHANGE: Final = "equilibrium_voltage_change_volt"
TRANSIENT_CHANGE: Final = "transient_voltage_change_volt"
ROOT_TIME_SLOPE: Final = "root_time_slope_volt_per_root_second"
LINEARITY: Final = "root_time_linearity"
DIFFUSION_COEFFICIENT: Final = "diffusion_coefficient_square_metre_per_second"
FOURIER_NUMBER: Final = "fourier_number"


def dc_resistance(delay_second: float) -> str:
    """Return the name of the column of DC resistances a delay [s] after an edge of the current."""
    return f"dc_internal_resistance_{delay_second:g}s_ohm"


PULSES: Final = (
    Column(PULSE, "Pulse", "1", "Number of the pulse, from 1, in test order.", "count"),
    Column(PULSE_DURATION, "Pulse duration / s", "s", "From the edge to the next, or to the end."),
    Column(
        CURRENT_EDGE,
        "Edge of the current",
        "",
        "From what the current went to what: rest, charge, discharge.",
        "text",
    ),
    Column(
        DIRECTION,
        "Direction",
        "",
        "Charge or discharge: of the larger of the two currents.",
        "text",
    ),
    Column(CURRENT_BEFORE, "Current before / A", "A", "Before the edge; positive charges."),
    Column(CURRENT_AFTER, "Current after / A", "A", "After the edge; positive charges."),
    Column(VOLTAGE_BEFORE, "Voltage before / V", "V", "Last voltage before the edge."),
    Column(
        OHMIC_PULSE_RESISTANCE,
        "Ohmic resistance of the pulse / Ω",
        "Ω",
        "Change of voltage over change of current at the first record, less than 0.1 s after.",
    ),
    Column(
        PULSE_TEMPERATURE, "Temperature / °C", "°C", "Of the surface, else of the surroundings."
    ),
    Column(
        NET_CHARGE,
        "Net charge / Ah",
        "Ah",
        "Charge since the first record, charging minus discharging, up to the edge.",
    ),
    Column(
        STATE_OF_CHARGE, "State of charge", "1", "Fraction, on the basis that is named beside it."
    ),
    Column(
        SOC_BASIS,
        "Basis of the state of charge",
        "",
        "nominal: a given start and the nominal capacity; range: 0 and 1 are the ends of the test.",
        "text",
    ),
    Column(REST_AFTER, "Rest after / s", "s", "Time without current that follows."),
    Column(
        EQUILIBRIUM_CHANGE,
        "Change of equilibrium voltage / V",
        "V",
        "dEs: at the end of the rest after the pulse minus at the end of the rest before.",
    ),
    Column(
        TRANSIENT_CHANGE,
        "Transient change of voltage / V",
        "V",
        "dEt: slope by the root of time, times the root of the duration; without the ohmic drop.",
    ),
    Column(
        ROOT_TIME_SLOPE,
        "Slope by the root of time / V/√s",
        "V/√s",
        "Of the line through voltage against the root of the time since the edge.",
    ),
    Column(
        LINEARITY,
        "Linearity by the root of time",
        "1",
        "R squared of that line; well below 1 the method does not hold.",
    ),
    Column(
        DIFFUSION_COEFFICIENT,
        "Diffusion coefficient / m²/s",
        "m²/s",
        "Apparent chemical diffusion coefficient, for the length that was given.",
    ),
    Column(
        FOURIER_NUMBER,
        "Fourier number",
        "1",
        "Diffusion coefficient times the time over the length squared; small where it holds.",
    ),
)
