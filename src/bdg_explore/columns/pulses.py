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
)
