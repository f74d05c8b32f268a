"""Numbers from frames: pure functions, a frame in, a frame or a number out."""

from .ageing.bands import group_bands
from .ageing.distributions import distribution, summarize_distribution
from .ageing.health import end_of_life, state_of_health
from .ageing.knees import find_knee
from .curves.capacity_voltage import capacity_difference, capacity_voltage
from .curves.differentiation import check_area, differential_voltage, incremental_capacity
from .curves.peaks import find_peaks, track_peaks
from .cycles.classes import classify_cycles
from .cycles.counting import count_cycles
from .cycles.summary import summarize_cycles
from .cycles.throughput import charge_throughput, equivalent_full_cycles
from .features.life_features import describe_features, life_features
from .features.listed import FEATURES
from .impedance.circuits import circuit_impedance, circuit_residuals, fit_circuit
from .impedance.relaxation import relaxation_distribution, relaxation_peaks, relaxation_times
from .impedance.validity import kramers_kronig, kramers_kronig_residuals
from .modes.fitted_voltages import fitted_voltages
from .modes.tracking import degradation_modes
from .records.by_cell import SUMMARY_INPUTS
from .resistance.pulses import pulse_resistance
from .resistance.titration import diffusion_coefficients

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
