"""The three chemistries of the demo fleet and the conditions its cells live under.

Every rate is an ageing assumption of ours, chosen to look like published campaigns; none of it is
a fit to a measured cell.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bdg_explore.analysis.electrodes.designs import CHEN2020, MOHTAT2020, PRADA2013, CellDesign
from bdg_explore.analysis.electrodes.half_cells import Array

from .particle import CellPhysics


@dataclass(frozen=True, slots=True)
class Stress:
    """Ageing of a chemistry at 25 degC, full window, its reference rates.

    Attributes
    ----------
    layer, layer_power, layer_activation_kelvin : float
        LLI by layer growth, `layer k**power`, and its activation energy over the gas constant.
    plating_growth, plating_size : float
        LLI by plating, `size (exp(growth k) - 1)`.
    negative, positive : float
        Linear loss of active material per cycle.
    negative_growth : float
        Growth per cycle of the accelerating part of the loss of negative material.
    plated_share : float
        Share of plated lithium lost for good.
    charge_reference, discharge_reference : float
        C-rates at which the numbers hold [1/h].
    """

    layer: float
    layer_power: float
    layer_activation_kelvin: float
    plating_growth: float
    plating_size: float
    negative: float
    positive: float
    negative_growth: float
    plated_share: float
    charge_reference: float
    discharge_reference: float


@dataclass(frozen=True, slots=True)
class Chemistry:
    """One data set of the fleet: a cell design and how it behaves.

    Attributes
    ----------
    dataset, prefix, cathode, form_factor : str
        Names.
    design : CellDesign
        Fresh cell.
    physics : CellPhysics
        Resistance, diffusion, heat.
    stress : Stress
        How it ages.
    most_cycles : int
        Where the campaign ends for cells that will not die.
    curve_grid_volt : tuple of (start, stop, step)
        Pieces of the voltage grid of the slow curves [V].
    """

    dataset: str
    prefix: str
    cathode: str
    form_factor: str
    design: CellDesign
    physics: CellPhysics
    stress: Stress
    most_cycles: int
    curve_grid_volt: tuple[tuple[float, float, float], ...]

    def curve_grid(self) -> Array:
        """Return the voltages of the slow curves [V]."""
        pieces = [np.arange(round((b - a) / s)) * s + a for a, b, s in self.curve_grid_volt]
        grid = np.concatenate([*pieces, [self.curve_grid_volt[-1][1]]])
        return np.asarray(np.round(grid, 4))


@dataclass(frozen=True, slots=True)
class Condition:
    """How three replicates are treated: ambient [degC], C-rates [1/h] and window of charge [1]."""

    celsius: int
    charge_c: float
    discharge_c: float
    soc_minimum: float = 0.0
    soc_maximum: float = 1.0


LFP_CELLS: Final = Chemistry(
    "demo-lfp",
    "LFP",
    "LFP",
    "18650",
    # scaled to a slow capacity of 1.1 Ah, which is also what its maker would print on it
    replace(PRADA2013.scaled(1.1 / 2.30345), nominal_capacity_ah=1.1),
    CellPhysics(0.027, 3000, 3500, 0.028, 0.015, 75, 60, 43, 0.07, 1.2e-4, crowding=15),
    Stress(1.0e-3, 0.70, 2700, 5.5e-4, 0.02, 8.0e-5, 1.5e-5, 1.8e-3, 0.006, 1.0, 1.0),
    2200,
    ((2.0, 3.0, 0.05), (3.0, 3.12, 0.01), (3.12, 3.36, 0.0025), (3.36, 3.6, 0.02)),
)
NMC811_CELLS: Final = Chemistry(
    "demo-nmc811",
    "NMC811",
    "NMC811",
    "21700",
    CHEN2020,
    CellPhysics(0.024, 3000, 3500, 0.019, 0.085, 60, 300, 72, 0.14, 1.2e-4),
    Stress(8.5e-4, 0.72, 2600, 2.9e-3, 0.015, 1.2e-4, 3.0e-5, 2.6e-3, 0.01, 0.5, 1.0),
    1600,
    ((2.5, 3.0, 0.025), (3.0, 3.3, 0.0125), (3.3, 4.2, 0.01)),
)
NMC532_CELLS: Final = Chemistry(
    "demo-nmc532",
    "NMC532",
    "NMC532",
    "pouch",
    MOHTAT2020.scaled(0.5),
    CellPhysics(0.042, 3000, 3500, 0.025, 0.06, 70, 220, 48, 0.11, 1.2e-4),
    Stress(9.6e-4, 0.70, 2800, 1.8e-3, 0.015, 8.0e-5, 4.5e-5, 2.0e-3, 0.01, 0.5, 1.0),
    2000,
    ((2.8, 3.3, 0.025), (3.3, 3.5, 0.0125), (3.5, 4.2, 0.0075)),
)
CONDITIONS: Final = {
    LFP_CELLS: (
        Condition(10, 0.5, 1),
        Condition(25, 0.5, 1),
        Condition(45, 0.5, 1),
        Condition(25, 1, 1, 0.2, 0.8),
        Condition(45, 1, 3),
        Condition(10, 2, 1),
        Condition(25, 3, 1),
        Condition(25, 4, 1),
    ),
    NMC811_CELLS: (
        Condition(10, 0.5, 1),
        Condition(25, 0.5, 1),
        Condition(45, 0.5, 1),
        Condition(25, 0.5, 1, 0.2, 0.8),
        Condition(45, 0.5, 1, 0.2, 0.8),
        Condition(25, 0.3, 0.5),
        Condition(25, 1, 1),
        Condition(10, 1, 1),
    ),
    NMC532_CELLS: (
        Condition(10, 0.5, 1),
        Condition(25, 0.5, 1),
        Condition(45, 0.5, 1),
        Condition(25, 0.5, 1, 0.2, 0.8),
        Condition(45, 1, 1, 0, 0.8),
        Condition(25, 0.5, 2),
        Condition(25, 1.5, 1),
        Condition(10, 1, 1),
    ),
}
CHEMISTRIES: Final = {chemistry.dataset: chemistry for chemistry in CONDITIONS}
