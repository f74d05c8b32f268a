"""Numbers from frames: pure functions, a frame in, a frame or a number out."""

from ._feature_list import FEATURES
from .ageing import end_of_life, state_of_health
from .bands import group_bands
from .by_cell import SUMMARY_INPUTS
from .circuits import circuit_impedance, circuit_residuals, fit_circuit
from .counted_cycles import count_cycles
from .curves import capacity_difference, capacity_voltage
from .cycle_class import classify_cycles
from .cycles import summarize_cycles
from .degradation_modes import degradation_modes
from .differentiation import check_area, differential_voltage, incremental_capacity
from .distributions import distribution, summarize_distribution
from .features import describe_features, life_features
from .fitted_voltages import fitted_voltages
from .impedance_validity import kramers_kronig, kramers_kronig_residuals
from .knees import find_knee
from .peaks import find_peaks, track_peaks
from .pulses import pulse_resistance
from .relaxation import relaxation_distribution, relaxation_peaks, relaxation_times
from .throughput import charge_throughput, equivalent_full_cycles
from .titration import diffusion_coefficients

__all__ = [
    "FEATURES",
    "SUMMARY_INPUTS",
    "capacity_difference",
    "capacity_voltage",
    "charge_throughput",
    "check_area",
    "circuit_impedance",
    "circuit_residuals",
    "classify_cycles",
    "count_cycles",
    "degradation_modes",
    "describe_features",
    "differential_voltage",
    "diffusion_coefficients",
    "distribution",
    "end_of_life",
    "equivalent_full_cycles",
    "find_knee",
    "find_peaks",
    "fit_circuit",
    "fitted_voltages",
    "group_bands",
    "incremental_capacity",
    "kramers_kronig",
    "kramers_kronig_residuals",
    "life_features",
    "pulse_resistance",
    "relaxation_distribution",
    "relaxation_peaks",
    "relaxation_times",
    "state_of_health",
    "summarize_cycles",
    "summarize_distribution",
    "track_peaks",
]
