"""Pictures from frames: HoloViews objects, drawn by Bokeh."""

from .capacity_fade import capacity_fade, fade_cells, fade_lines
from .completeness import completeness_lollipops, completeness_map
from .coverage import bar_groups, coverage_bars
from .degradation_modes import degradation_modes
from .fit_residuals import fit_residuals
from .nyquist import nyquist
from .traces import voltage_current_trace

__all__ = [
    "bar_groups",
    "capacity_fade",
    "completeness_lollipops",
    "completeness_map",
    "coverage_bars",
    "degradation_modes",
    "fade_cells",
    "fade_lines",
    "fit_residuals",
    "nyquist",
    "voltage_current_trace",
]
