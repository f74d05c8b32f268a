"""The published tables of a Battery Archive database, and what their columns are here.

Units and signs are those of the published layout: positive current charges; capacities [Ah] and
energies [Wh] are positive and restart with every cycle; temperatures in degrees Celsius; states of
charge in percent; dates of a laboratory whose zone is not stated, read as if UTC. The older layout
(2021, all numbers ``numeric``) and the newer one (``double precision``) are both understood.

References
----------
https://github.com/battery-lcf/batteryarchive-agent
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AXIAL_DISPLACEMENT,
    AXIAL_FORCE,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_CHARGING_ENERGY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    END_TIME,
    MAXIMUM_CURRENT,
    MAXIMUM_VOLTAGE,
    MINIMUM_CURRENT,
    MINIMUM_VOLTAGE,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)

from .postgres import ASKED

CELLS: Final = "cell_metadata"
CONDITIONS: Final = "cycle_metadata"
ABUSE_CONDITIONS: Final = "abuse_metadata"
MODULES: Final = "module_metadata"
DAYS: Final = (UNIX_TIME,)
"""Columns that are a date in the database, and seconds here."""
COUNTS: Final = (CYCLE,)
"""Columns that are whole numbers, whatever type the database has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One published table.

    Attributes
    ----------
    table : str
        Its name in the database.
    columns : mapping
        Canonical column -> name in the database; where it has none of the name, the column is
        left out unless it is needed.
    needed : tuple of str
        Canonical columns without which the table means nothing.
    order : str
        Canonical column by which the rows of a cell are put in order; a database keeps none.
    """

    table: str
    columns: Mapping[str, str]
    needed: tuple[str, ...]
    order: str


_COUNTERS: Final = {
    CYCLE_CHARGING_CAPACITY: "ah_c",
    CYCLE_DISCHARGING_CAPACITY: "ah_d",
    CYCLE_CHARGING_ENERGY: "e_c",
    CYCLE_DISCHARGING_ENERGY: "e_d",
}
# Mean voltages are left out: the database takes the mean over records, we over charge. Its
# efficiencies are quotients of the counters, which are here, and 0 where nothing was charged.
TABLES: Final[Mapping[str, Layout]] = {
    "cycles": Layout(
        "cycle_stats",
        {
            CYCLE: "cycle_index",
            END_TIME: "test_time",
            MINIMUM_CURRENT: "i_min",
            MAXIMUM_CURRENT: "i_max",
            MINIMUM_VOLTAGE: "v_min",
            MAXIMUM_VOLTAGE: "v_max",
            **_COUNTERS,
        },
        (CYCLE,),
        CYCLE,
    ),
    "timeseries": Layout(
        "cycle_timeseries",
        {
            TEST_TIME: "test_time",
            UNIX_TIME: "date_time",
            CYCLE: "cycle_index",
            CURRENT: "i",
            VOLTAGE: "v",
            **_COUNTERS,
            AMBIENT_TEMPERATURE: "env_temperature",
            SURFACE_TEMPERATURE: "cell_temperature",
            "temperature_t1_celsius": "temp_1",
            "temperature_t2_celsius": "temp_2",
        },
        (TEST_TIME, VOLTAGE, CURRENT),
        TEST_TIME,
    ),
    "abuse": Layout(
        "abuse_timeseries",
        {
            TEST_TIME: "test_time",
            VOLTAGE: "v",
            AXIAL_DISPLACEMENT: "axial_d",
            AXIAL_FORCE: "axial_f",
            "normalised_displacement": "norm_d",
            "strain": "strain",
            AMBIENT_TEMPERATURE: "ambient_temperature",
            **{
                f"{place}_temperature_celsius": f"{place}_temperature"
                for place in (
                    "top_indent", "top_back", "left_bottom", "right_bottom", "above_punch",
                    "below_punch", "pos_terminal", "neg_terminal",
                )
            },
            **{f"temperature_t{i}_celsius": f"temp_{i}" for i in range(1, 7)},
        },
        (TEST_TIME,),
        TEST_TIME,
    ),
}  # fmt: skip
"""Name of a table here -> the published table."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table as a database has it.

    Attributes
    ----------
    columns : mapping
        Name -> type, as PostgreSQL writes it.
    indexed : bool
        Whether an index begins with `cell_id`.
    readable : bool
        Whether the user may read it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    indexed: bool = False
    readable: bool = True


WHAT_IS_THERE: Final = f"""
    SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS "type",
           a.attname = 'cell_id' AND EXISTS (
               SELECT 1 FROM pg_catalog.pg_index x
               WHERE x.indrelid = c.oid AND x.indisvalid AND x.indpred IS NULL
                 AND x.indkey[0] = a.attnum) AS indexed,
           has_table_privilege(c.oid, 'SELECT') AS readable
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = {ASKED[0]} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY 1, a.attnum"""  # noqa: S608
"""Every table of a schema with its columns; answers no more than the catalogue of the database."""


def ids_query(where: str) -> str:
    """Return the question which cells a table holds, answered by one probe of its index a cell."""
    return f"""
        WITH RECURSIVE held AS (
            (SELECT cell_id FROM {where} WHERE cell_id IS NOT NULL ORDER BY cell_id LIMIT 1)
            UNION ALL
            SELECT (SELECT t.cell_id FROM {where} t WHERE t.cell_id > held.cell_id
                    ORDER BY t.cell_id LIMIT 1)
            FROM held WHERE held.cell_id IS NOT NULL)
        SELECT cell_id::text AS cell_id FROM held WHERE cell_id IS NOT NULL"""  # noqa: S608


def rows_query(where: str, layout: Layout, found: Found, *, several: bool, some: bool) -> str:
    """Return the question for rows of one cell, or of several, whole or some of their cycles.

    The first parameter is the cell, or a JSON array of cells; the second the cycles, as PostgreSQL
    writes an array.
    Columns are named here and nowhere else, so that no text of a user becomes SQL.
    """
    asked = [
        f't."{theirs}" AS "{ours}"'
        if ours in DAYS
        else f't."{theirs}"::{"int8" if ours in COUNTS else "float8"} AS "{ours}"'
        for ours, theirs in layout.columns.items()
        if theirs in found.columns
    ]
    cell, cycles = ASKED
    chosen = f' AND t."cycle_index" = ANY ({cycles}::int8[])' if some else ""
    if several:
        return (
            f"SELECT u.ordinality AS ordinality, {', '.join(asked)} "  # noqa: S608
            f"FROM json_array_elements_text({cell}::json) WITH ORDINALITY AS u "
            f"JOIN {where} t ON t.cell_id = u.value{chosen}"
        )
    return f"SELECT {', '.join(asked)} FROM {where} t WHERE t.cell_id = {cell}{chosen}"  # noqa: S608
