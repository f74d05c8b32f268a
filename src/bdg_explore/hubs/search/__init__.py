"""Search among cells and data sets: words, units, other names, misspellings, facets, ranges."""

from .answer import Answer, told_unlisted
from .index import CellIndex, Histogram
from .terms import in_quotes

__all__ = ["Answer", "CellIndex", "Histogram", "in_quotes", "told_unlisted"]
