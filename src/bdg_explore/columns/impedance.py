"""Columns of what is made of spectra of impedance: validity, circuits, relaxation times."""

from typing import Final

from ._column import Column

RC_ELEMENTS: Final = "rc_element_count"
FITTING_MEASURE: Final = "fitting_measure"
REAL_RESIDUAL: Final = "real_residual"
IMAGINARY_RESIDUAL: Final = "imaginary_residual"
REAL_RESIDUAL_RMS: Final = "real_residual_rms"
IMAGINARY_RESIDUAL_RMS: Final = "imaginary_residual_rms"
LARGEST_RESIDUAL: Final = "largest_residual"
LARGEST_RESIDUAL_FREQUENCY: Final = "largest_residual_frequency_hertz"
BEYOND_TOLERANCE: Final = "beyond_tolerance_share"
VALID: Final = "kramers_kronig_valid"
CIRCUIT: Final = "circuit"
CHI_SQUARED: Final = "chi_squared"
REDUCED_CHI_SQUARED: Final = "reduced_chi_squared"
START_COUNT: Final = "start_count"
AGREEING_STARTS: Final = "agreeing_start_count"
OHMIC_RESISTANCE: Final = "ohmic_resistance_ohm"
POLARISATION_RESISTANCE: Final = "polarisation_resistance_ohm"
INDUCTANCE: Final = "inductance_henry"
SERIES_CAPACITANCE: Final = "series_capacitance_farad"
REGULARISATION: Final = "regularisation"
RELAXATION_TIME: Final = "relaxation_time_second"
RELAXATION_DISTRIBUTION: Final = "relaxation_distribution_ohm"
PEAK_COUNT: Final = "relaxation_peak_count"
PEAK_TIME: Final = "peak_relaxation_time_second"
PEAK_FREQUENCY: Final = "peak_frequency_hertz"
PEAK_DISTRIBUTION: Final = "peak_distribution_ohm"
PEAK_RESISTANCE: Final = "peak_resistance_ohm"


IMPEDANCES: Final = (
    Column(RC_ELEMENTS, "RC elements", "1", "Number of RC elements of the model.", "count"),
    Column(
        FITTING_MEASURE,
        "Fitting measure",
        "1",
        "mu of Schönleber: 1 minus negative over positive resistances; falls with overfitting.",
    ),
    Column(
        REAL_RESIDUAL,
        "Residual, real part",
        "1",
        "Real part measured minus that of the model, over the modulus measured.",
    ),
    Column(
        IMAGINARY_RESIDUAL,
        "Residual, imaginary part",
        "1",
        "Imaginary part measured minus that of the model, over the modulus measured.",
    ),
    Column(REAL_RESIDUAL_RMS, "Residual, real part, RMS", "1", "Over all frequencies."),
    Column(IMAGINARY_RESIDUAL_RMS, "Residual, imaginary part, RMS", "1", "Over all frequencies."),
    Column(LARGEST_RESIDUAL, "Largest residual", "1", "Without sign, of either part."),
    Column(
        LARGEST_RESIDUAL_FREQUENCY,
        "Frequency of the largest residual / Hz",
        "Hz",
        "Where the model and the spectrum differ most.",
    ),
    Column(
        BEYOND_TOLERANCE,
        "Share beyond tolerance",
        "1",
        "Share of residuals beyond the tolerance, of the part that has more of them.",
    ),
    Column(VALID, "Kramers-Kronig valid", "", "Whether the spectrum passes the test.", "flag"),
    Column(CIRCUIT, "Circuit", "", "The equivalent circuit, as a line of text.", "text"),
    Column(
        CHI_SQUARED,
        "Chi squared",
        "1",
        "Sum of the squares of the residuals of both parts, each over the modulus.",
    ),
    Column(
        REDUCED_CHI_SQUARED,
        "Chi squared, reduced",
        "1",
        "Chi squared over twice the frequencies less the parameters.",
    ),
    Column(START_COUNT, "Starts", "1", "From how many guesses the fit was begun.", "count"),
    Column(
        AGREEING_STARTS,
        "Starts that agree",
        "1",
        "How many of them came to the same least sum of squares, within one percent.",
        "count",
    ),
    Column(OHMIC_RESISTANCE, "Ohmic resistance / Ω", "Ω", "Of the resistance in series."),
    Column(
        POLARISATION_RESISTANCE,
        "Polarisation resistance / Ω",
        "Ω",
        "Area under the distribution of relaxation times.",
    ),
    Column(INDUCTANCE, "Inductance / H", "H", "Of leads and cell, in series."),
    Column(
        SERIES_CAPACITANCE,
        "Series capacitance / F",
        "F",
        "What is left of charge storage slower than the slowest relaxation time.",
    ),
    Column(
        REGULARISATION,
        "Regularisation",
        "1",
        "Weight of the smoothness of the distribution against the residuals.",
    ),
    Column(RELAXATION_TIME, "Relaxation time / s", "s", "Time constant."),
    Column(
        RELAXATION_DISTRIBUTION,
        "Distribution of relaxation times / Ω",
        "Ω",
        "Resistance a unit of the natural logarithm of the relaxation time.",
    ),
    Column(PEAK_COUNT, "Relaxation peaks", "1", "Number of peaks found.", "count"),
    Column(PEAK_TIME, "Relaxation time of the peak / s", "s", "Where the peak stands."),
    Column(PEAK_FREQUENCY, "Frequency of the peak / Hz", "Hz", "1 / (2 pi relaxation time)."),
    Column(PEAK_DISTRIBUTION, "Height of the peak / Ω", "Ω", "Distribution at the peak."),
    Column(PEAK_RESISTANCE, "Resistance of the peak / Ω", "Ω", "Area between its valleys."),
)
