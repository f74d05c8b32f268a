"""Every feature: which cycles it is made of, from what, how, and where it comes from."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from bdg_explore.columns import (
    CAPACITY_DIFFERENCE,
    CAPACITY_INTERCEPT,
    CAPACITY_RISE,
    CAPACITY_SLOPE,
    CAPACITY_SLOPE_CHANGE,
    CHARGING_DURATION,
    COULOMBIC_EFFICIENCY,
    COULOMBIC_EFFICIENCY_DEVIATION,
    CV_CAPACITY_SHARE,
    CV_CAPACITY_SHARE_SLOPE,
    DIFFERENCE_VOLTAGE,
    DISCHARGING_VOLTAGE_SLOPE,
    DURATION,
    EARLY_CHARGING_DURATION,
    ENERGY_EFFICIENCY,
    FIRST_CAPACITY,
    GAP_DURATION,
    KURTOSIS_DIFFERENCE,
    LATE_CAPACITY_INTERCEPT,
    LATE_CAPACITY_SLOPE,
    MAXIMUM_TEMPERATURE,
    MEAN_CHARGING_VOLTAGE,
    MEAN_COULOMBIC_EFFICIENCY,
    MEAN_CV_CAPACITY_SHARE,
    MEAN_DIFFERENCE,
    MEAN_DISCHARGING_VOLTAGE,
    MEAN_ENERGY_EFFICIENCY,
    MEAN_POLARISATION,
    MEAN_TEMPERATURE,
    MINIMUM_DIFFERENCE,
    MINIMUM_RESISTANCE,
    MINIMUM_TEMPERATURE,
    POLARISATION_SLOPE,
    QUARTILES_DIFFERENCE,
    RESISTANCE_CHANGE,
    SKEWNESS_DIFFERENCE,
    TEMPERATURE_INTEGRAL,
    VARIANCE_DIFFERENCE,
    WINDOW_END_CAPACITY,
)

from . import values as of
from .values import Q, R, Value

SEVERSON: Final = "Severson et al. 2019, doi 10.1038/s41560-019-0356-8"
AFTER: Final = f"after {SEVERSON}"
VINASSA: Final = "Vinassa, Eddahech and Briat 2018, patent US 10036781 B2"
BURNS: Final = "Burns et al. 2013, doi 10.1149/2.060309jes"
HARLOW: Final = "Harlow et al. 2019, doi 10.1149/2.0981913jes"
PAULSON: Final = "Paulson et al. 2022, doi 10.1016/j.jpowsour.2022.231127"


@dataclass(frozen=True)
class Feature:
    """One column of the table of features.

    Attributes
    ----------
    name : str
        Name of the column; label, unit and meaning stand in the vocabulary.
    cycles : str
        Which cycles it is made of, for a window to fill in.
    inputs : tuple of str
        Columns it needs.
    reference : str
        Where it was proposed or used.
    value : callable
        Computes it from the first cycles of one cell.
    models : tuple of str
        Which models of Severson et al. take it: "variance", "discharge", "full".
    """

    name: str
    cycles: str
    inputs: tuple[str, ...]
    reference: str
    value: Value
    models: tuple[str, ...] = ()


ALL: Final = "{first} to {last}"
LATE: Final = "{late} to {last}"
TWO: Final = "{last} minus {early}"
DQ: Final = (CAPACITY_DIFFERENCE,)
QS: Final = (Q,)
CE: Final = (COULOMBIC_EFFICIENCY,)
CV: Final = (CV_CAPACITY_SHARE,)
VOLTAGES: Final = (MEAN_CHARGING_VOLTAGE, MEAN_DISCHARGING_VOLTAGE)
LEAST, MEAN, VARIANCE, SKEWNESS, KURTOSIS, QUARTILES = (
    of.of_difference(np.min, what="minimum"),
    of.of_difference(np.mean, what="mean"),
    of.of_difference(of.variance, what="variance"),
    of.of_difference(of.moment(3), what="skewness"),
    of.of_difference(of.moment(4), what="kurtosis"),
    of.of_difference(of.quartile_range, what="quartile range"),
)
HEAT: Final = (MEAN_TEMPERATURE, DURATION)
D, F, DF, VDF = ("discharge",), ("full",), ("discharge", "full"), ("variance", "discharge", "full")

_LIST: Final = (
    Feature(MINIMUM_DIFFERENCE, TWO, DQ, SEVERSON, LEAST, DF),
    Feature(VARIANCE_DIFFERENCE, TWO, DQ, SEVERSON, VARIANCE, VDF),
    Feature(SKEWNESS_DIFFERENCE, TWO, DQ, SEVERSON, SKEWNESS, D),
    Feature(KURTOSIS_DIFFERENCE, TWO, DQ, SEVERSON, KURTOSIS, D),
    Feature(CAPACITY_SLOPE, ALL, QS, SEVERSON, of.slope(Q), F),
    Feature(CAPACITY_INTERCEPT, ALL, QS, SEVERSON, of.intercept(Q), F),
    Feature(FIRST_CAPACITY, "{first}", QS, SEVERSON, of.first(Q), DF),
    Feature(CAPACITY_RISE, ALL, QS, SEVERSON, of.rise, D),
    Feature(
        EARLY_CHARGING_DURATION,
        "{first} to {fifth}",
        (CHARGING_DURATION,),
        SEVERSON,
        of.early_charging,
        F,
    ),
    Feature(TEMPERATURE_INTEGRAL, ALL, HEAT, SEVERSON, of.temperature_integral, F),
    Feature(MINIMUM_RESISTANCE, ALL, (R,), SEVERSON, of.lowest(R), F),
    Feature(RESISTANCE_CHANGE, "{last} minus {first}", (R,), SEVERSON, of.change(R), F),
    # beyond those models
    Feature(MEAN_DIFFERENCE, TWO, DQ, SEVERSON, MEAN),
    Feature(QUARTILES_DIFFERENCE, TWO, DQ, AFTER, QUARTILES),
    Feature(DIFFERENCE_VOLTAGE, TWO, DQ, AFTER, of.lowest_at),
    Feature(WINDOW_END_CAPACITY, "{last}", QS, SEVERSON, of.last(Q)),
    Feature(LATE_CAPACITY_SLOPE, LATE, QS, SEVERSON, of.late(of.slope(Q))),
    Feature(LATE_CAPACITY_INTERCEPT, LATE, QS, SEVERSON, of.late(of.intercept(Q))),
    Feature(CAPACITY_SLOPE_CHANGE, ALL, QS, AFTER, of.slope_change),
    Feature(
        MAXIMUM_TEMPERATURE,
        ALL,
        (MAXIMUM_TEMPERATURE,),
        SEVERSON,
        of.highest(MAXIMUM_TEMPERATURE),
    ),
    Feature(
        MINIMUM_TEMPERATURE,
        ALL,
        (MINIMUM_TEMPERATURE,),
        SEVERSON,
        of.lowest(MINIMUM_TEMPERATURE),
    ),
    Feature(MEAN_COULOMBIC_EFFICIENCY, ALL, CE, BURNS, of.mean(COULOMBIC_EFFICIENCY)),
    Feature(COULOMBIC_EFFICIENCY_DEVIATION, ALL, CE, BURNS, of.deviation),
    Feature(MEAN_ENERGY_EFFICIENCY, ALL, (ENERGY_EFFICIENCY,), PAULSON, of.mean(ENERGY_EFFICIENCY)),
    Feature(MEAN_POLARISATION, ALL, VOLTAGES, HARLOW, of.of_polarisation(of.mean)),
    Feature(POLARISATION_SLOPE, ALL, VOLTAGES, HARLOW, of.of_polarisation(of.slope)),
    Feature(
        DISCHARGING_VOLTAGE_SLOPE,
        ALL,
        (MEAN_DISCHARGING_VOLTAGE,),
        PAULSON,
        of.slope(MEAN_DISCHARGING_VOLTAGE),
    ),
    Feature(MEAN_CV_CAPACITY_SHARE, ALL, CV, VINASSA, of.mean(CV_CAPACITY_SHARE)),
    Feature(CV_CAPACITY_SHARE_SLOPE, ALL, CV, VINASSA, of.slope(CV_CAPACITY_SHARE)),
)

FEATURES: Final[dict[str, Feature]] = {one.name: one for one in _LIST}
"""Every feature by its name; `describe_features` shows them as a table."""

INPUTS: Final = tuple(
    dict.fromkeys((*(name for one in _LIST for name in one.inputs), GAP_DURATION))
)
"""Columns of the table of cycles that features are made of."""
