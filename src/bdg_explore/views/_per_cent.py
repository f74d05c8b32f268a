"""Axes of fractions are labelled in per cent."""

from typing import Any, Final

from bokeh.models import NumeralTickFormatter

from bdg_explore.columns import (
    COULOMBIC_EFFICIENCY,
    ENERGY_EFFICIENCY,
    STATE_OF_HEALTH,
    VOLTAGE_EFFICIENCY,
)

LEAST_MARGIN: Final = 0.01
LEAST_OF_EFFICIENCY: Final = 2e-4
"""Of a coulombic efficiency the fourth digit is what one looks at."""
_FORMATS: Final = {
    STATE_OF_HEALTH: "0 %",
    COULOMBIC_EFFICIENCY: "0.0[00] %",
    ENERGY_EFFICIENCY: "0.0[00] %",
    VOLTAGE_EFFICIENCY: "0.0[00] %",
}


def per_cent(y: str) -> dict[str, Any]:
    """Return the options that label the upward axis of a column, if it holds fractions."""
    return {"yformatter": NumeralTickFormatter(format=_FORMATS[y])} if y in _FORMATS else {}


def least_margin(y: str) -> float:
    """Return the least margin of a column's upward axis, as a share of its highest value."""
    return LEAST_OF_EFFICIENCY if y in _FORMATS and y != STATE_OF_HEALTH else LEAST_MARGIN
