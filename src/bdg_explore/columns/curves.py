"""Columns of curves: derivatives, differences, peaks."""

from typing import Final

from ._column import Column

INCREMENTAL_CAPACITY: Final = "incremental_capacity_ah_per_volt"
DIFFERENTIAL_VOLTAGE: Final = "differential_voltage_volt_per_ah"
CAPACITY_DIFFERENCE: Final = "capacity_difference_ah"
PEAK: Final = "peak_count"
PEAK_VOLTAGE: Final = "peak_voltage_volt"
PEAK_HEIGHT: Final = "peak_height_ah_per_volt"
PEAK_AREA: Final = "peak_area_ah"
PEAK_WIDTH: Final = "peak_width_volt"
AREA: Final = "area_ah"
SPAN: Final = "span_ah"
AREA_DEVIATION: Final = "area_deviation"


CURVES: Final = (
    Column(
        INCREMENTAL_CAPACITY,
        "Incremental capacity / Ah/V",
        "Ah/V",
        "dQ/dV of the half cycle's capacity, which grows with time: negative in a discharge.",
    ),
    Column(
        DIFFERENTIAL_VOLTAGE,
        "Differential voltage / V/Ah",
        "V/Ah",
        "dV/dQ of the half cycle's capacity, which grows with time: negative in a discharge.",
    ),
    Column(
        CAPACITY_DIFFERENCE,
        "Capacity difference / Ah",
        "Ah",
        "Q(V) of a cycle minus Q(V) of the reference cycle, at one voltage.",
    ),
    Column(PEAK, "Peak", "1", "Number of a peak, from the lowest voltage up.", "count"),
    Column(PEAK_VOLTAGE, "Peak voltage / V", "V", "Where a peak of dQ/dV stands."),
    Column(PEAK_HEIGHT, "Peak height / Ah/V", "Ah/V", "dQ/dV at the peak, with its sign."),
    Column(PEAK_AREA, "Peak area / Ah", "Ah", "Charge between the valleys beside the peak."),
    Column(PEAK_WIDTH, "Peak width / V", "V", "Full width at half of the prominence."),
    Column(AREA, "Area / Ah", "Ah", "Integral of dQ/dV over voltage; positive."),
    Column(SPAN, "Span / Ah", "Ah", "Capacity between the ends of the curve."),
    Column(AREA_DEVIATION, "Area deviation", "1", "Area over span, minus one."),
)
