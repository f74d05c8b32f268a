"""A Battery Archive database as a hub, on a real PostgreSQL."""

import os
import pickle
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
import yaml
from adbc_driver_postgresql import dbapi

import bdg_explore as bdg
from bdg_explore.errors import (
    CatalogError,
    CatalogWarning,
    ConnectionLostError,
    FrameError,
    LoginError,
    MissingDataError,
    MissingDataWarning,
    MissingTableError,
    ServerError,
)
from bdg_explore.frames import CONTRACTS, check_frame
from bdg_explore.hubs.servers.archive_layout import TABLES

from .archive import GRANTS, INDEXES, MODULES, NEWER, OLDER, cell_ids, filled
from .cluster import READER_PASSWORD

FIRST = "archive-my-lab/LAB_18650_LFP_25C_0-100_0.5/1C_0"
ROWS, ROWS_A_CYCLE = 6_000, 1_000


def create(cluster, name, *statements):
    cluster.sql(f'CREATE DATABASE "{name}"')
    cluster.sql("\n".join(statements), database=name)
    return cluster.address(name)


CONDITIONS = f"""
    INSERT INTO cycle_metadata
            (temperature, soc_max, soc_min, v_max, v_min, crate_c, crate_d, cell_id)
        VALUES (25, 100, 0, 3.6, 2.0, 0.5, 1, '{cell_ids(1)[0]}'),
               (25, 80, 20, 3.6, 2.0, 0.5, 1, '{cell_ids(2)[1]}'),
               (45, 80, 20, 3.6, 2.0, 0.5, 2, '{cell_ids(2)[1]}');
    INSERT INTO cell_metadata (cell_id, cathode, source, test, tester)
        VALUES ('nailed', 'NMC', 'ORNL', 'abuse', 'ornl'),
               ('o''hara"); DROP TABLE cell_metadata; --', 'NCA', 'my lab ', 'cycle', 'maccor'),
               ('planned', 'NCA', NULL, 'cycle', NULL), ('planned', 'LCO', NULL, 'cycle', NULL);
    INSERT INTO abuse_metadata (cell_id, temperature, thickness, indentor, nail_speed, soc)
        VALUES ('nailed', 25, 8, 6, 0.05, 100);
    INSERT INTO abuse_timeseries
            (axial_d, axial_f, v, strain, top_indent_temperature, test_time, cell_id)
        SELECT n * 0.1, n * 10, 4.1 - n * 0.01, n * 0.001, 25 + n, n, 'nailed'
        FROM generate_series(0, 9) n;
    INSERT INTO cycle_timeseries (i, v, cycle_index, test_time, cell_id)
        SELECT 1, 3.5 + n * 0.01, 1, n, 'o''hara"); DROP TABLE cell_metadata; --'
        FROM generate_series(0, 9) n;
    INSERT INTO cycle_timeseries (i, v, cycle_index, test_time, cell_id)
        SELECT 1, 3.5, 1, n, 'nobody listed me' FROM generate_series(0, 4) n;
"""  # noqa: S608


@pytest.fixture(scope="module")
def archive(cluster):
    return create(cluster, "archive", NEWER, filled(4, ROWS), CONDITIONS, INDEXES, GRANTS)


@pytest.fixture
def hubs(archive, password):
    return bdg.open_hubs(archive)


def test_a_database_opens_as_a_hub_beside_the_others(hubs):
    hub = hubs.hubs.loc["archive"]
    assert (hub["datasets"], hub["access"]) == (3, "private")
    assert "demo" in hubs.hubs.index
    ours = hubs.datasets[hubs.datasets["hub"] == "archive"]
    assert list(ours.index) == ["archive-my-lab", "archive-ornl", "archive-unlisted"]
    assert set(ours["access"]) == {"private"} and set(ours["licence"]) == {"unknown"}


def test_cells_carry_what_the_database_knows_and_no_more(hubs):
    cells = hubs.cells.loc[hubs.cells["hub"] == "archive"].set_index("native_id")
    first = cells.loc[cell_ids(1)[0]]
    assert (first["cathode_chemistry"], first["anode_chemistry"]) == ("LFP", "graphite")
    assert (first["form_factor"], first["test_equipment"]) == ("18650", "arbin")
    assert (first["soc_minimum"], first["soc_maximum"]) == (0.0, 1.0)
    assert (first["ambient_temperature_celsius"], first["discharging_c_rate"]) == (25.0, 1.0)
    assert first["objective_of_test"] == "cycle_aging"
    assert first["also_known_as"] == "LAB_18650_LFP_25C_0-100_0.5-1C_0"
    # 1.1 Ah is 1 in a column of whole numbers: told, not taken.
    assert np.isnan(first["nominal_capacity_ah"]) and "rounded to whole Ah: 1" in first["note"]
    assert set(first["tables"].split()) == {"cycles", "timeseries"}
    assert first["availability"] == "download"
    # Conditions that differ from line to line hold for no whole test.
    second = cells.loc[cell_ids(2)[1]]
    assert np.isnan(second["ambient_temperature_celsius"]) and second["soc_maximum"] == 0.8
    assert np.isnan(second["discharging_c_rate"]) and second["charging_c_rate"] == 0.5
    nailed = cells.loc["nailed"]
    assert nailed["tables"] == "abuse" and "nail speed 0.05" in nailed["protocol"]
    assert "2 times" in cells.loc["planned", "note"] and cells.loc["planned", "tables"] == ""
    assert cells.loc["nobody listed me", "dataset"] == "archive-unlisted"
    assert hubs.find("lfp 25c", hub="archive", soc_maximum=1.0).index.tolist() == [FIRST]


def test_time_series_are_canonical_and_exact(hubs):
    frame = hubs.timeseries(FIRST)
    check_frame(frame, CONTRACTS["timeseries"])
    assert len(frame) == ROWS and (frame["cell"] == FIRST).all()
    n = np.arange(ROWS)
    np.testing.assert_array_equal(frame["test_time_second"], n)
    np.testing.assert_array_equal(frame["current_ampere"], np.where(n % 1000 < 500, 1.0, -1.0))
    np.testing.assert_array_equal(frame["cycle_count"], n // 1000 + 1)
    assert frame["cycle_count"].dtype == np.int64
    np.testing.assert_allclose(
        frame["cycle_charging_capacity_ah"], np.minimum(n % 1000, 500) / 3600, atol=1e-12
    )
    start = pd.Timestamp("2020-01-01", tz="UTC").timestamp()
    np.testing.assert_allclose(frame["unix_time_second"], start + n, atol=1e-6)
    np.testing.assert_array_equal(frame["surface_temperature_celsius"].isna(), n % 7 == 0)
    assert (frame["ambient_temperature_celsius"] == 25).all()
    assert {"temperature_t1_celsius", "i", "cycle_time"}.isdisjoint(frame.columns)


def test_only_the_cycles_asked_for(hubs):
    frame = hubs.timeseries(FIRST, cycles=[2, 5])
    assert frame["cycle_count"].unique().tolist() == [2, 5] and len(frame) == 2000
    with pytest.raises(MissingDataError, match="no time series of cycles"):
        hubs.timeseries(FIRST, cycles=[99])


def test_cycles_of_several_cells_in_their_order(hubs):
    wanted = [f"archive-my-lab/{cell_ids(4)[i]}" for i in (2, 0)]
    frame = hubs.cycles(wanted)
    assert frame["cell"].unique().tolist() == wanted
    one = frame[frame["cell"] == wanted[0]]
    assert one["cycle_count"].tolist() == [1, 2, 3, 4, 5, 6]  # the table holds them backwards
    np.testing.assert_allclose(one["cycle_discharging_capacity_ah"], 1.1 - 0.001 * np.arange(1, 7))
    np.testing.assert_allclose(one["end_test_time_second"], np.arange(1, 7) * 1000.0)
    assert "mean_charging_voltage_volt" not in frame  # theirs is a mean over records, ours is not


def test_abuse(hubs):
    frame = hubs.table("abuse", "archive-ornl/nailed")
    assert frame["axial_displacement_millimetre"].tolist()[:2] == [0.0, 0.1]
    assert frame["top_indent_temperature_celsius"].iloc[-1] == 34


def test_a_cell_whose_name_is_an_attack(hubs, archive):
    uid = "archive-my-lab/o'hara\"); DROP TABLE cell_metadata; --"
    assert len(hubs.timeseries(uid)) == 10
    both = hubs.table("timeseries", [uid, FIRST])
    assert both["cell"].value_counts().to_dict() == {FIRST: ROWS, uid: 10}
    assert len(bdg.open_hubs(archive).cells) == len(hubs.cells)


def test_a_cell_without_cycles_is_summarized(hubs):
    uid = "archive-my-lab/o'hara\"); DROP TABLE cell_metadata; --"
    assert hubs.cycles(uid)["record_count"].tolist() == [10]


def test_what_lies_on_a_server_is_not_here(hubs):
    with pytest.raises(MissingDataError, match=r"lies on postgresql://reader@127\.0\.0\.1"):
        hubs.timeseries(FIRST, download=False)
    assert hubs.sql("select count(*) as n from cells where hub = 'archive'")["n"].item() == 8


def test_opening_reads_no_measurement(cluster, password):
    """With no right to the large tables a hub opens; reading them is refused by name."""
    address = create(cluster, "locked", NEWER, filled(1, 10), INDEXES,
                     "GRANT SELECT ON cell_metadata, cycle_metadata TO reader;")  # fmt: skip
    hubs = bdg.open_hubs(address)
    row = hubs.cells.loc[hubs.cells["hub"] == "locked"].iloc[0]
    assert row["tables"] == "" and row["cathode_chemistry"] == "LFP"


def test_without_an_index_nothing_is_walked_through_and_the_owner_is_told(cluster, password):
    hubs = bdg.open_hubs(create(cluster, "slow", NEWER, filled(2, 100), GRANTS))
    note = hubs.hubs.loc["slow", "note"]
    assert "CREATE INDEX ON public.cycle_timeseries (cell_id)" in note
    cells = hubs.cells.loc[hubs.cells["hub"] == "slow"]
    assert set(cells["tables"]) == {"cycles timeseries"}
    assert len(hubs.timeseries(cells.index[0])) == 100


def test_the_older_layout(cluster, password):
    statements = filled(2, 2000, temperature="temp_1", surface="temp_2")
    hubs = bdg.open_hubs(create(cluster, "older", OLDER, statements, GRANTS))
    cells = hubs.cells.loc[hubs.cells["hub"] == "older"]
    assert cells["nominal_capacity_ah"].tolist() == [1.1, 1.1]  # numeric keeps the tenth
    frame = hubs.timeseries(cells.index[1], cycles=[2])
    assert len(frame) == 1000 and frame["voltage_volt"].dtype == np.float64
    assert frame["cycle_count"].dtype == np.int64
    assert (frame["temperature_t1_celsius"] == 25).all()
    assert len(hubs.cycles(cells)) == 4


def test_modules_are_no_cells(cluster, password):
    ids = cell_ids(2)
    address = create(
        cluster, "packs", NEWER, MODULES, filled(2, 10), INDEXES, GRANTS,
        f"INSERT INTO module_metadata (module_id, num_series) VALUES ('{ids[1]}', 4);"  # noqa: S608
        f"DELETE FROM cell_metadata WHERE cell_id = '{ids[1]}';"
        f"UPDATE cell_metadata SET parent_id = '{ids[1]}';",
    )  # fmt: skip
    hubs = bdg.open_hubs(address)
    assert f"part of {ids[1]}" in hubs.cells.loc[f"packs-my-lab/{ids[0]}", "note"]
    module = hubs.cells.loc[f"packs-modules/{ids[1]}"]
    assert (module["segment"], module["note"]) == ("module_pack", "4 in series")
    assert len(hubs.timeseries(f"packs-modules/{ids[1]}")) == 10
    assert "packs-unlisted" not in hubs.datasets.index


def test_it_takes_little_more_than_plain_sql(cluster, password, capsys):
    """Best of several turns; `benchmarks/bench_postgres.py` measures 5M records."""
    rows = 60_000
    address = create(cluster, "speed", NEWER, filled(2, rows), INDEXES, GRANTS)
    hubs = bdg.open_hubs(address)
    uid = f"speed-my-lab/{cell_ids(2)[1]}"
    columns = ", ".join(TABLES["timeseries"].columns.values()).replace(", temp_1, temp_2", "")
    best = {"plain": np.inf, "ours": np.inf}
    with dbapi.connect(address, autocommit=True) as connection, connection.cursor() as cursor:

        def plain():
            cursor.execute(
                f"SELECT {columns} FROM cycle_timeseries WHERE cell_id = '{cell_ids(2)[1]}'"  # noqa: S608
            )
            return cursor.fetch_arrow_table().num_rows

        assert plain() == len(hubs.timeseries(uid)) == rows
        for _ in range(7):
            for name, job in (("plain", plain), ("ours", lambda: hubs.timeseries(uid))):
                start = time.perf_counter()
                job()
                best[name] = min(best[name], time.perf_counter() - start)
    ratio = best["ours"] / best["plain"]
    with capsys.disabled():
        print(f"\nhubs.timeseries over plain SQL, {rows} records: {ratio:.2f}")
    assert ratio < 2.5


def test_another_process_connects_for_itself(hubs):
    again = pickle.loads(pickle.dumps(hubs))
    assert len(again.timeseries(FIRST)) == ROWS


def test_a_schema_and_words_of_the_owner(cluster, password):
    create(cluster, "named", 'CREATE SCHEMA "La b"; SET search_path = "La b";', NEWER,
           filled(1, 10), 'GRANT USAGE ON SCHEMA "La b" TO reader; '
           'GRANT SELECT ON ALL TABLES IN SCHEMA "La b" TO reader;')  # fmt: skip
    more = "?schema=La%20b&hub=my_lab&name=My+lab&licence=CC-BY-4.0&access=open&contact=me"
    hubs = bdg.open_hubs(cluster.address("named", more=more))
    assert hubs.hubs.loc["my_lab", ["name", "licence", "access"]].tolist() == [
        "My lab", "CC-BY-4.0", "open",
    ]  # fmt: skip
    row = hubs.cells.loc[hubs.cells["hub"] == "my_lab"].iloc[0]
    assert (row["licence"], row["access"], row["contact_details"]) == ("CC-BY-4.0", "open", "me")
    assert len(hubs.timeseries(str(row.name))) == 10


# --- what can go wrong ------------------------------------------------------------------------


def test_wrong_password(archive, password, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", "wr0ng")
    with pytest.raises(LoginError, match=r"password authentication failed.*pgpass") as caught:
        bdg.open_hubs(archive)
    assert "wr0ng" not in str(caught.value)


def test_no_password(archive, password, monkeypatch):
    monkeypatch.delenv("PGPASSWORD")
    with pytest.raises(LoginError, match=r"asks for a password.*\.pgpass"):
        bdg.open_hubs(archive)


def test_a_password_file_is_enough(cluster, archive, password, monkeypatch, tmp_path):
    monkeypatch.delenv("PGPASSWORD")
    escaped = READER_PASSWORD.replace("\\", "\\\\").replace(":", "\\:")
    path = tmp_path / "pgpass"
    path.write_text(f"127.0.0.1:{cluster.port}:archive:reader:{escaped}\n")
    path.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(path))
    assert "archive" in bdg.open_hubs(archive).hubs.index


def test_a_password_in_an_address_is_refused_and_not_repeated(archive):
    for address in (
        archive.replace("reader@", "reader:hunter2@"),
        archive + "?password=hunter2",
    ):
        with pytest.raises(CatalogError, match=r"holds a password.*pgpass") as caught:
            bdg.open_hubs(address)
        assert "hunter2" not in str(caught.value)


def test_no_secret_is_shown(hubs, archive):
    for text in (repr(hubs), repr(hubs.dataset("archive-my-lab")), hubs.datasets.to_csv()):
        assert READER_PASSWORD not in text
    assert READER_PASSWORD not in repr(hubs.dataset("archive-my-lab").tables["cycles"].server)


def test_a_database_that_is_not_there(cluster, archive, password):
    with pytest.raises(ServerError, match='database "nowhere" does not exist'):
        bdg.open_hubs(cluster.address("nowhere"))
    with pytest.raises(ServerError, match=r"cannot be opened.*refused"):
        bdg.open_hubs("postgresql://reader@127.0.0.1:1/archive")


def test_a_database_of_something_else(cluster, password):
    address = create(cluster, "other", "CREATE TABLE cell_metadat (a int);", GRANTS)
    with pytest.raises(MissingTableError, match=r"cell_metadata.*Did you mean cell_metadat\?"):
        bdg.open_hubs(address)


def test_a_missing_table_and_a_missing_column(cluster, password):
    address = create(cluster, "torn", NEWER, filled(1, 10), INDEXES, GRANTS)
    hubs = bdg.open_hubs(address)
    uid = hubs.cells.index[hubs.cells["hub"] == "torn"][0]
    cluster.sql("ALTER TABLE cycle_timeseries DROP COLUMN v; DROP TABLE cycle_stats",
                database="torn")  # fmt: skip
    with pytest.raises(MissingTableError, match="cycle_stats"):
        hubs.cycles(uid)
    with pytest.raises(MissingTableError, match="does not exist"):
        hubs.timeseries(uid)
    again = bdg.open_hubs(address)
    with pytest.raises(MissingTableError, match="has no column v"):
        again.timeseries(uid)
    with pytest.raises(MissingTableError):
        again.cycles(uid)


def test_a_record_without_a_time_is_named(cluster, password):
    hole = "UPDATE cycle_timeseries SET test_time = NULL WHERE test_time = 3;"
    address = create(cluster, "holes", NEWER, filled(1, 10), INDEXES, GRANTS, hole)
    hubs = bdg.open_hubs(address)
    with pytest.raises(FrameError, match=r"1 of 10 records of LAB_.* have no test_time"):
        hubs.timeseries(hubs.cells.index[hubs.cells["hub"] == "holes"][0])


def test_records_out_of_order_are_put_in_order(cluster, password):
    move = "UPDATE cycle_timeseries SET v = v WHERE test_time::int % 3 = 0;"
    address = create(cluster, "moved", NEWER, filled(2, 500), INDEXES, GRANTS, move)
    hubs = bdg.open_hubs(address)
    uids = list(hubs.cells.index[hubs.cells["hub"] == "moved"])
    assert hubs.timeseries(uids[0])["test_time_second"].tolist() == list(range(500))
    both = hubs.table("timeseries", uids)
    assert both["test_time_second"].tolist() == [*range(500), *range(500)]


def test_a_connection_that_was_closed_while_idle_is_no_trouble(cluster, hubs):
    hubs.timeseries(FIRST)
    cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")
    assert len(hubs.timeseries(FIRST)) == ROWS


def test_a_question_is_read_only_and_ends_in_time(cluster, password, archive):
    hubs = bdg.open_hubs(archive + "?timeout=1")
    database = hubs.dataset("archive-my-lab").tables["cycles"].server.database
    with pytest.raises(ServerError, match="read-only transaction"):
        database.ask("CREATE TABLE mine (a int)")
    with pytest.raises(ServerError, match="stopped after 1 s"):
        database.ask("SELECT pg_sleep(20)")
    assert len(hubs.timeseries(FIRST)) == ROWS


def test_a_connection_that_breaks_in_the_middle(cluster, hubs):
    database = hubs.dataset("archive-my-lab").tables["cycles"].server.database

    def kill():
        for _ in range(100):
            time.sleep(0.05)
            if cluster.sql(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE usename = 'reader' AND query LIKE '%generate_series%'"
            ) != "0":  # fmt: skip
                return

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(ConnectionLostError, match="broke off"):
        database.ask("SELECT n, repeat('x', 100) FROM generate_series(1, 20000000) n")
    thread.join()
    assert len(hubs.timeseries(FIRST)) == ROWS  # the next question is answered again


def test_a_server_that_stops_leaves_the_other_hubs_as_they_are(cluster, hubs, archive):
    cluster.stop()
    try:
        with pytest.raises(ServerError, match="cannot be opened"):
            hubs.timeseries(FIRST)
        demo = hubs.find(hub="demo").index[0]
        with pytest.warns(MissingDataWarning, match="cannot be opened"):
            frame = hubs.cycles([demo, FIRST])
        assert frame["cell"].unique().tolist() == [demo]
    finally:
        cluster.start()


def test_a_configured_server_that_is_away_is_left_out_with_a_warning(
    cluster, archive, password, monkeypatch
):
    monkeypatch.setenv("BDG_CATALOGS", archive)
    assert "archive-my-lab" in bdg.open_hubs().datasets.index
    away, other = "postgresql://reader@127.0.0.1:1/archive", f"{archive}?hub=there"
    wrong = "postgresql://reader:hunter2@127.0.0.1:1/archive?sslpassword=hunter2"
    monkeypatch.setenv("BDG_CATALOGS", os.pathsep.join([away, wrong, other]))
    with pytest.warns(CatalogWarning) as caught:
        hubs = bdg.open_hubs()
    told = "\n".join([*(str(one.message) for one in caught), *hubs.remarks])
    assert "refused" in told and "holds a password" in told and "hunter2" not in told
    assert hubs.hubs.loc["there", "datasets"] == 3


def test_a_missing_driver_tells_how_to_install_it(archive, password, monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    with pytest.raises(ServerError, match=r'pip install "bdg-explore\[servers\]"'):
        bdg.open_hubs(archive)


def test_many_threads_share_a_database(hubs):
    frames, uid = [], FIRST
    threads = [
        threading.Thread(target=lambda: frames.append(hubs.timeseries(uid))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(frame) for frame in frames] == [ROWS] * 4


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("postgresql://u@h/d?acces=open", "Did you mean access"),
        ("postgresql://u@h/d?access=secret", "access is 'secret'"),
        ("postgresql://u@h/d?timeout=soon", "number of seconds"),
        ("postgresql://u@h/d?hub=../x", "must be an id"),
        ("postgresql://u@h:port/d", "cannot be read"),
        ("postgresql://u@h/d?sslpassword=x", "holds a password"),
    ],
)
def test_addresses_that_are_not_right(address, wrong):
    with pytest.raises(CatalogError, match=wrong):
        bdg.open_hubs(address)


def test_a_catalog_cannot_name_a_server(lab, entry, archive):
    folder = lab()
    path = folder / "catalog.yaml"
    for nested in (
        {"driver": "yaml_file_cat", "args": {"path": archive}},
        {"driver": "yaml_file_cat", "args": {"path": "postgres://127.0.0.1:1/x"}},
    ):
        path.write_text(yaml.safe_dump({"sources": {"theirs": nested}}))
        with pytest.raises(CatalogError):
            bdg.open_hubs(folder)
    entry["args"]["tables"]["cycles"]["url"] = archive
    with pytest.raises(CatalogError, match="postgresql"):
        bdg.open_hubs(lab({"lab-2026": entry}))
