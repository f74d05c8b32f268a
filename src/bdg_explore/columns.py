"""The vocabulary: every column's name, label, unit and meaning, in one place.

Test columns carry the machine-readable names of the Battery Data Format (BDF), whose grammar is
``<scope>_<quantity>_<unit>``; the label is what an axis shows (``Voltage / V``). Positive current
charges the cell; capacities and energies are positive; fractions run from 0 to 1.

References
----------
Battery Data Alliance, Battery Data Format ontology 1.3.0,
https://w3id.org/battery-data-alliance/ontology/battery-data-format
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .errors import UnknownNameError, did_you_mean

BDF_NAMESPACE: Final = "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"

Kind = Literal["float", "count", "text", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the vocabulary.

    Attributes
    ----------
    name : str
        Machine-readable name, unit included.
    label : str
        What an axis or a table head shows, ``<Quantity> / <unit>``.
    unit : str
        Unit as printed; ``1`` for counts and fractions, empty for text.
    meaning : str
        One sentence: sign, reset and reference included.
    kind : {"float", "count", "text", "flag"}
        How values are held: float64, int64, text or boolean.
    bdf : bool
        Whether the Battery Data Format defines the term.
    """

    name: str
    label: str
    unit: str
    meaning: str
    kind: Kind = "float"
    bdf: bool = False

    @property
    def iri(self) -> str | None:
        """Identifier of the term in the BDF ontology, if it has one."""
        return BDF_NAMESPACE + self.name if self.bdf else None

    @property
    def title(self) -> str:
        """The label without its unit, for the head of a table."""
        return self.label.split(" / ")[0]


# --- measured while a test runs -------------------------------------------------------------------
TEST_TIME: Final = "test_time_second"
VOLTAGE: Final = "voltage_volt"
CURRENT: Final = "current_ampere"
UNIX_TIME: Final = "unix_time_second"
CYCLE: Final = "cycle_count"
HALF_CYCLE: Final = "half_cycle_count"
STEP: Final = "step_count"
STEP_ID: Final = "step_id"
STEP_TYPE: Final = "step_type"
STEP_TIME: Final = "step_time_second"
STEP_RECORD: Final = "step_record_index"
RECORD: Final = "record_index"
AMBIENT_TEMPERATURE: Final = "ambient_temperature_celsius"
SURFACE_TEMPERATURE: Final = "surface_temperature_celsius"
POWER: Final = "power_watt"
SURFACE_PRESSURE: Final = "surface_pressure_pa"
INTERNAL_RESISTANCE: Final = "internal_resistance_ohm"
DC_INTERNAL_RESISTANCE: Final = "dc_internal_resistance_ohm"
AC_INTERNAL_RESISTANCE: Final = "ac_internal_resistance_ohm"
FREQUENCY: Final = "frequency_hertz"
REAL_IMPEDANCE: Final = "real_impedance_ohm"
IMAGINARY_IMPEDANCE: Final = "imaginary_impedance_ohm"
ABSOLUTE_IMPEDANCE: Final = "absolute_impedance_ohm"
PHASE: Final = "phase_degree"

# --- abuse: records of a test, and one row a test ------------------------------------------------
AXIAL_DISPLACEMENT: Final = "axial_displacement_millimetre"
AXIAL_FORCE: Final = "axial_force_newton"
TEST_SERIES: Final = "test_series"
TEST_DATE: Final = "test_date"
TRIGGER: Final = "trigger_mechanism"
FAILURE: Final = "failure_mechanism"
CELL_NUMBER: Final = "cell_number"
CALORIMETER: Final = "calorimeter"
PROCESSING: Final = "processing_software"
ENERGY_YIELD: Final = "corrected_total_energy_yield_kilojoule"

# --- counters: the scope in the name says when they restart ---------------------------------------
CHARGING_CAPACITY: Final = "charging_capacity_ah"
DISCHARGING_CAPACITY: Final = "discharging_capacity_ah"
NET_CAPACITY: Final = "net_capacity_ah"
CUMULATIVE_CAPACITY: Final = "cumulative_capacity_ah"
CHARGING_ENERGY: Final = "charging_energy_wh"
DISCHARGING_ENERGY: Final = "discharging_energy_wh"
NET_ENERGY: Final = "net_energy_wh"
CUMULATIVE_ENERGY: Final = "cumulative_energy_wh"
CYCLE_CHARGING_CAPACITY: Final = "cycle_charging_capacity_ah"
CYCLE_DISCHARGING_CAPACITY: Final = "cycle_discharging_capacity_ah"
CYCLE_CHARGING_ENERGY: Final = "cycle_charging_energy_wh"
CYCLE_DISCHARGING_ENERGY: Final = "cycle_discharging_energy_wh"
STEP_CHARGING_CAPACITY: Final = "step_charging_capacity_ah"
STEP_DISCHARGING_CAPACITY: Final = "step_discharging_capacity_ah"
STEP_CHARGING_ENERGY: Final = "step_charging_energy_wh"
STEP_DISCHARGING_ENERGY: Final = "step_discharging_energy_wh"
SCHEDULE_CHARGING_CAPACITY: Final = "schedule_charging_capacity_ah"
SCHEDULE_DISCHARGING_CAPACITY: Final = "schedule_discharging_capacity_ah"
SCHEDULE_CHARGING_ENERGY: Final = "schedule_charging_energy_wh"
SCHEDULE_DISCHARGING_ENERGY: Final = "schedule_discharging_energy_wh"

# --- one row a cycle ------------------------------------------------------------------------------
COULOMBIC_EFFICIENCY: Final = "coulombic_efficiency"
ENERGY_EFFICIENCY: Final = "energy_efficiency"
VOLTAGE_EFFICIENCY: Final = "voltage_efficiency"
MEAN_CHARGING_VOLTAGE: Final = "mean_charging_voltage_volt"
MEAN_DISCHARGING_VOLTAGE: Final = "mean_discharging_voltage_volt"
MINIMUM_VOLTAGE: Final = "minimum_voltage_volt"
MAXIMUM_VOLTAGE: Final = "maximum_voltage_volt"
MINIMUM_CURRENT: Final = "minimum_current_ampere"
MAXIMUM_CURRENT: Final = "maximum_current_ampere"
MEAN_TEMPERATURE: Final = "mean_temperature_celsius"
MINIMUM_TEMPERATURE: Final = "minimum_temperature_celsius"
MAXIMUM_TEMPERATURE: Final = "maximum_temperature_celsius"
START_TIME: Final = "start_test_time_second"
END_TIME: Final = "end_test_time_second"
DURATION: Final = "duration_second"
CHARGING_DURATION: Final = "charging_duration_second"
DISCHARGING_DURATION: Final = "discharging_duration_second"
GAP_DURATION: Final = "gap_duration_second"
RECORD_COUNT: Final = "record_count"
COMPLETE: Final = "complete"
CAPACITY_SOURCE: Final = "capacity_source"
CYCLE_TYPE: Final = "cycle_type"
CAPACITY_DEVIATION: Final = "capacity_deviation"
EQUIVALENT_FULL_CYCLES: Final = "equivalent_full_cycles"
STATE_OF_HEALTH: Final = "state_of_health"
LOSS_OF_LITHIUM: Final = "loss_of_lithium_inventory"
LOSS_OF_MATERIAL_PE: Final = "loss_of_active_material_pe"
LOSS_OF_MATERIAL_NE: Final = "loss_of_active_material_ne"

# --- one row a cell: where its life ended ---------------------------------------------------------
END_OF_LIFE: Final = "end_of_life_cycle"
FIRST_TOUCH: Final = "first_touch_cycle"
SUSTAINED: Final = "sustained_cycle"
INTERPOLATED: Final = "interpolated_cycle"
CENSORED: Final = "censored"
LAST_CYCLE: Final = "last_cycle"
THRESHOLD: Final = "threshold_ah"

# --- what is known about a cell -------------------------------------------------------------------
CELL: Final = "cell"
HUB: Final = "hub"
DATASET: Final = "dataset"
NATIVE_ID: Final = "native_id"
TITLE: Final = "title"
SEGMENT: Final = "segment"
KIND: Final = "kind"
CATHODE: Final = "cathode_chemistry"
ANODE: Final = "anode_chemistry"
NOMINAL_CAPACITY: Final = "nominal_capacity_ah"
FORM_FACTOR: Final = "form_factor"
CELL_MODEL: Final = "cell_model"
MANUFACTURER: Final = "manufacturer"
CHARGING_C_RATE: Final = "charging_c_rate"
DISCHARGING_C_RATE: Final = "discharging_c_rate"
SOC_MINIMUM: Final = "soc_minimum"
SOC_MAXIMUM: Final = "soc_maximum"
PROTOCOL: Final = "protocol"
BATCH: Final = "batch"
SPLIT: Final = "split"
REPLICATE: Final = "replicate"
CYCLE_LIFE: Final = "cycle_life"
BARCODE: Final = "barcode"
ALSO_KNOWN_AS: Final = "also_known_as"
OBJECTIVE: Final = "objective_of_test"
TEST_EQUIPMENT: Final = "test_equipment"
CONTACT: Final = "contact_details"
LICENCE: Final = "licence"
ACCESS: Final = "access"
DOI: Final = "doi"
CITATION: Final = "citation"
LANDING_URL: Final = "landing_url"
TABLES: Final = "tables"
AVAILABILITY: Final = "availability"
UNVERIFIED: Final = "unverified"
NOTE: Final = "note"
PATH_INFO: Final = "pathinfo"

# --- where a table of a store comes from, and how sound it is -------------------------------------
TABLE: Final = "table"
QUALITY_SCORE: Final = "quality_score"
ERROR_FINDINGS: Final = "error_findings"
WARNING_FINDINGS: Final = "warning_findings"
INFO_FINDINGS: Final = "info_findings"
METRICS: Final = "metrics"
FINDINGS: Final = "findings"
SOURCE_FILE: Final = "source_file"
SOURCE_SHA256: Final = "source_sha256"
SOURCE_BYTES: Final = "source_bytes"
SOURCE_FORMAT: Final = "source_format"
TESTER: Final = "tester"
PACKAGE_VERSION: Final = "package_version"
PART: Final = "part"
ROWS_IN: Final = "rows_in"
ROWS_OUT: Final = "rows_out"
OVERLAP_ROWS: Final = "overlap_rows"


def _scoped(scope: str, prefix: str, restart: str) -> Iterable[Column]:
    for quantity, title, unit in (("capacity_ah", "capacity", "Ah"), ("energy_wh", "energy", "Wh")):
        for direction, meaning in (
            ("charging", "passed while charging"),
            ("discharging", "passed while discharging"),
            ("net", "charging minus discharging"),
            ("cumulative", "charging plus discharging"),
        ):
            yield Column(
                f"{scope}{direction}_{quantity}",
                f"{prefix}{direction} {title}".capitalize() + f" / {unit}",
                unit,
                f"{title.capitalize()} {meaning}; {restart}.",
                bdf=True,
            )


_RECORDS: Final = (
    Column(TEST_TIME, "Test time / s", "s", "Time since the test began; never restarts.", bdf=True),
    Column(VOLTAGE, "Voltage / V", "V", "Voltage between the cell's terminals.", bdf=True),
    Column(CURRENT, "Current / A", "A", "Current; positive charges the cell.", bdf=True),
    Column(UNIX_TIME, "Unix time / s", "s", "Seconds since 1970-01-01 00:00 UTC.", bdf=True),
    Column(CYCLE, "Cycle", "1", "Cycle number as the tester counted it.", "count", True),
    Column(HALF_CYCLE, "Half cycle", "1", "Running number of charges and discharges.", "count"),
    Column(
        STEP, "Step count", "1", "Running number of executed steps; never repeats.", "count", True
    ),
    Column(STEP_ID, "Step", "1", "Line of the test program; recurs.", "count", True),
    Column(
        STEP_TYPE, "Step type", "", "What the step did: charge, discharge, rest ...", "text", True
    ),
    Column(STEP_TIME, "Step time / s", "s", "Time since the step began.", bdf=True),
    Column(
        STEP_RECORD, "Record in step", "1", "Running number of records in the step.", "count", True
    ),
    Column(
        RECORD, "Record", "1", "Running number of records as the tester counted.", "count", True
    ),
    Column(
        AMBIENT_TEMPERATURE,
        "Ambient temperature / °C",
        "°C",
        "Temperature of the chamber.",
        bdf=True,
    ),
    Column(
        SURFACE_TEMPERATURE,
        "Surface temperature / °C",
        "°C",
        "Temperature at the cell's surface.",
        bdf=True,
    ),
    *(
        Column(
            f"temperature_t{i}_celsius",
            f"Temperature {i} / °C",
            "°C",
            f"Thermometer {i}.",
            bdf=True,
        )
        for i in range(1, 6)
    ),
    Column(POWER, "Power / W", "W", "Voltage times current; positive charges.", bdf=True),
    Column(SURFACE_PRESSURE, "Surface pressure / Pa", "Pa", "Pressure on the cell.", bdf=True),
    Column(
        INTERNAL_RESISTANCE, "Internal resistance / Ω", "Ω", "As the tester states it.", bdf=True
    ),
    Column(
        DC_INTERNAL_RESISTANCE,
        "DC internal resistance / Ω",
        "Ω",
        "Voltage change over current change of a pulse; always with its length.",
        bdf=True,
    ),
    Column(
        AC_INTERNAL_RESISTANCE,
        "AC internal resistance / Ω",
        "Ω",
        "Impedance at one frequency.",
        bdf=True,
    ),
    Column(FREQUENCY, "Frequency / Hz", "Hz", "Frequency of the excitation.", bdf=True),
    Column(REAL_IMPEDANCE, "Real impedance / Ω", "Ω", "Real part of the impedance.", bdf=True),
    Column(
        IMAGINARY_IMPEDANCE,
        "Imaginary impedance / Ω",
        "Ω",
        "Imaginary part of the impedance; negative for a capacitor.",
        bdf=True,
    ),
    Column(
        ABSOLUTE_IMPEDANCE, "Absolute impedance / Ω", "Ω", "Modulus of the impedance.", bdf=True
    ),
    Column(PHASE, "Phase / °", "°", "Phase of the impedance.", bdf=True),
    *_scoped("", "", "counts since the test began, never restarts"),
    *_scoped("cycle_", "", "restarts with each cycle"),
    *_scoped("step_", "step ", "restarts with each step"),
    *_scoped("schedule_", "schedule ", "restarts where the tester's schedule says so"),
)

_CYCLES: Final = (
    Column(
        COULOMBIC_EFFICIENCY,
        "Coulombic efficiency",
        "1",
        "Discharging over charging capacity of one cycle, as a fraction.",
    ),
    Column(
        ENERGY_EFFICIENCY,
        "Energy efficiency",
        "1",
        "Discharging over charging energy of one cycle, as a fraction.",
    ),
    Column(
        VOLTAGE_EFFICIENCY,
        "Voltage efficiency",
        "1",
        "Mean discharging over mean charging voltage; energy over coulombic efficiency.",
    ),
    Column(
        MEAN_CHARGING_VOLTAGE, "Mean charging voltage / V", "V", "Energy over capacity of charge."
    ),
    Column(
        MEAN_DISCHARGING_VOLTAGE,
        "Mean discharging voltage / V",
        "V",
        "Energy over capacity of discharge.",
    ),
    Column(MINIMUM_VOLTAGE, "Minimum voltage / V", "V", "Lowest voltage; of a cell: lower limit."),
    Column(MAXIMUM_VOLTAGE, "Maximum voltage / V", "V", "Highest voltage; of a cell: upper limit."),
    Column(MINIMUM_CURRENT, "Minimum current / A", "A", "Lowest current; negative discharges."),
    Column(MAXIMUM_CURRENT, "Maximum current / A", "A", "Highest current; positive charges."),
    Column(MEAN_TEMPERATURE, "Mean temperature / °C", "°C", "Time-weighted mean temperature."),
    Column(MINIMUM_TEMPERATURE, "Minimum temperature / °C", "°C", "Lowest temperature."),
    Column(MAXIMUM_TEMPERATURE, "Maximum temperature / °C", "°C", "Highest temperature."),
    Column(START_TIME, "Start / s", "s", "Test time of the cycle's first record."),
    Column(END_TIME, "End / s", "s", "Test time of the cycle's last record."),
    Column(DURATION, "Duration / s", "s", "End minus start."),
    Column(CHARGING_DURATION, "Charging duration / s", "s", "Time with positive current."),
    Column(DISCHARGING_DURATION, "Discharging duration / s", "s", "Time with negative current."),
    Column(
        GAP_DURATION, "Gap duration / s", "s", "Time inside gaps, over which nothing is integrated."
    ),
    Column(RECORD_COUNT, "Records", "1", "Number of records in the cycle.", "count"),
    Column(COMPLETE, "Complete", "", "False where the cycle was cut short.", "flag"),
    Column(
        CAPACITY_SOURCE,
        "Capacity from",
        "",
        "Where the capacity comes from: reported by the file, the tester's counter, our integral.",
        "text",
    ),
    Column(
        CYCLE_TYPE,
        "Cycle type",
        "",
        "What the cycle was for, in the file's own words: reset, hppc, rpt_1C ...",
        "text",
    ),
    Column(
        CAPACITY_DEVIATION,
        "Capacity deviation",
        "1",
        "Counter or reported discharging capacity over our integral, minus one.",
    ),
    Column(
        EQUIVALENT_FULL_CYCLES,
        "Equivalent full cycles",
        "1",
        "Charge passed in both directions over twice the nominal capacity, summed up to the cycle.",
    ),
    Column(STATE_OF_HEALTH, "State of health", "1", "Discharging capacity over a named reference."),
    Column(
        LOSS_OF_LITHIUM, "Loss of lithium inventory", "1", "LLI, fraction of the fresh inventory."
    ),
    Column(
        LOSS_OF_MATERIAL_PE,
        "Loss of active material, positive",
        "1",
        "LAM_PE, fraction of the fresh positive electrode.",
    ),
    Column(
        LOSS_OF_MATERIAL_NE,
        "Loss of active material, negative",
        "1",
        "LAM_NE, fraction of the fresh negative electrode.",
    ),
)

_LIVES: Final = (
    Column(
        END_OF_LIFE,
        "End of life / cycles",
        "1",
        "First cycle from which capacity stays below the threshold; the last one where censored.",
    ),
    Column(FIRST_TOUCH, "First touch / cycles", "1", "First cycle below the threshold."),
    Column(SUSTAINED, "Sustained / cycles", "1", "First of several cycles in a row below it."),
    Column(
        INTERPOLATED,
        "Interpolated / cycles",
        "1",
        "Where a straight line between the cycles around the sustained crossing meets it.",
    ),
    Column(CENSORED, "Censored", "", "True where the end of life was not reached.", "flag"),
    Column(LAST_CYCLE, "Last cycle", "1", "Last cycle measured."),
    Column(THRESHOLD, "Threshold / Ah", "Ah", "Capacity at which life is taken to end."),
)

_ABUSE: Final = (
    Column(
        AXIAL_DISPLACEMENT,
        "Axial displacement / mm",
        "mm",
        "Way of the nail or the plate into the cell; zero and sign are those of the rig.",
    ),
    Column(AXIAL_FORCE, "Axial force / N", "N", "Force on the cell along that way."),
    Column(TEST_SERIES, "Test series", "", "Campaign in which the test was done.", "text"),
    Column(TEST_DATE, "Test date", "", "Day of the test, YYYY-MM-DD.", "text"),
    Column(TRIGGER, "Trigger", "", "How failure was brought about: heater, nail ...", "text"),
    Column(FAILURE, "Failure mechanism", "", "How the cell opened.", "text"),
    Column(CELL_NUMBER, "Cell number", "", "The data set's number of the single cell.", "text"),
    Column(CALORIMETER, "Calorimeter", "", "Generation of the calorimeter.", "text"),
    Column(PROCESSING, "Processed with", "", "Software that gave the energies.", "text"),
    Column(
        ENERGY_YIELD,
        "Total energy yield / kJ",
        "kJ",
        "Heat released, corrected for conducted heat and for mass that was not recovered.",
    ),
)

_CELLS: Final = (
    Column(CELL, "Cell", "", "Identifier <data set>/<native id>.", "text"),
    Column(HUB, "Hub", "", "Who hosts the data.", "text"),
    Column(DATASET, "Data set", "", "One publication or campaign in a hub.", "text"),
    Column(NATIVE_ID, "Native id", "", "What the data set itself calls the cell.", "text"),
    Column(TITLE, "Title", "", "Title of the data set.", "text"),
    Column(SEGMENT, "Segment", "", "material_electrode, full_cell, module_pack or field.", "text"),
    Column(KIND, "Kind", "", "experimental, synthetic, computed or from literature.", "text"),
    Column(CATHODE, "Cathode", "", "Chemistry of the positive electrode.", "text"),
    Column(ANODE, "Anode", "", "Chemistry of the negative electrode.", "text"),
    Column(NOMINAL_CAPACITY, "Nominal capacity / Ah", "Ah", "Capacity the maker states."),
    Column(FORM_FACTOR, "Form factor", "", "18650, pouch, prismatic ...", "text"),
    Column(CELL_MODEL, "Model", "", "The maker's name of the cell.", "text"),
    Column(MANUFACTURER, "Maker", "", "Who made the cell.", "text"),
    Column(
        CHARGING_C_RATE, "Charging rate / 1/h", "1/h", "Charging current over nominal capacity."
    ),
    Column(
        DISCHARGING_C_RATE,
        "Discharging rate / 1/h",
        "1/h",
        "Discharging current over nominal capacity.",
    ),
    Column(SOC_MINIMUM, "Lowest SOC", "1", "Lower end of the state-of-charge window."),
    Column(SOC_MAXIMUM, "Highest SOC", "1", "Upper end of the state-of-charge window."),
    Column(
        PROTOCOL, "Protocol", "", "How the cell was cycled, in the data set's own words.", "text"
    ),
    Column(BATCH, "Batch", "", "Batch or group within the data set.", "text"),
    Column(SPLIT, "Split", "", "Published train or test part.", "text"),
    Column(REPLICATE, "Replicate", "", "Letter of the replicate.", "text"),
    Column(CYCLE_LIFE, "Published life / cycles", "1", "Cycle life as published with the data."),
    Column(BARCODE, "Barcode", "", "Barcode of the cell.", "text"),
    Column(
        ALSO_KNOWN_AS, "Also known as", "", "Other names of the same cell; ';' between.", "text"
    ),
    Column(OBJECTIVE, "Objective", "", "Why the test was done.", "text"),
    Column(TEST_EQUIPMENT, "Test equipment", "", "Brand and model of the tester.", "text"),
    Column(CONTACT, "Contact", "", "Whom to ask about the data.", "text"),
    Column(LICENCE, "Licence", "", "SPDX identifier of the data's licence.", "text"),
    Column(ACCESS, "Access", "", "open, key, login, on_request, embargo or private.", "text"),
    Column(DOI, "DOI", "", "Identifier of the publication or the record.", "text"),
    Column(CITATION, "Citation", "", "What to cite.", "text"),
    Column(LANDING_URL, "Landing page", "", "Page of the record.", "text"),
    Column(TABLES, "Tables", "", "Which tables can be opened.", "text"),
    Column(AVAILABILITY, "Availability", "", "here, install, download or request.", "text"),
    Column(UNVERIFIED, "Unverified", "", "Fields nobody has traced to a primary source.", "text"),
    Column(NOTE, "Note", "", "What one should know about the cell.", "text"),
    Column(PATH_INFO, "Ageing path", "", "Parameters of a synthetic cell's ageing.", "text"),
)

_STORE: Final = (
    Column(TABLE, "Table", "", "Which table of the cell the row is about.", "text"),
    Column(QUALITY_SCORE, "Quality", "1", "How sound the data are; 1 where nothing was found."),
    Column(ERROR_FINDINGS, "Errors", "1", "Findings that make data wrong.", "count"),
    Column(WARNING_FINDINGS, "Warnings", "1", "Findings to look at before use.", "count"),
    Column(INFO_FINDINGS, "Remarks", "1", "Findings that are good to know.", "count"),
    Column(METRICS, "Metrics", "", "Quality metrics by name, as JSON text.", "text"),
    Column(FINDINGS, "Findings", "", "What the checks found, as JSON text.", "text"),
    Column(SOURCE_FILE, "Source file", "", "File the data were read from.", "text"),
    Column(SOURCE_SHA256, "Source sha256", "", "Checksum of that file.", "text"),
    Column(SOURCE_BYTES, "Source size", "1", "Bytes of that file.", "count"),
    Column(SOURCE_FORMAT, "Format", "", "Reader that read it.", "text"),
    Column(TESTER, "Tester", "", "Whose files these are.", "text"),
    Column(PACKAGE_VERSION, "Package version", "", "Version of bdg-explore that read it.", "text"),
    Column(PART, "Part", "1", "Place of the file among the parts of one test.", "count"),
    Column(ROWS_IN, "Rows in", "1", "Records in the file.", "count"),
    Column(ROWS_OUT, "Rows out", "1", "Records that came into the table.", "count"),
    Column(OVERLAP_ROWS, "Overlap", "1", "Records left out, as a part before has them.", "count"),
)

COLUMNS: Final[dict[str, Column]] = {
    c.name: c for c in (*_RECORDS, *_CYCLES, *_LIVES, *_ABUSE, *_CELLS, *_STORE)
}


def column(name: str) -> Column:
    """Return the record of a column.

    Parameters
    ----------
    name : str
        Machine-readable name.

    Returns
    -------
    Column
        Label, unit and meaning.

    Raises
    ------
    UnknownNameError
        If the vocabulary has no such column; names the nearest one.
    """
    try:
        return COLUMNS[name]
    except KeyError:
        raise UnknownNameError(
            f"No column is called {name!r}.{did_you_mean(name, COLUMNS)} "
            "bdg_explore.columns.COLUMNS lists them all."
        ) from None


def axis(name: str) -> str:
    """Return what an axis shows for a column, for instance ``Voltage / V``.

    Parameters
    ----------
    name : str
        Machine-readable name; one that the vocabulary lacks is shown as it stands.
    """
    known = COLUMNS.get(name)
    return known.label if known else name
