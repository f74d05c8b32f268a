"""The demo fleet: which synthetic cells there are, and how each of them ages.

Every rate is an ageing assumption of ours, chosen to look like published campaigns: layer growth
on graphite quickens with heat and high state of charge, lithium plating with cold and fast
charging, loss of active material with depth and rate. None of it is a fit to a measured cell.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .ageing import AgeingPath, ModePath
from .balance import CellDesign
from .cycling import CellPhysics, Protocol
from .designs import CHEN2020, MOHTAT2020, PRADA2013
from .noise import Noise

REPLICATES: Final = ("a", "b", "c")


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

    def curve_grid(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
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


@dataclass(frozen=True, slots=True)
class FleetCell:
    """One cell of the fleet.

    Attributes
    ----------
    chemistry, condition : Chemistry, Condition
        What it is and how it is treated.
    replicate : str
        Letter.
    native_id : str
        Name after the grammar of the Battery Archive, `LFP_25C_0-100_0.5-1C_a`.
    design, physics : CellDesign, CellPhysics
        This cell's own, spread about those of its chemistry.
    path : AgeingPath
        How it ages.
    resistance_growth : tuple of float
        Growth of the resistance per LLI, LAM_NE and LAM_PE [1].
    ends_at : float
        Share of its first capacity at which the test is stopped [1].
    """

    chemistry: Chemistry
    condition: Condition
    replicate: str
    native_id: str
    design: CellDesign
    physics: CellPhysics
    path: AgeingPath
    resistance_growth: tuple[float, float, float]
    ends_at: float

    @property
    def protocol(self) -> Protocol:
        """Currents [A], window and rests [s] of this cell's test."""
        nominal = self.chemistry.design.nominal_capacity_ah
        condition = self.condition
        return Protocol(
            condition.charge_c * nominal,
            condition.discharge_c * nominal,
            nominal / 20,
            condition.soc_minimum,
            condition.soc_maximum,
            charged_rest_second=600.0,
            discharged_rest_second=1200.0,
        )


LFP_CELLS: Final = Chemistry(
    "demo-lfp",
    "LFP",
    "LFP",
    "18650",
    PRADA2013.scaled(1.1 / 2.30345),
    CellPhysics(0.027, 3000, 3500, 0.028, 0.015, 75, 60, 43, 0.07, 1.2e-4),
    Stress(1.0e-3, 0.70, 2700, 5.5e-4, 0.02, 8.0e-5, 1.5e-5, 1.2e-3, 1.0, 1.0),
    1800,
    ((2.0, 3.0, 0.05), (3.0, 3.12, 0.01), (3.12, 3.36, 0.0025), (3.36, 3.6, 0.02)),
)
NMC811_CELLS: Final = Chemistry(
    "demo-nmc811",
    "NMC811",
    "NMC811",
    "21700",
    CHEN2020,
    CellPhysics(0.024, 3000, 3500, 0.019, 0.085, 60, 300, 72, 0.14, 1.2e-4),
    Stress(8.5e-4, 0.72, 2600, 2.2e-3, 0.015, 1.2e-4, 3.0e-5, 2.6e-3, 0.5, 1.0),
    1800,
    ((2.5, 3.0, 0.025), (3.0, 3.3, 0.0125), (3.3, 4.2, 0.01)),
)
NMC532_CELLS: Final = Chemistry(
    "demo-nmc532",
    "NMC532",
    "NMC532",
    "pouch",
    MOHTAT2020.scaled(0.5),
    CellPhysics(0.042, 3000, 3500, 0.025, 0.06, 70, 220, 48, 0.11, 1.2e-4),
    Stress(9.6e-4, 0.70, 2800, 1.5e-3, 0.015, 8.0e-5, 4.5e-5, 1.7e-3, 0.5, 1.0),
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


def fleet(dataset: str | None = None) -> list[FleetCell]:
    """Return the cells of the demo fleet, in the order of their data sets.

    Parameters
    ----------
    dataset : str, optional
        Only this data set.
    """
    return [
        _fleet_cell(chemistry, condition, replicate)
        for chemistry, conditions in CONDITIONS.items()
        if dataset in (None, chemistry.dataset)
        for condition in conditions
        for replicate in REPLICATES
    ]


def native_id(chemistry: Chemistry, condition: Condition, replicate: str) -> str:
    """Return a cell's name, `LFP_25C_0-100_0.5-1C_a`."""
    c = condition
    window = f"{100 * c.soc_minimum:g}-{100 * c.soc_maximum:g}"
    return f"{chemistry.prefix}_{c.celsius}C_{window}_{c.charge_c:g}-{c.discharge_c:g}C_{replicate}"


def ageing_path(stress: Stress, condition: Condition, spread: Noise) -> AgeingPath:
    """Return how one cell of a condition ages.

    Parameters
    ----------
    stress : Stress
        Ageing of the chemistry.
    condition : Condition
        How it is treated.
    spread : Noise
        Stream that tells this cell from its replicates.
    """
    kelvin = condition.celsius + 273.15
    hot = float(np.exp(stress.layer_activation_kelvin * (1 / 298.15 - 1 / kelvin)))
    depth = condition.soc_maximum - condition.soc_minimum
    top = condition.soc_maximum
    fast = condition.charge_c / stress.charge_reference
    hard = condition.discharge_c / stress.discharge_reference
    cold = float(np.exp((25 - condition.celsius) / 12))
    plating = cold * fast**1.1 * top**4
    cell = np.exp(spread.normal(5) * np.array([0.045, 0.05, 0.07, 0.08, 0.05])).tolist()
    strain = depth**1.3 * (0.6 + 0.2 * fast + 0.2 * hard)
    return AgeingPath(
        lli=ModePath(
            a=_written(stress.layer * hot * (0.4 + 0.6 * top**3) * depth**0.7 * cell[0]),
            p=stress.layer_power,
            b=stress.plating_size,
            c=_written(stress.plating_growth * plating**0.6 * cell[1]),
        ),
        lam_ne=ModePath(
            a=_written(stress.negative * strain * max(1.0, hot**0.4) * cell[2]),
            p=1.0,
            b=0.01,
            c=_written(stress.negative_growth * plating**0.55 * depth * cell[4]),
        ),
        lam_pe=ModePath(
            a=_written(stress.positive * depth * top**2 * hot**0.9 * (0.7 + 0.3 * hard) * cell[3])
        ),
        plating=0.02,
    )


def _fleet_cell(chemistry: Chemistry, condition: Condition, replicate: str) -> FleetCell:
    name = native_id(chemistry, condition, replicate)
    spread = Noise(chemistry.dataset, name, "build")
    size, negative, positive, lithium, ohm, cooling = spread.normal(6).tolist()
    base, physics = chemistry.design, chemistry.physics
    size = 1 + 0.003 * size
    design = CellDesign(
        base.name,
        base.negative,
        base.positive,
        _written(base.negative_capacity_ah * size * (1 + 0.004 * negative)),
        _written(base.positive_capacity_ah * size * (1 + 0.003 * positive)),
        _written(base.lithium_ah * size * (1 + 0.003 * lithium)),
        base.minimum_voltage_volt,
        base.maximum_voltage_volt,
        base.nominal_capacity_ah,
    )
    own = CellPhysics(
        _written(physics.resistance_ohm * (1 + 0.03 * ohm)),
        physics.resistance_activation_kelvin,
        physics.diffusion_activation_kelvin,
        physics.lead_n_hour,
        physics.lead_p_hour,
        physics.lag_n_second,
        physics.lag_p_second,
        physics.heat_capacity_joule_per_kelvin,
        _written(physics.cooling_watt_per_kelvin * (1 + 0.05 * cooling)),
        physics.entropy_volt_per_kelvin,
    )
    path = ageing_path(chemistry.stress, condition, Noise(chemistry.dataset, name, "path"))
    end = 0.70 + 0.015 * float(Noise(chemistry.dataset, name, "end").normal(1)[0])
    return FleetCell(chemistry, condition, replicate, name, design, own, path, (3.0, 1.5, 3.0), end)


def _written(value: float) -> float:
    """Round to six significant digits: what `pathinfo` says is what was computed with."""
    return float(f"{value:.6g}")
