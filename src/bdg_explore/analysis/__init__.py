"""Numbers from frames: pure functions, a frame in, a frame or a number out."""

from .ageing import end_of_life, state_of_health
from .cycle_order import count_cycles
from .cycles import SUMMARY_INPUTS, summarize_cycles
from .knees import find_knee
from .throughput import equivalent_full_cycles

__all__ = [
    "SUMMARY_INPUTS",
    "count_cycles",
    "end_of_life",
    "equivalent_full_cycles",
    "find_knee",
    "state_of_health",
    "summarize_cycles",
]
