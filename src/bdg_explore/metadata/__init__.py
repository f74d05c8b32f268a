"""What is known about cells and their data: three tiers, checked, exported, cited.

A `Record` holds the seven primary fields of Table S1, secondary bricks, and tertiary metadata that
are kept and never indexed. It reads what a catalog says (`Record.from_entry`), the published layout
(`Record.from_dict`), BattINFO and schema.org documents (`from_json_ld`) and the layout of
battery-data-schemas (`from_battery_data_schemas`); it is written as BattINFO, DataCite, schema.org
and RO-Crate. Everything here runs on the standard library.
"""

from .battery_data_schemas import from_battery_data_schemas
from .battinfo import to_battinfo
from .bricks import Primary
from .checking import Problem, problems
from .citation import Citation, bibtex, citation_text, csl_json
from .datacite import to_datacite
from .fair import Indicator, fair_indicators, fair_score
from .files import DataFile
from .json_ld import from_json_ld
from .json_schema import json_schema
from .record import Record
from .ro_crate import to_ro_crate
from .schema_org import to_schema_org

__all__ = [
    "Citation",
    "DataFile",
    "Indicator",
    "Primary",
    "Problem",
    "Record",
    "bibtex",
    "citation_text",
    "csl_json",
    "fair_indicators",
    "fair_score",
    "from_battery_data_schemas",
    "from_json_ld",
    "json_schema",
    "problems",
    "to_battinfo",
    "to_datacite",
    "to_ro_crate",
    "to_schema_org",
]
