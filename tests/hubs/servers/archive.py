"""An invented Battery Archive database: the published tables, newer and older layout, filled."""

TIMESERIES = "i v ah_c ah_d e_c e_d env_temperature cell_temperature cycle_time"
TEMPERATURES = "top_indent top_back left_bottom right_bottom above_punch below_punch"

# Names and types as batteryarchive-agent publishes them.
NEWER = f"""
CREATE TABLE cell_metadata ("index" serial PRIMARY KEY, cell_id text NOT NULL, parent_id text,
    anode text, cathode text, "source" text, ah int4, form_factor text, test text NOT NULL,
    tester text, status text, weight text, dimensions text);
CREATE TABLE cycle_metadata ("index" serial PRIMARY KEY, temperature float8, soc_max float8,
    soc_min float8, v_max float8, v_min float8, crate_c float8, crate_d float8,
    cell_id text NOT NULL, step int4);
CREATE TABLE cycle_stats ("index" serial PRIMARY KEY, v_max float8, v_min float8, ah_c float8,
    ah_d float8, e_c float8, e_d float8, i_max float8, i_min float8, v_c_mean float8,
    v_d_mean float8, e_eff float8, ah_eff float8, cycle_index int4, test_time float8 NOT NULL,
    cell_id text NOT NULL, component_level text);
CREATE TABLE cycle_timeseries ("index" serial PRIMARY KEY,
    {", ".join(f"{name} float8" for name in TIMESERIES.split())}, date_time timestamp,
    cycle_index int4 NOT NULL, test_time float8, cell_id text NOT NULL, is_load_balanced boolean,
    component_level text);
CREATE TABLE abuse_metadata ("index" serial PRIMARY KEY, cell_id text NOT NULL, temperature float8,
    thickness float8, v_init float8, indentor float8, nail_speed float8, soc float8);
CREATE TABLE abuse_timeseries ("index" serial PRIMARY KEY, axial_d float8, axial_f float8, v float8,
    norm_d float8, strain float8,
    {", ".join(f"{name}_temperature float8" for name in TEMPERATURES.split())}, test_time float8,
    cell_id text NOT NULL, ambient_temperature float8, "load" float8);
"""
MODULES = """
CREATE TABLE module_metadata ("index" serial PRIMARY KEY, module_id text NOT NULL,
    configuration text, num_parallel integer, num_series integer, status text);
"""
# As batteryarchive-service published them in 2021: every number is numeric.
OLDER = """
CREATE TABLE cell_metadata (cathode varchar(50), anode varchar(50), "source" varchar(50),
    ah numeric, form_factor varchar(50), cell_id varchar(100), test varchar(50),
    tester varchar(50));
CREATE TABLE cycle_metadata (temp numeric, soc_max numeric, soc_min numeric, v_max numeric,
    v_min numeric, crate_c numeric, crate_d numeric, cell_id varchar(100));
CREATE TABLE cycle_stats (v_max numeric, v_min numeric, ah_c numeric, ah_d numeric, e_c numeric,
    e_d numeric, i_max numeric, i_min numeric, v_c_mean numeric, v_d_mean numeric, e_eff numeric,
    ah_eff numeric, cycle_index numeric, test_time numeric, cell_id varchar(100));
CREATE TABLE cycle_timeseries (i numeric, v numeric, ah_c numeric, ah_d numeric, e_c numeric,
    e_d numeric, temp_1 numeric, temp_2 numeric, cycle_time numeric, date_time timestamp,
    cycle_index numeric, test_time numeric, cell_id varchar(100));
CREATE INDEX idx_cell_metadata_cell_id ON cell_metadata (cell_id);
CREATE INDEX idx_cycle_metadata_cell_id ON cycle_metadata (cell_id);
CREATE INDEX idx_cycle_stats_cell_id ON cycle_stats (cell_id);
CREATE INDEX idx_cycle_timeseries_cell_id ON cycle_timeseries (cell_id);
"""
INDEXES = """
CREATE INDEX ON cycle_timeseries (cell_id); CREATE INDEX ON cycle_stats (cell_id);
CREATE INDEX ON abuse_timeseries (cell_id);
"""
GRANTS = """
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
ANALYZE;
"""


def cell_ids(count: int) -> list[str]:
    """Return names of the archive's own grammar; a slash stands between the rates."""
    return [f"LAB_18650_LFP_25C_0-100_0.5/1C_{i}" for i in range(count)]


def filled(count: int, rows: int, *, rows_a_cycle: int = 1000, temperature: str = "env_temperature",
           surface: str = "cell_temperature") -> str:  # fmt: skip
    """Return statements that fill the tables: `count` cells of `rows` records each.

    Half of each cycle charges at 1 A and half discharges, one record a second; capacity fades by a
    thousandth a cycle. Every seventh surface temperature is missing.
    """
    half = rows_a_cycle / 2
    phase = f"(n % {rows_a_cycle})"
    charged = f"least({phase}, {half}) / 3600"
    discharged = f"greatest({phase} - {half}, 0) / 3600"
    cells = "\n".join(
        f"""INSERT INTO cycle_timeseries (i, v, ah_c, ah_d, e_c, e_d, {temperature}, {surface},
                cycle_time, date_time, cycle_index, test_time, cell_id)
            SELECT CASE WHEN {phase} < {half} THEN 1 ELSE -1 END,
                   3.2 + 0.2 * sin(n * 2 * pi() / {rows_a_cycle}), {charged}, {discharged},
                   3.3 * {charged}, 3.1 * {discharged}, 25,
                   CASE WHEN n % 7 = 0 THEN NULL ELSE 25 + n % 5 END, {phase},
                   timestamp '2020-01-01' + n * interval '1 s', n / {rows_a_cycle} + 1, n, '{cell}'
            FROM generate_series(0, {rows - 1}) n;"""  # noqa: S608
        for cell in cell_ids(count)
    )
    cycles = -(-rows // rows_a_cycle)
    ids = ", ".join(f"('{cell}')" for cell in cell_ids(count))
    return f"""
        INSERT INTO cell_metadata (cell_id, cathode, anode, "source", ah, form_factor, test, tester)
            SELECT id, 'LFP', 'graphite', 'My Lab', 1.1, '18650', 'cycle', 'arbin'
            FROM (VALUES {ids}) AS cells (id);
        INSERT INTO cycle_stats (v_max, v_min, ah_c, ah_d, e_c, e_d, i_max, i_min, v_c_mean,
                v_d_mean, e_eff, ah_eff, cycle_index, test_time, cell_id)
            SELECT 3.4, 3.0, 1.1 - 0.001 * n, 1.1 - 0.001 * n, 3.7, 3.4, 1, -1, 3.3, 3.1, 0.9, 1, n,
                   n * {rows_a_cycle}, id
            FROM generate_series({cycles}, 1, -1) n, (VALUES {ids}) AS cells (id);
        {cells}
    """  # noqa: S608
