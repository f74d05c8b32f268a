"""Columns of the table of cells: what is known about a cell."""

from typing import Final

from ._column import Column

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


CELLS: Final = (
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
