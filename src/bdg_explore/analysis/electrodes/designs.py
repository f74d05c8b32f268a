"""Cell designs: two electrodes, their lithium and a voltage window; six are published ones.

The capacities follow from the sets' electrode dimensions, `C = F eps L A c_max / 3600` with
F = 96485.33212 C/mol. The negative electrode of the Prada set is the Chen graphite curve: the pair
is a stand-in for an LFP/graphite power cell, not a fit to one.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bdg_explore.errors import ParameterError, UnknownNameError, did_you_mean

from .half_cells import (
    GRAPHITE_CHEN,
    GRAPHITE_ECKER,
    GRAPHITE_KIM,
    GRAPHITE_MARQUIS,
    GRAPHITE_MOHTAT,
    LCO_MARQUIS,
    LFP,
    NCA_KIM,
    NCO_ECKER,
    NMC532_MOHTAT,
    NMC811_CHEN,
    HalfCell,
)


@dataclass(frozen=True, slots=True)
class CellDesign:
    """Two electrodes, their lithium and the voltage window of a full cell.

    Attributes
    ----------
    name : str
        What the design is called.
    negative, positive : HalfCell
        Electrode materials.
    negative_capacity_ah, positive_capacity_ah : float
        Capacity of each electrode over stoichiometry 0 to 1 [Ah].
    lithium_ah : float
        Cyclable lithium [Ah].
    minimum_voltage_volt, maximum_voltage_volt : float
        Voltage window [V].
    nominal_capacity_ah : float
        Capacity the maker would state [Ah].
    """

    name: str
    negative: HalfCell
    positive: HalfCell
    negative_capacity_ah: float
    positive_capacity_ah: float
    lithium_ah: float
    minimum_voltage_volt: float
    maximum_voltage_volt: float
    nominal_capacity_ah: float

    def __post_init__(self) -> None:
        for field in ("negative_capacity_ah", "positive_capacity_ah", "lithium_ah"):
            value = getattr(self, field)
            if not (np.isfinite(value) and value > 0):
                raise ParameterError(f"{field} of {self.name} must be above 0 Ah, not {value!r}.")
        if not self.minimum_voltage_volt < self.maximum_voltage_volt:
            raise ParameterError(
                f"The voltage window of {self.name} must rise: "
                f"{self.minimum_voltage_volt!r} V to {self.maximum_voltage_volt!r} V does not."
            )

    def scaled(self, factor: float) -> "CellDesign":
        """Return a cell of the same chemistry, `factor` times as large; stoichiometries stay."""
        return replace(
            self,
            negative_capacity_ah=self.negative_capacity_ah * factor,
            positive_capacity_ah=self.positive_capacity_ah * factor,
            lithium_ah=self.lithium_ah * factor,
            nominal_capacity_ah=self.nominal_capacity_ah * factor,
        )


#                                       negative        positive      C_n Ah   C_p Ah   Q_Li Ah
CHEN2020: Final = CellDesign(
    "chen2020", GRAPHITE_CHEN, NMC811_CHEN, 5.82762, 8.73232, 7.61071, 2.5, 4.2, 5.0
)
PRADA2013: Final = CellDesign(
    "prada2013", GRAPHITE_CHEN, LFP, 2.90684, 3.29186, 2.36705, 2.0, 3.6, 2.3
)
MARQUIS2019: Final = CellDesign(
    "marquis2019", GRAPHITE_MARQUIS, LCO_MARQUIS, 1.13933, 1.94644, 2.07933, 3.105, 4.1, 0.680616
)
MOHTAT2020: Final = CellDesign(
    "mohtat2020", GRAPHITE_MOHTAT, NMC532_MOHTAT, 5.97326, 5.79569, 5.17238, 2.8, 4.2, 5.0
)
KIM2011: Final = CellDesign(
    "kim2011", GRAPHITE_KIM, NCA_KIM, 0.76889, 0.75382, 0.79347, 2.7, 4.2, 0.43
)
ECKER2015: Final = CellDesign(
    "ecker2015", GRAPHITE_ECKER, NCO_ECKER, 0.20240, 0.24646, 0.22970, 2.5, 4.2, 0.15625
)

DESIGNS: Final = {
    d.name: d for d in (CHEN2020, ECKER2015, KIM2011, MARQUIS2019, MOHTAT2020, PRADA2013)
}


def cell_design(name: str) -> CellDesign:
    """Return a published cell design.

    Parameters
    ----------
    name : str
        Key of `DESIGNS`, for instance ``"chen2020"``.

    Raises
    ------
    UnknownNameError
        If there is no such design; names the nearest one.
    """
    try:
        return DESIGNS[name]
    except KeyError:
        raise UnknownNameError(
            f"No cell design is called {name!r}.{did_you_mean(name, DESIGNS)} "
            f"There are {', '.join(DESIGNS)}."
        ) from None
