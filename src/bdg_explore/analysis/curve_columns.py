"""Names of what curves and their peaks hold, beside the vocabulary of `bdg_explore.columns`."""

from typing import Final

from bdg_explore.columns import Column

CURVE_COLUMNS: Final = (
    Column(
        "incremental_capacity_ah_per_volt",
        "Incremental capacity / Ah/V",
        "Ah/V",
        "dQ/dV of the half cycle's capacity, which grows with time: negative in a discharge.",
    ),
    Column(
        "differential_voltage_volt_per_ah",
        "Differential voltage / V/Ah",
        "V/Ah",
        "dV/dQ of the half cycle's capacity, which grows with time: negative in a discharge.",
    ),
    Column(
        "capacity_difference_ah",
        "Capacity difference / Ah",
        "Ah",
        "Q(V) of a cycle minus Q(V) of the reference cycle, at one voltage.",
    ),
    Column("peak_count", "Peak", "1", "Number of a peak, from the lowest voltage up.", "count"),
    Column("peak_voltage_volt", "Peak voltage / V", "V", "Where a peak of dQ/dV stands."),
    Column(
        "peak_height_ah_per_volt",
        "Peak height / Ah/V",
        "Ah/V",
        "dQ/dV at the peak, with its sign.",
    ),
    Column("peak_area_ah", "Peak area / Ah", "Ah", "Charge between the valleys beside the peak."),
    Column("peak_width_volt", "Peak width / V", "V", "Full width at half of the prominence."),
    Column("area_ah", "Area / Ah", "Ah", "Integral of dQ/dV over voltage; positive."),
    Column("span_ah", "Span / Ah", "Ah", "Capacity between the ends of the curve."),
    Column("area_deviation", "Area deviation", "1", "Area over span, minus one."),
)
(
    INCREMENTAL_CAPACITY,
    DIFFERENTIAL_VOLTAGE,
    CAPACITY_DIFFERENCE,
    PEAK,
    PEAK_VOLTAGE,
    PEAK_HEIGHT,
    PEAK_AREA,
    PEAK_WIDTH,
    AREA,
    SPAN,
    AREA_DEVIATION,
) = (column.name for column in CURVE_COLUMNS)
