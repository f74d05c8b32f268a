"""Columns of the table of features: one row a cell, of the first cycles of its life.

ΔQ is Q(V) of a late cycle of the window minus Q(V) of an early one, on a grid of voltages.
"""

from typing import Final

from ._column import Column

MINIMUM_DIFFERENCE: Final = "log10_minimum_capacity_difference"
MEAN_DIFFERENCE: Final = "log10_mean_capacity_difference"
VARIANCE_DIFFERENCE: Final = "log10_variance_capacity_difference"
SKEWNESS_DIFFERENCE: Final = "log10_skewness_capacity_difference"
KURTOSIS_DIFFERENCE: Final = "log10_kurtosis_capacity_difference"
QUARTILES_DIFFERENCE: Final = "log10_quartile_range_capacity_difference"
DIFFERENCE_VOLTAGE: Final = "minimum_difference_voltage_volt"
FIRST_CAPACITY: Final = "first_capacity_ah"
WINDOW_END_CAPACITY: Final = "window_end_capacity_ah"
CAPACITY_RISE: Final = "capacity_rise_ah"
CAPACITY_SLOPE: Final = "capacity_slope_ah_per_cycle"
CAPACITY_INTERCEPT: Final = "capacity_intercept_ah"
LATE_CAPACITY_SLOPE: Final = "late_capacity_slope_ah_per_cycle"
LATE_CAPACITY_INTERCEPT: Final = "late_capacity_intercept_ah"
CAPACITY_SLOPE_CHANGE: Final = "capacity_slope_change_ah_per_cycle"
EARLY_CHARGING_DURATION: Final = "early_charging_duration_second"
TEMPERATURE_INTEGRAL: Final = "temperature_integral_celsius_hour"
MINIMUM_RESISTANCE: Final = "minimum_resistance_ohm"
RESISTANCE_CHANGE: Final = "resistance_change_ohm"
MEAN_COULOMBIC_EFFICIENCY: Final = "mean_coulombic_efficiency"
COULOMBIC_EFFICIENCY_DEVIATION: Final = "coulombic_efficiency_deviation"
MEAN_ENERGY_EFFICIENCY: Final = "mean_energy_efficiency"
MEAN_POLARISATION: Final = "mean_polarisation_volt"
POLARISATION_SLOPE: Final = "polarisation_slope_volt_per_cycle"
DISCHARGING_VOLTAGE_SLOPE: Final = "discharging_voltage_slope_volt_per_cycle"
MEAN_CV_CAPACITY_SHARE: Final = "mean_cv_capacity_share"
CV_CAPACITY_SHARE_SLOPE: Final = "cv_capacity_share_slope_per_cycle"

FEATURE: Final = "feature"
FEATURE_LABEL: Final = "label"
FEATURE_UNIT: Final = "unit"
FEATURE_CYCLES: Final = "feature_cycles"
FEATURE_INPUTS: Final = "inputs"
FEATURE_MODELS: Final = "severson_models"
FEATURE_MEANING: Final = "meaning"
FEATURE_REFERENCE: Final = "reference"
KNOWN_COUNT: Final = "known_count"
MISSING_COUNT: Final = "missing_count"


LIFE_FEATURES: Final = (
    Column(MINIMUM_DIFFERENCE, "Minimum of ΔQ / log10(Ah)", "log10(Ah)", "log10 |min ΔQ(V)|."),
    Column(MEAN_DIFFERENCE, "Mean of ΔQ / log10(Ah)", "log10(Ah)", "log10 |mean ΔQ(V)|."),
    Column(
        VARIANCE_DIFFERENCE,
        "Variance of ΔQ / log10(Ah²)",
        "log10(Ah²)",
        "log10 of the sample variance (n - 1) of ΔQ(V) over the voltages.",
    ),
    Column(
        SKEWNESS_DIFFERENCE,
        "Skewness of ΔQ / log10(1)",
        "log10(1)",
        "log10 |m3 / m2^1.5| of ΔQ(V), with central moments over n.",
    ),
    Column(
        KURTOSIS_DIFFERENCE,
        "Kurtosis of ΔQ / log10(1)",
        "log10(1)",
        "log10 of m4 / m2² of ΔQ(V), with central moments over n; a normal distribution has 3.",
    ),
    Column(
        QUARTILES_DIFFERENCE,
        "Quartile range of ΔQ / log10(Ah)",
        "log10(Ah)",
        "log10 of the third minus the first quartile of ΔQ(V): a variance that outliers leave be.",
    ),
    Column(
        DIFFERENCE_VOLTAGE,
        "Voltage of the minimum of ΔQ / V",
        "V",
        "Voltage at which ΔQ(V) is lowest: where the curve has moved most.",
    ),
    Column(FIRST_CAPACITY, "First capacity / Ah", "Ah", "Capacity at the window's first cycle."),
    Column(WINDOW_END_CAPACITY, "Last capacity / Ah", "Ah", "Capacity at the window's last cycle."),
    Column(CAPACITY_RISE, "Capacity rise / Ah", "Ah", "Largest capacity minus the first one."),
    Column(
        CAPACITY_SLOPE,
        "Fade slope / Ah/cycle",
        "Ah/cycle",
        "Slope of a line through Q; falls: < 0.",
    ),
    Column(CAPACITY_INTERCEPT, "Fade intercept / Ah", "Ah", "That line's value at cycle 0."),
    Column(
        LATE_CAPACITY_SLOPE,
        "Late fade slope / Ah/cycle",
        "Ah/cycle",
        "Slope of a line through Q of the window's last ten cycles.",
    ),
    Column(LATE_CAPACITY_INTERCEPT, "Late fade intercept / Ah", "Ah", "Its value at cycle 0."),
    Column(
        CAPACITY_SLOPE_CHANGE,
        "Fade slope change / Ah/cycle",
        "Ah/cycle",
        "Slope of the window's second half minus that of its first; negative: fades faster.",
    ),
    Column(
        EARLY_CHARGING_DURATION,
        "Early charging duration / s",
        "s",
        "Mean time with positive current of the window's first five cycles.",
    ),
    Column(
        TEMPERATURE_INTEGRAL,
        "Temperature integral / °C·h",
        "°C·h",
        "Temperature over time, summed over the window without the gaps in the record.",
    ),
    Column(MINIMUM_RESISTANCE, "Lowest resistance / Ω", "Ω", "Lowest of the window's cycles."),
    Column(RESISTANCE_CHANGE, "Resistance change / Ω", "Ω", "Last minus first cycle's."),
    Column(
        MEAN_COULOMBIC_EFFICIENCY, "Mean coulombic efficiency", "1", "Mean of the window's cycles."
    ),
    Column(
        COULOMBIC_EFFICIENCY_DEVIATION,
        "Deviation of coulombic efficiency",
        "1",
        "Sample standard deviation (n - 1) of the window's cycles.",
    ),
    Column(MEAN_ENERGY_EFFICIENCY, "Mean energy efficiency", "1", "Mean of the window's cycles."),
    Column(
        MEAN_POLARISATION,
        "Mean polarisation / V",
        "V",
        "Mean charging minus mean discharging voltage, averaged over the window's cycles.",
    ),
    Column(
        POLARISATION_SLOPE,
        "Polarisation slope / V/cycle",
        "V/cycle",
        "Slope of a line through that difference; positive: resistance grows.",
    ),
    Column(
        DISCHARGING_VOLTAGE_SLOPE,
        "Discharging voltage slope / V/cycle",
        "V/cycle",
        "Slope of a line through the mean discharging voltage.",
    ),
    Column(
        MEAN_CV_CAPACITY_SHARE,
        "Mean constant-voltage share",
        "1",
        "Mean share of the charge that flows in at constant voltage, of the window's cycles.",
    ),
    Column(
        CV_CAPACITY_SHARE_SLOPE,
        "Constant-voltage share slope / 1/cycle",
        "1/cycle",
        "Slope of a line through that share; positive: charging grows harder.",
    ),
    Column(FEATURE, "Feature", "", "Name of the column.", "text"),
    Column(FEATURE_LABEL, "Label", "", "What an axis shows.", "text"),
    Column(FEATURE_UNIT, "Unit", "", "Unit as printed.", "text"),
    Column(FEATURE_CYCLES, "Cycles", "", "Which cycles the feature is made of.", "text"),
    Column(FEATURE_INPUTS, "Inputs", "", "Columns it needs.", "text"),
    Column(
        FEATURE_MODELS,
        "Severson's models",
        "",
        "Which of the models variance, discharge and full of Severson et al. take it.",
        "text",
    ),
    Column(FEATURE_MEANING, "Meaning", "", "How it is computed.", "text"),
    Column(FEATURE_REFERENCE, "Reference", "", "Where it was proposed or used.", "text"),
    Column(KNOWN_COUNT, "Cells with a value", "1", "Cells that have the feature.", "count"),
    Column(MISSING_COUNT, "Cells without", "1", "Cells of the window that lack it.", "count"),
)
