"""Pictures from frames: HoloViews objects, drawn by Bokeh."""

from .capacity_fade import capacity_fade, fade_cells, fade_lines
from .nyquist import nyquist
from .traces import voltage_current_trace

__all__ = ["capacity_fade", "fade_cells", "fade_lines", "nyquist", "voltage_current_trace"]
