"""The demo fleet: which synthetic cells there are, and how each of them ages.

Layer growth on graphite quickens with heat, high state of charge and fast charging, lithium
plating with cold and fast charging, loss of active material with depth and rate. The exponents are
assumptions of ours, chosen to look like published campaigns; none is a fit to a measured cell.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bdg_explore.analysis.electrodes.designs import CellDesign

from .ageing import AgeingPath, ModePath
from .chemistries import CONDITIONS, Chemistry, Condition, Stress
from .cycling import Protocol
from .noise import Noise
from .particle import CellPhysics

REPLICATES: Final = ("a", "b", "c")
# Growth of the resistance per LLI, LAM_NE and LAM_PE: some 60 % by the end of life.
RESISTANCE_GROWTH: Final = (3.0, 1.5, 3.0)


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
        Share of its first slow capacity at which the test is stopped [1].
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
    cold = float(np.exp((25 - condition.celsius) / 16))
    plating = cold * fast**1.1 * top**4
    layer, plated, negative, positive, growing = np.exp(
        spread.normal(5) * np.array([0.07, 0.06, 0.08, 0.10, 0.06])
    ).tolist()
    cracks = max(1.0, fast) ** 0.3
    strain = depth**1.3 * (0.6 + 0.2 * fast + 0.2 * hard)
    return AgeingPath(
        lli=ModePath(
            a=_written(stress.layer * hot * cracks * (0.4 + 0.6 * top**3) * depth**0.7 * layer),
            p=stress.layer_power,
            b=stress.plating_size,
            c=_written(stress.plating_growth * plating**0.6 * plated),
        ),
        lam_ne=ModePath(
            a=_written(stress.negative * strain * max(1.0, hot**0.4) * negative),
            p=1.0,
            b=0.01,
            c=_written(stress.negative_growth * plating**0.8 * depth * growing),
        ),
        lam_pe=ModePath(
            a=_written(stress.positive * depth * top**2 * hot**0.9 * (0.7 + 0.3 * hard) * positive)
        ),
        plating=stress.plated_share,
    )


def _fleet_cell(chemistry: Chemistry, condition: Condition, replicate: str) -> FleetCell:
    name = native_id(chemistry, condition, replicate)
    spread = Noise(chemistry.dataset, name, "build")
    size, negative, positive, lithium, ohm, cooling = spread.normal(6).tolist()
    base, physics = chemistry.design, chemistry.physics
    size = 1 + 0.003 * size
    design = replace(
        base,
        negative_capacity_ah=_written(base.negative_capacity_ah * size * (1 + 0.004 * negative)),
        positive_capacity_ah=_written(base.positive_capacity_ah * size * (1 + 0.003 * positive)),
        lithium_ah=_written(base.lithium_ah * size * (1 + 0.003 * lithium)),
    )
    physics = replace(
        physics,
        resistance_ohm=_written(physics.resistance_ohm * (1 + 0.03 * ohm)),
        cooling_watt_per_kelvin=_written(physics.cooling_watt_per_kelvin * (1 + 0.05 * cooling)),
    )
    path = ageing_path(chemistry.stress, condition, Noise(chemistry.dataset, name, "path"))
    end = 0.71 + 0.012 * float(Noise(chemistry.dataset, name, "end").normal(1)[0])
    return FleetCell(
        chemistry, condition, replicate, name, design, physics, path, RESISTANCE_GROWTH, end
    )


def _written(value: float) -> float:
    """Round to six significant digits: what `pathinfo` says is what was computed with."""
    return float(f"{value:.6g}")
