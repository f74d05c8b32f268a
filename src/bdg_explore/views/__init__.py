"""Pictures from frames: HoloViews objects, drawn by Bokeh."""

from .along_life import along_life
from .bode import bode
from .capacity_fade import capacity_fade, fade_cells, fade_lines
from .completeness import completeness_lollipops, completeness_map
from .coverage import bar_groups, coverage_bars
from .curves import curves
from .cycle_voltage_map import cycle_voltage_map
from .degradation_modes import degradation_modes
from .distribution_steps import distribution_steps
from .fade_bands import fade_bands
from .fit_residuals import fit_residuals
from .nyquist import nyquist
from .parallel_coordinates import parallel_coordinates
from .peaks import peaks
from .pulse_resistance import pulse_resistance
from .relaxation_times import relaxation_times
from .traces import voltage_current_trace

__all__ = [
    "along_life",
    "bar_groups",
    "bode",
    "capacity_fade",
    "completeness_lollipops",
    "completeness_map",
    "coverage_bars",
    "curves",
    "cycle_voltage_map",
    "degradation_modes",
    "distribution_steps",
    "fade_bands",
    "fade_cells",
    "fade_lines",
    "fit_residuals",
    "nyquist",
    "parallel_coordinates",
    "peaks",
    "pulse_resistance",
    "relaxation_times",
    "voltage_current_trace",
]
