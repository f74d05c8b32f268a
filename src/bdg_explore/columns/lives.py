"""Columns of the end of a life, and of its knee: one row a cell."""

from typing import Final

from ._column import Column

END_OF_LIFE: Final = "end_of_life_cycle"
FIRST_TOUCH: Final = "first_touch_cycle"
SUSTAINED: Final = "sustained_cycle"
INTERPOLATED: Final = "interpolated_cycle"
CENSORED: Final = "censored"
LAST_CYCLE: Final = "last_cycle"
THRESHOLD: Final = "threshold_ah"
KNEE: Final = "knee_cycle"
KNEE_LOWER: Final = "knee_lower_cycle"
KNEE_UPPER: Final = "knee_upper_cycle"
KNEE_CAPACITY: Final = "knee_capacity_ah"
KNEE_HEALTH: Final = "knee_state_of_health"
SLOPE_BEFORE: Final = "slope_before_ah_per_cycle"
SLOPE_AFTER: Final = "slope_after_ah_per_cycle"
ONSET: Final = "onset_cycle"
ONSET_LOWER: Final = "onset_lower_cycle"
ONSET_UPPER: Final = "onset_upper_cycle"
BEND_END: Final = "bend_end_cycle"
EVIDENCE: Final = "bic_improvement"
AUTOCORRELATION: Final = "residual_autocorrelation"
MEASURED: Final = "measured_count"
STRAY: Final = "stray_count"
METHOD: Final = "method"
REASON: Final = "reason"
ONSET_REASON: Final = "onset_reason"


LIVES: Final = (
    Column(
        END_OF_LIFE,
        "End of life / cycles",
        "1",
        "First cycle from which capacity stays below the threshold; the last one where censored.",
    ),
    Column(FIRST_TOUCH, "First touch / cycles", "1", "First cycle below the threshold."),
    Column(SUSTAINED, "Sustained / cycles", "1", "First of several cycles in a row below it."),
    Column(
        INTERPOLATED,
        "Interpolated / cycles",
        "1",
        "Where a straight line between the cycles around the sustained crossing meets it.",
    ),
    Column(CENSORED, "Censored", "", "True where the end of life was not reached.", "flag"),
    Column(LAST_CYCLE, "Last cycle", "1", "Last cycle measured."),
    Column(THRESHOLD, "Threshold / Ah", "Ah", "Capacity at which life is taken to end."),
    Column(KNEE, "Knee / cycle", "1", "Cycle from which the capacity falls faster."),
    Column(KNEE_LOWER, "Knee, lower limit / cycle", "1", "Lower limit of the knee's interval."),
    Column(KNEE_UPPER, "Knee, upper limit / cycle", "1", "Upper limit of the knee's interval."),
    Column(KNEE_CAPACITY, "Capacity at the knee / Ah", "Ah", "Capacity of the line at the knee."),
    Column(
        KNEE_HEALTH, "State of health at the knee", "1", "That capacity over a reference [0-1]."
    ),
    Column(
        SLOPE_BEFORE, "Slope before the knee / Ah/cycle", "Ah/cycle", "Negative where it falls."
    ),
    Column(SLOPE_AFTER, "Slope after the knee / Ah/cycle", "Ah/cycle", "Negative where it falls."),
    Column(ONSET, "Knee onset / cycle", "1", "Cycle at which the bend begins."),
    Column(ONSET_LOWER, "Onset, lower limit / cycle", "1", "Lower limit of the onset's interval."),
    Column(ONSET_UPPER, "Onset, upper limit / cycle", "1", "Upper limit of the onset's interval."),
    Column(BEND_END, "End of the bend / cycle", "1", "Second of the two breaks that bound it."),
    Column(EVIDENCE, "BIC improvement", "1", "How much the broken line beats the straight one."),
    Column(AUTOCORRELATION, "Residual autocorrelation", "1", "Of the broken line, lag one."),
    Column(MEASURED, "Measured cycles", "1", "Cycles that have a capacity.", "count"),
    Column(STRAY, "Stray cycles", "1", "Cycles passed over as outliers.", "count"),
    Column(METHOD, "Method", "", "Method by which it was found.", "text"),
    Column(REASON, "Reason", "", "Why there is no such number; empty if there is.", "text"),
    Column(ONSET_REASON, "Reason, onset", "", "Why there is no onset; empty if there is.", "text"),
)
