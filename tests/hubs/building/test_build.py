"""Your own hub: from a folder of tester files to cells beside the others."""

import json
import os
import stat
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

import bdg_explore as bdg
from bdg_explore.errors import BdgError, CatalogError, MissingDataError, ParameterError
from bdg_explore.hubs.building import build

from .conftest import put, records, same, tree


@pytest.fixture
def out(tmp_path):
    return tmp_path / "hub"


def rows(built, status):
    report = built.report
    return report[report["status"] == status].set_index("file")


# --- what comes of a folder -----------------------------------------------------------------------


def test_cells_open_beside_the_hubs_that_ship(folder, out, quick):
    built = quick(folder, out)
    assert built.cells == ("alpha", "batch 2/beta", "gamma")
    hubs = bdg.open_hubs(out)
    mine = hubs.find(dataset="lab-files")
    assert list(mine.index) == ["lab-files/alpha", "lab-files/batch 2/beta", "lab-files/gamma"]
    assert set(mine["availability"]) == {"here"}
    assert set(mine["licence"]) == {"unknown"}
    assert set(mine["access"]) == {"private"}
    assert set(mine["kind"]) == {"experimental"}
    assert mine["quality_score"].between(0, 1).all()
    assert "demo-lfp" in hubs.datasets.index
    cycles = hubs.cycles(mine)
    assert cycles.groupby("cell").size().to_dict() == {
        "lab-files/alpha": 3, "lab-files/batch 2/beta": 2, "lab-files/gamma": 4
    }  # fmt: skip
    assert cycles["cycle_discharging_capacity_ah"].to_numpy() == pytest.approx(1.0, abs=0.02)
    series = hubs.timeseries("lab-files/alpha", cycles=[2])
    assert len(series) == 120
    spectrum = hubs.table("impedance", "lab-files/alpha")
    assert spectrum["imaginary_impedance_ohm"].tolist() == [-0.001, -0.01, -0.002]
    counted = hubs.sql(
        "select cell, count(*) n from timeseries where cell like 'lab-files/%' group by 1"
    )
    assert dict(zip(counted["cell"], counted["n"], strict=True))["lab-files/gamma"] == 480


def test_what_was_read_is_what_is_held(folder, out, quick):
    quick(folder, out)
    held = bdg.open_hubs(out).timeseries("lab-files/batch 2/beta")
    read = bdg.read(folder / "batch 2" / "beta.csv")
    for name in read.columns:
        exact = name.endswith(("second", "count"))
        expected = read[name] if exact else read[name].astype("float32").astype(float)
        assert held[name].tolist() == expected.tolist(), name


def test_every_file_has_its_line_in_the_report(folder, out, quick):
    built = quick(folder, out)
    report = pd.read_csv(out / "report.csv", index_col="file")
    assert report["status"].to_dict() == {
        "README.txt": "passed over", "alpha.csv": "read", "alpha_EIS.csv": "read", "bad.csv": "bad",
        "batch 2/beta.csv": "read", "gamma_Part1.csv": "read", "gamma_Part2.csv": "read",
        "notes.docx": "unknown",
    }  # fmt: skip
    assert "line" in report.loc["bad.csv", "reason"]
    assert report.loc["gamma_Part2.csv", "cell"] == "gamma"
    assert "part 2 of 2" in report.loc["gamma_Part2.csv", "reason"]
    text = str(built)
    assert "bad.csv" in text
    assert "3 cells" in text
    told = json.loads((out / "report.json").read_text())
    assert told["counts"] == {"bad": 1, "passed over": 1, "read": 5, "unknown": 1}


def test_provenance_names_file_checksum_reader_and_rows(folder, out, quick):
    import hashlib

    quick(folder, out)
    table = bdg.open_hubs(out).table("provenance", "lab-files/gamma")
    assert table["source_file"].tolist() == ["gamma_Part1.csv", "gamma_Part2.csv"]
    content = (folder / "gamma_Part1.csv").read_bytes()
    assert table["source_sha256"][0] == hashlib.sha256(content).hexdigest()
    assert table["source_bytes"][0] == len(content)
    assert set(table["source_format"]) == {"bdf_csv"}
    assert table["rows_in"].tolist() == [250, 240]
    assert table["rows_out"].tolist() == [250, 230]
    assert table["overlap_rows"].tolist() == [0, 10]
    assert table["package_version"][0] == bdg.__version__
    assert "joined" in table["note"][0]


def test_quality_is_one_row_a_cell_and_table(folder, out, quick):
    spoilt = records(seed=9)
    spoilt.loc[60:90, "voltage_volt"] = 65535.0
    put(folder / "spoilt.csv", spoilt)
    quick(folder, out)
    table = bdg.open_hubs(out).table("quality")
    mine = table[table["cell"].str.startswith("lab-files/")].set_index(["cell", "table"])
    assert mine.index.is_unique
    assert mine.loc[("lab-files/alpha", "timeseries"), "quality_score"] == 1.0
    bad = mine.loc[("lab-files/spoilt", "timeseries")]
    assert bad["error_findings"] >= 1
    assert {f["id"] for f in json.loads(bad["findings"])} >= {"Q15"}
    assert json.loads(bad["metrics"])["sentinel_free_share"] < 1


def test_the_store_is_laid_out_for_speed(folder, out, quick):
    quick(folder, out)
    assert (out / "lab-files" / "timeseries" / "batch 2" / "beta.parquet").is_file()
    file = pq.ParquetFile(out / "lab-files" / "timeseries" / "alpha.parquet")
    kinds = {field.name: str(field.type) for field in file.schema_arrow}
    assert kinds["voltage_volt"] == kinds["current_ampere"] == "float"
    assert kinds["test_time_second"] == kinds["unix_time_second"] == "double"
    chunk = file.metadata.row_group(0).column(file.schema_arrow.names.index("voltage_volt"))
    assert "BYTE_STREAM_SPLIT" in chunk.encodings
    assert chunk.compression == "ZSTD"


def test_the_same_files_give_the_same_store(folder, out, quick, tmp_path):
    quick(folder, out)
    quick(folder, tmp_path / "again")
    assert same(tree(out), tree(tmp_path / "again"))
    assert not (out / ".bdg-build").exists()


def test_two_processes_give_the_same_store(folder, out, quick, tmp_path):
    seen = []
    built = build(folder, out, workers=2, progress=lambda *told: seen.append(told))
    quick(folder, tmp_path / "again")
    assert not len(rows(built, "bad").drop("bad.csv")), built
    assert same(tree(out), tree(tmp_path / "again"))
    assert ("look", 7, 7) in seen
    assert seen[-1] == ("read", 4, 4), "after the two parts of gamma"
    assert built.count("read") == 5


# --- names ----------------------------------------------------------------------------------------


def test_two_cells_of_one_name_are_told_apart(out, quick, tmp_path):
    place = tmp_path / "lab"
    put(place / "a" / "cell.csv", records(seed=1))
    put(place / "b" / "cell.csv", records(seed=2))
    put(place / "b" / "Cell.txt", records(seed=3))
    built = quick(place, out)
    assert built.cells == ("a/cell", "b/Cell.txt", "b/cell.csv")
    assert len(bdg.open_hubs(out).cycles("lab/b/cell.csv")) == 3


@pytest.mark.skipif(sys.platform == "darwin", reason="its file system joins letters and accents")
def test_names_of_any_script(out, quick, tmp_path):
    place = tmp_path / "Zellen für Übermorgen"
    put(place / "電池 1.csv", records(seed=1))
    put(place / "Zelle é.csv", records(seed=2))
    put(place / "Zelle e\u0301.csv", records(seed=3))
    put(place / ("x" * 240 + ".csv"), records(seed=4))
    put(place / "it's a 'cell', {cell}; ok.csv", records(seed=5))
    built = quick(place, out)
    assert built.dataset == "zellen-für-übermorgen"
    assert len(built.cells) == len({cell.casefold() for cell in built.cells}) == 5
    hubs = bdg.open_hubs(out)
    mine = hubs.find(dataset=built.dataset)
    assert len(hubs.cycles(mine)) == 15
    assert (
        hubs.sql("select count(distinct cell) n from timeseries where cell like 'zellen%'")["n"][0]
        == 5
    )
    again = pd.read_csv(out / "cells.csv", dtype=str)
    assert sorted(again["native_id"]) == sorted(built.cells)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text_is_read_too(folder, out, quick):
    put(Path(os.fsdecode(os.fsencode(folder) + b"/odd \xff.csv")), records(seed=7))
    built = quick(folder, out)
    assert "odd \N{REPLACEMENT CHARACTER}" in built.cells


def test_a_hub_may_be_given_a_name_but_not_one_that_ships(folder, out, quick):
    with pytest.raises(ParameterError, match="demo-lfp"):
        quick(folder, out, name="Demo LFP")
    assert not out.exists()
    built = quick(folder, out, name="Cells of Room 12")
    assert built.dataset == "cells-of-room-12"
    again = quick(folder, out)
    assert again.dataset == "cells-of-room-12", "a store keeps its name"
    assert again.again == 4
    renamed = quick(folder, out, name="Other")
    assert renamed.dataset == "other"
    assert {path.name for path in out.iterdir() if path.is_dir()} == {"other"}


def test_files_of_one_cell_are_one_cell(out, quick, tmp_path):
    place = tmp_path / "lab"
    put(place / "c7_timeseries.csv", records(seed=1))
    cycles = pd.DataFrame({"cycle_count": [1, 2], "cycle_discharging_capacity_ah": [1.0, 0.9]})
    put(place / "c7_cycle_data.csv", cycles)
    put(place / "c8_cycle_data.csv", cycles[:1])
    built = quick(place, out)
    assert built.cells == ("c7", "c8")
    hubs = bdg.open_hubs(out)
    assert len(hubs.cycles("lab/c7")) == 3, "what the records say goes before what a summary says"
    assert len(hubs.table("reported_cycles", "lab/c7")) == 2
    assert hubs.cycles("lab/c8")["cycle_discharging_capacity_ah"].tolist() == [1.0]


def test_a_table_of_several_cells_becomes_several_cells(out, quick, tmp_path):
    place = tmp_path / "lab"
    table = pd.DataFrame(
        {"cell": ["x", "x", "y/z"], "cycle_count": [1, 2, 1], "cycle_discharging_capacity_ah": 1.0}
    )
    put(place / "lives.csv", table)
    assert quick(place, out).cells == ("lives/x", "lives/y-z")
    assert len(bdg.open_hubs(out).cycles("lab/lives/x")) == 2


def test_a_list_of_cells_is_no_cell(folder, out, quick):
    put(folder / "inventory.csv", pd.DataFrame({"native_id": ["p", "q"], "form_factor": "pouch"}))
    built = quick(folder, out)
    assert built.cells == ("alpha", "batch 2/beta", "gamma")
    assert "cells.csv" in rows(built, "passed over").loc["inventory.csv", "reason"]


# --- parts ----------------------------------------------------------------------------------------


def test_numbered_cells_stay_cells_and_numbered_parts_become_one_test(out, quick, tmp_path):
    place = tmp_path / "lab"
    for number in (1, 2, 3):
        put(place / f"LFP_{number}.csv", records(seed=number))  # at the same time
    for number in (1, 2):
        later = records(seed=number, start=1.7e9 + 1e7 * number)
        put(place / f"NMC_{number}.csv", later)  # one after the other, and nothing more
    whole = records(6, seed=8).drop(columns="unix_time_second")
    put(place / "aging_01.csv", whole[:300])
    put(place / "aging_02.csv", whole[300:])
    built = quick(place, out)
    assert built.cells == ("LFP_1", "LFP_2", "LFP_3", "NMC_1", "NMC_2", "aging")
    assert len(built.remarks) == 2
    assert any("same time" in remark for remark in built.remarks)
    assert any('parts="names"' in remark for remark in built.remarks)
    again = quick(place, out)
    assert (again.cells, again.remarks, again.again) == (built.cells, built.remarks, 8)
    joined = quick(place, out, parts="names")
    assert joined.cells == ("LFP_1", "LFP_2", "LFP_3", "NMC", "aging")
    alone = quick(place, out, parts="never")
    assert len(alone.cells) == 7


def test_a_bad_part_does_not_take_the_others_with_it(folder, out, quick):
    put(folder / "gamma_Part3.csv", records(1).iloc[::-1])
    built = quick(folder, out)
    assert "gamma" in built.cells
    assert "backwards" in rows(built, "bad").loc["gamma_Part3.csv", "reason"]
    assert len(bdg.open_hubs(out).timeseries("lab-files/gamma")) == 480


def test_copies_are_read_once(folder, out, quick):
    put(folder / "alpha (1).csv", records(seed=1))
    built = quick(folder, out)
    assert rows(built, "duplicate")["reason"].to_dict() == {
        "alpha (1).csv": "the same content as alpha.csv"
    }
    assert built.cells == ("alpha", "batch 2/beta", "gamma")


# --- what changes ---------------------------------------------------------------------------------


def test_files_come_change_and_go(folder, out, quick, tmp_path):
    quick(folder, out)
    before = (out / "lab-files/timeseries/alpha.parquet").stat().st_ino
    put(folder / "delta.csv", records(seed=11))
    put(folder / "batch 2" / "beta.csv", records(5, seed=12))
    (folder / "gamma_Part1.csv").unlink()
    built = quick(folder, out)
    assert built.again == 2, "alpha and its spectrum"
    assert (out / "lab-files/timeseries/alpha.parquet").stat().st_ino == before
    assert built.cells == ("alpha", "batch 2/beta", "delta", "gamma_Part2")
    fresh = tmp_path / "fresh"
    quick(folder, fresh)
    mine, theirs = tree(out), tree(fresh)
    facts = mine.pop("cells.csv"), theirs.pop("cells.csv")
    assert same(mine, theirs)
    assert set(facts[1].splitlines()) <= set(facts[0].splitlines()), "rows of cells stay"


def test_what_people_wrote_stays_and_shows(folder, out, quick):
    quick(folder, out)
    metadata = (out / "metadata.yaml").read_text()
    for key in ("objective_of_test", "anode_chemistry", "cathode_chemistry", "nominal_capacity_ah",
                "test_equipment", "contact_details", "licence", "doi", "form_factor"):  # fmt: skip
        assert f"{key}:" in metadata
    metadata = metadata.replace("cathode_chemistry: null", "cathode_chemistry: LFP")
    metadata = metadata.replace("nominal_capacity_ah: null", "nominal_capacity_ah: 1.0")
    metadata = metadata.replace("licence: unknown", "licence: CC-BY-4.0")
    metadata = metadata.replace("  title: null", "  title: Aging in room 12")
    (out / "metadata.yaml").write_text(metadata + "# my own remark\n")
    facts = (out / "cells.csv").read_text().replace("gamma,", "gamma,2.5,NMC811", 1)
    facts = facts.replace("NMC811,", "NMC811", 1) if facts.count("NMC811,,") else facts
    (out / "cells.csv").write_text(facts)
    built = quick(folder, out)
    assert (out / "metadata.yaml").read_text() == metadata + "# my own remark\n"
    assert (out / "cells.csv").read_text() == facts
    cells = bdg.open_hubs(out).find(dataset="lab-files")
    assert cells["cathode_chemistry"].tolist() == ["LFP", "LFP", "NMC811"]
    assert cells["nominal_capacity_ah"].tolist() == [1.0, 1.0, 2.5]
    assert set(cells["licence"]) == {"CC-BY-4.0"}
    assert "Aging in room 12" in cells["citation"].iloc[0]
    cycles = bdg.open_hubs(out).cycles("lab-files/alpha")
    soh = bdg.state_of_health(cycles, reference_ah=cells["nominal_capacity_ah"].iloc[0])
    assert np.asarray(soh) == pytest.approx(1.0, abs=0.02)
    assert cycles["equivalent_full_cycles"].iloc[-1] == pytest.approx(3, abs=0.1)
    assert built.again == 0, "a nominal capacity bears on the findings: they are looked for again"
    assert quick(folder, out).again == 4


def test_facts_as_a_spreadsheet_saves_them(folder, out, quick):
    quick(folder, out)
    (out / "cells.csv").write_bytes(
        "\ufeffnative_id;nominal_capacity_ah;note\r\nalpha;1,5;schön\r\nzeta;2;gone\r\n".encode()
    )
    built = quick(folder, out)
    cells = bdg.open_hubs(out).cells
    assert cells.loc["lab-files/alpha", "nominal_capacity_ah"] == 1.5
    assert cells.loc["lab-files/alpha", "note"] == "schön"
    assert any("zeta" in remark for remark in built.remarks)
    assert (out / "cells.csv").read_bytes().count(b"\n") == 5, "a row for every other cell"


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("metadata.yaml", "licens: CC0-1.0", "Did you mean licence"),
        ("metadata.yaml", "primary: {cathode: LFP}", "Did you mean cathode_chemistry"),
        ("metadata.yaml", "primary: {nominal_capacity_ah: 2.0 Ah}", "write 2.0, a number alone"),
        ("metadata.yaml", "primary: {objective_of_test: ageing}", "Write one of"),
        ("metadata.yaml", "segment: field\nsecondary: {cell_count: x}", "write a number alone"),
        ("metadata.yaml", "secondary: {vehicle: x}", "secondary has no key 'vehicle'"),
        ("metadata.yaml", "segment: cells", "segment"),
        ("metadata.yaml", "a: [", "cannot be read"),
        ("cells.csv", "cell,nominal_capacity_ah\nalpha,1\n", "needs a column native_id"),
        ("cells.csv", "native_id,nominal_capacity\nalpha,1\n", "Did you mean nominal_capacity_ah"),
        ("cells.csv", "native_id,nominal_capacity_ah\nalpha,1 Ah\n", "line 2: .* write a number"),
        ("cells.csv", "native_id\nalpha\nalpha\n", "line 3: the cell alpha stands there twice"),
    ],
)
def test_a_slip_in_what_people_wrote_is_told_and_the_store_stays(
    folder, out, quick, file, text, told
):
    quick(folder, out)
    before = tree(out)
    (out / file).write_text(text)
    before[file] = text.encode()
    with pytest.raises(CatalogError, match=told):
        quick(folder, out)
    after = {name: held for name, held in tree(out).items() if not name.startswith(".bdg-build")}
    assert same(before, after)
    (out / file).unlink()
    quick(folder, out)
    assert file in tree(out)


def test_what_is_known_beforehand_stands_in_the_template(folder, out, quick):
    quick(folder, out, about={"licence": "CC0-1.0", "primary": {"cathode_chemistry": "LFP"}})
    cells = bdg.open_hubs(out).find(dataset="lab-files")
    assert set(cells["cathode_chemistry"]) == {"LFP"}
    assert yaml.safe_load((out / "metadata.yaml").read_text())["licence"] == "CC0-1.0"
    with pytest.raises(CatalogError, match="Did you mean licence"):
        quick(folder, out.with_name("other"), about={"license": "CC0-1.0"})


# --- places ---------------------------------------------------------------------------------------


def test_a_store_inside_the_folder_is_not_read(folder, quick):
    first = quick(folder, folder / "my hub")
    again = quick(folder, folder / "my hub")
    assert again.report.equals(first.report)
    other = quick(folder, folder / "second")
    assert rows(other, "passed over").loc["my hub", "reason"] == "a store that bdg build made"


def test_a_folder_with_nothing_to_read(tmp_path, out, quick):
    place = tmp_path / "empty"
    place.mkdir()
    with pytest.raises(MissingDataError, match="no file to look at"):
        quick(place, out)
    (place / "letter.txt").write_text("Dear Sir or Madam")
    with pytest.raises(MissingDataError, match=r"letter\.txt: No format is known"):
        quick(place, out)
    assert not out.exists()
    put(place / "a.csv", records())
    quick(place, out)
    before = tree(out)
    (place / "a.csv").unlink()
    with pytest.raises(MissingDataError):
        quick(place, out)
    assert same(before, tree(out)), "the store of before stays"


def test_places_that_will_not_do(folder, tmp_path, quick):
    with pytest.raises(ParameterError, match="There is no folder"):
        quick(tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(ParameterError, match="is a file"):
        quick(folder / "alpha.csv", tmp_path / "out")
    with pytest.raises(ParameterError, match="is a file"):
        quick(folder, folder / "alpha.csv")
    with pytest.raises(ParameterError, match="would hold the folder"):
        quick(folder, folder)
    with pytest.raises(ParameterError, match="would hold the folder"):
        quick(folder, tmp_path)
    full = tmp_path / "full"
    full.mkdir()
    (full / "thesis.tex").write_text("do not lose me")
    with pytest.raises(ParameterError, match="holds other things"):
        quick(folder, full)
    assert [path.name for path in full.iterdir()] == ["thesis.tex"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_place_one_may_not_write_to(folder, tmp_path, quick):
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(BdgError, match="may write to"):
        quick(folder, locked / "out")
    with pytest.raises(BdgError, match="may write to"):
        quick(folder, locked)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no place that refuses everybody")
def test_a_place_nobody_may_write_to(folder, quick):
    with pytest.raises(BdgError, match=r"The store /proc/hub cannot be written"):
        quick(folder, "/proc/hub")


def test_a_disk_that_is_full_is_told(folder, out, quick, monkeypatch):
    import errno

    from bdg_explore.hubs.building import commit

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(commit, "write_tables", full)
    with pytest.raises(BdgError, match=r"No space left .* with space left"):
        quick(folder, out)
    monkeypatch.undo()
    assert quick(folder, out).again == 5, "what was read is not read again"


def test_a_file_that_cannot_be_opened_is_named(folder, out, quick):
    (folder / "broken link.csv").symlink_to(folder / "gone.csv")
    os.mkfifo(folder / "pipe.csv")
    built = quick(folder, out)
    passed = rows(built, "passed over")["reason"]
    assert "cannot be opened" in passed["broken link.csv"]
    assert passed["pipe.csv"] == "no ordinary file"


def test_a_damaged_store_is_mended_from_the_files(folder, out, quick):
    quick(folder, out)
    before = tree(out)
    (out / "lab-files/cycles.parquet").write_bytes(b"PAR1 no more")
    (out / "lab-files/timeseries/alpha.parquet").unlink()
    quick(folder, out)
    assert same(before, tree(out))
