"""Pictures from frames: HoloViews objects, drawn by Bokeh."""

from .capacity_fade import capacity_fade, fade_cells, fade_lines
from .completeness import completeness_lollipops, completeness_map
from .coverage import bar_groups, coverage_bars
from .nyquist import nyquist
from .traces import voltage_current_trace

__all__ = [
    "bar_groups",
    "capacity_fade",
    "completeness_lollipops",
    "completeness_map",
    "coverage_bars",
    "fade_cells",
    "fade_lines",
    "nyquist",
    "voltage_current_trace",
]
