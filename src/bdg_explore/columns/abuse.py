"""Columns of abuse tests: records of a test, and one row a test."""

from typing import Final

from ._column import Column

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


ABUSE: Final = (
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
