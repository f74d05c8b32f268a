"""The tiers of metadata: the seven primary fields, the secondary bricks, and what a segment adds.

References
----------
Ward et al. 2022, Principles of the Battery Data Genome, Joule; supporting table S1 (primary) and
the list of secondary metadata.
"""

from dataclasses import dataclass
from typing import Final

from bdg_explore import columns

from .facts import Checked, count, facts_of, number, of_column, text, texts

SEGMENTS: Final = ("material_electrode", "full_cell", "module_pack", "field")
KINDS: Final = (
    "experimental", "synthetic", "computed", "literature_parameters", "literature_mined",
)  # fmt: skip
ACCESS_LEVELS: Final = ("open", "key", "login", "on_request", "embargo", "private")
OBJECTIVES: Final = (
    "abuse", "calendar_aging", "characterization", "cycle_aging", "drive_cycle", "eis",
    "fast_charge", "field_operation", "formation", "imaging", "materials_property", "random_use",
    "rate_capability", "safety", "second_life", "simulation",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary(Checked):
    """Table S1: what everyone asks first. None is unknown."""

    uid: str | None = text(
        "Identifier of the cell, unique in the world: <data set>/<native id>, a DOI or a w3id.",
        example="severson-2019/b1c0",
    )
    objective_of_test: str | tuple[str, ...] | None = texts(
        "Why the test was done.", choices=OBJECTIVES, example="calendar_aging"
    )
    anode_chemistry: str | None = of_column(columns.ANODE, example="graphite")
    cathode_chemistry: str | None = of_column(columns.CATHODE, example="NMC")
    nominal_capacity_ah: float | None = of_column(columns.NOMINAL_CAPACITY, above=0, example=2.0)
    test_equipment: str | None = of_column(columns.TEST_EQUIPMENT, example="Maccor 4200")
    contact_details: str | None = of_column(columns.CONTACT, example="name@example.org")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellDesign(Checked):
    """How the cell is built."""

    form_factor: str | None = of_column(columns.FORM_FACTOR, example="18650")
    iec_code: str | None = text("Size code of IEC 61960 or IEC 60086.", example="INR18/65")
    working_ion: str | None = text("Ion that carries the charge.", example="Li")
    layer_count: int | None = count("Number of electrode pairs.")
    capacity_ratio: float | None = number(
        "1", "Areal capacity of the negative over that of the positive (N/P ratio).", above=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentDesign(Checked):
    """Under which conditions the cell was tested."""

    protocol: str | None = of_column(columns.PROTOCOL)
    ambient_temperature_celsius: float | None = of_column(
        columns.AMBIENT_TEMPERATURE, minimum=-273.15
    )
    charging_c_rate: float | None = of_column(columns.CHARGING_C_RATE, minimum=0)
    discharging_c_rate: float | None = of_column(columns.DISCHARGING_C_RATE, minimum=0)
    soc_minimum: float | None = of_column(columns.SOC_MINIMUM, minimum=0, maximum=1)
    soc_maximum: float | None = of_column(columns.SOC_MAXIMUM, minimum=0, maximum=1)
    minimum_voltage_volt: float | None = of_column(columns.MINIMUM_VOLTAGE)
    maximum_voltage_volt: float | None = of_column(columns.MAXIMUM_VOLTAGE)
    formation: str | None = text("What was done before the test proper.")
    batch: str | None = of_column(columns.BATCH)
    split: str | None = of_column(columns.SPLIT)
    replicate: str | None = of_column(columns.REPLICATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstituentMaterials(Checked):
    """What the cell is made of, beyond the two chemistries."""

    positive_composition: str | None = text("Formulation of the positive electrode.")
    positive_supplier: str | None = text("Who supplied the positive electrode.")
    negative_composition: str | None = text("Formulation of the negative electrode.")
    negative_supplier: str | None = text("Who supplied the negative electrode.")
    electrolyte: str | None = text("Salt, solvents, additives.", example="1 M LiPF6 in EC:DMC")
    electrolyte_amount_g_per_ah: float | None = number(
        "g/Ah", "Mass of electrolyte over nominal capacity.", above=0
    )
    separator: str | None = text("Material of the separator.")
    separator_supplier: str | None = text("Who supplied the separator.", example="Celgard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry(Checked):
    """How large and how heavy the cell is."""

    length_millimetre: float | None = number("mm", "Length of the cell.", above=0)
    width_millimetre: float | None = number("mm", "Width of the cell.", above=0)
    thickness_millimetre: float | None = number("mm", "Thickness of the cell.", above=0)
    diameter_millimetre: float | None = number("mm", "Diameter of the cell.", above=0)
    mass_gram: float | None = number("g", "Mass of the cell.", above=0)
    volume_litre: float | None = number("l", "Volume of the cell.", above=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommercialCell(Checked):
    """What the maker states of a cell one can buy."""

    cell_model: str | None = of_column(columns.CELL_MODEL, example="APR18650M1A")
    manufacturer: str | None = of_column(columns.MANUFACTURER, example="A123 Systems")
    specification: str | None = text("Address of the cell's published specification.")
    nominal_voltage_volt: float | None = number("V", "Voltage the maker states.")
    nominal_energy_wh: float | None = number("Wh", "Energy the maker states.", above=0)
    maximum_charging_current_ampere: float | None = number(
        "A", "Largest charging current the maker allows.", above=0
    )
    maximum_discharging_current_ampere: float | None = number(
        "A", "Largest discharging current the maker allows, as a positive number.", above=0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSetUp(Checked):
    """With what, and in what, the cell was tested."""

    __test__ = False  # pytest takes a class of this name for a test

    channel: str | None = text("Channel of the tester.")
    chamber: str | None = text("Climate chamber.")
    fixture: str | None = text("How the cell was held and contacted.")
    surface_pressure_pa: float | None = of_column(columns.SURFACE_PRESSURE, minimum=0)
    software: str | None = text("Program that ran the test.")
    script: str | None = text("Address of the code that processed the data.")
    barcode: str | None = of_column(columns.BARCODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class References(Checked):
    """Where more is written."""

    publications: str | tuple[str, ...] | None = texts("DOIs or addresses of articles.")
    related_data: str | tuple[str, ...] | None = texts("DOIs or addresses of data that belong.")
    standards: str | tuple[str, ...] | None = texts("Test standards.", example="IEC 62660-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialElectrode(Checked):
    """What a material or a single electrode adds; its capacity may be areal."""

    areal_capacity_mah_per_cm2: float | None = number(
        "mAh/cm2", "Capacity over electrode area.", above=0
    )
    active_mass_loading_mg_per_cm2: float | None = number(
        "mg/cm2", "Mass of active material over electrode area.", above=0
    )
    specific_capacity_mah_per_g: float | None = number(
        "mAh/g", "Capacity over mass of active material.", above=0
    )
    electrode_area_cm2: float | None = number("cm2", "Area of the electrode.", above=0)
    coating_thickness_micrometre: float | None = number(
        "um", "Thickness of the coating on one side.", above=0
    )
    porosity: float | None = number("1", "Pore volume over volume.", minimum=0, maximum=1)
    counter_electrode: str | None = text("Material of the counter electrode.", example="Li")
    reference_electrode: str | None = text("Material of the reference electrode.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePack(Checked):
    """What a module or a pack adds."""

    cell_count: int | None = count("Number of cells in all.")
    cells_in_series: int | None = count("Number of cells, or groups, in series.")
    cells_in_parallel: int | None = count("Number of cells in parallel.")
    cooling: str | None = text("How heat is taken away.", example="liquid")
    management_system: str | None = text("Brand and model of the battery management system.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldUse(ModulePack):
    """What operation in the field adds to the pack; the logger stands for the test equipment."""

    vehicle: str | None = text("Make and model of the vehicle, or kind of plant.")
    application: str | None = text("What the battery is used for.", example="home storage")
    logger: str | None = text("Battery management system or logger that recorded the data.")
    sampling_interval_second: float | None = number("s", "Time between records.", above=0)
    region: str | None = text("Where the battery was used.")


SECONDARY: Final[dict[str, type[Checked]]] = {
    "cell_design": CellDesign,
    "experiment_design": ExperimentDesign,
    "constituent_materials": ConstituentMaterials,
    "geometry": Geometry,
    "commercial_cell": CommercialCell,
    "test_set_up": TestSetUp,
    "references": References,
}
"""Brick of secondary metadata -> its model."""

OF_SEGMENT: Final[dict[str, type[Checked]]] = {
    "material_electrode": MaterialElectrode,
    "module_pack": ModulePack,
    "field": FieldUse,
}
"""Segment -> the brick that only it has; a full cell needs none."""

STANDS_FOR: Final = {
    "material_electrode": ("nominal_capacity_ah", "areal_capacity_mah_per_cm2"),
    "field": ("test_equipment", "logger"),
}
"""Segment -> a primary field, and the field of its brick that answers the same question."""


def secondary_fields(segment: str) -> tuple[str, ...]:
    """Return the names of the secondary fields that mean something in a segment."""
    special = OF_SEGMENT.get(segment)
    bricks = (*SECONDARY.values(), *((special,) if special else ()))
    return tuple(name for brick in bricks for name in facts_of(brick))
