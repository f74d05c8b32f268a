"""`bdg build`, `bdg convert`, `bdg check`, `bdg formats`: what they print, and their exit codes."""

import pandas as pd
import pytest

import bdg_explore as bdg
from bdg_explore.cli import main

from .conftest import put, records


def said(capsys):
    told = capsys.readouterr()
    return told.out, told.err


# --- build ----------------------------------------------------------------------------------------


def test_build_makes_a_hub_and_says_what_became_of_the_files(folder, tmp_path, capsys):
    out = tmp_path / "hub"
    assert main(["build", str(folder), str(out), "--workers", "0", "--name", "Room 12"]) == 0
    text, errors = said(capsys)
    assert "3 cells from 5 files" in text
    assert "bad.csv" in text
    assert "report.csv" in text
    assert errors == "", "no bar where nobody looks"
    assert len(bdg.open_hubs(out).find(dataset="room-12")) == 3
    assert main(["find", "room-12", "--catalog", str(out)]) == 0
    assert main(["build", str(folder), str(out), "--workers", "0", "--strict"]) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["nowhere", "out"], "There is no folder"),
        (["lab files/alpha.csv", "out"], "bdg convert"),
        (["lab files", "lab files"], "would hold the folder"),
    ],
)
def test_a_mistake_is_one_sentence(folder, tmp_path, capsys, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    assert main(["build", *given, "--workers", "0"]) == 1
    text, errors = said(capsys)
    assert text == ""
    assert errors.startswith("bdg: ")
    assert told in errors


def test_reading_a_folder_points_to_build(folder, capsys, tmp_path):
    assert main(["convert", str(folder), str(tmp_path / "x.csv")]) == 1
    assert "bdg build" in said(capsys)[1]


# --- convert --------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", ["machine", "label"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_convert_writes_bdf(folder, tmp_path, capsys, suffix, headers):
    out = tmp_path / f"x.bdf{suffix}"
    assert main(["convert", str(folder / "alpha.csv"), str(out), "--headers", headers]) == 0
    text, _ = said(capsys)
    assert "alpha.csv: bdf_csv, timeseries, 360 records in" in text
    assert "quality 1.000" in text
    assert "360 rows, 7 columns" in text
    before, after = bdg.read(folder / "alpha.csv"), bdg.read(out)
    pd.testing.assert_frame_equal(before, after, check_like=True)


def test_convert_joins_parts(folder, tmp_path, capsys):
    out = tmp_path / "gamma.parquet"
    parts = [str(folder / f"gamma_Part{number}.csv") for number in (2, 1)]
    assert main(["convert", *parts, str(out)]) == 0
    text, _ = said(capsys)
    assert "10 in two parts" in text
    assert "2 parts joined" in text
    assert len(bdg.read(out)) == 480


def test_convert_writes_other_tables_plainly(tmp_path, capsys):
    cycles = pd.DataFrame({"cycle_count": [1, 2], "cycle_discharging_capacity_ah": [1.0, 0.9]})
    path = put(tmp_path / "cycles.csv", cycles)
    assert main(["convert", str(path), str(tmp_path / "out.parquet")]) == 0
    assert "cycles, 2 records in" in said(capsys)[0]
    assert bdg.read(tmp_path / "out.parquet")["cycle_count"].tolist() == [1, 2]


def test_convert_overwrites_nothing_unasked(folder, tmp_path, capsys):
    source, out = str(folder / "alpha.csv"), tmp_path / "out.csv"
    out.write_text("mine")
    assert main(["convert", source, str(out)]) == 1
    assert "--force" in said(capsys)[1]
    assert out.read_text() == "mine"
    assert main(["convert", source, str(out), "--force"]) == 0
    assert main(["convert", source, source, "--force"]) == 1
    assert "is the file to read" in said(capsys)[1]
    assert main(["convert", source, str(tmp_path / "out.xlsx")]) == 1
    assert "must end on" in said(capsys)[1]
    assert main(["convert", source, str(tmp_path / "no" / "such" / "folder.csv")]) == 1
    assert "cannot be written" in said(capsys)[1]
    assert main(["convert", str(folder / "bad.csv"), str(tmp_path / "bad.parquet")]) == 1
    assert not (tmp_path / "bad.parquet").exists()


# --- check ----------------------------------------------------------------------------------------


def test_check_of_a_file(folder, tmp_path, capsys):
    assert main(["check", str(folder / "alpha.csv")]) == 0
    assert "nothing found" in said(capsys)[0]
    spoilt = records()
    spoilt.loc[60:90, "voltage_volt"] = 65535.0
    assert main(["check", str(put(tmp_path / "spoilt.csv", spoilt))]) == 1
    assert "Q15" in said(capsys)[0]
    back = records()
    back.loc[100, "test_time_second"] = 0.0
    assert main(["check", str(put(tmp_path / "back.csv", back))]) == 1
    assert "Q01" in said(capsys)[0]
    assert main(["check", str(folder / "bad.csv")]) == 1
    assert main(["check", str(folder / "notes.docx")]) == 1
    assert main(["check", str(folder / "nowhere")]) == 1


def test_check_of_a_folder_and_of_a_hub(folder, tmp_path, capsys, quick):
    assert main(["check", str(folder)]) == 1
    text, _ = said(capsys)
    assert "alpha.csv" in text
    assert "notes.docx: passed over" in text
    assert "6 checked, 1 with errors or not to be read" in text
    (folder / "bad.csv").unlink()
    assert main(["check", str(folder)]) == 0
    out = tmp_path / "hub"
    quick(folder, out)
    said(capsys)
    assert main(["check", str(out)]) == 0
    text, _ = said(capsys)
    assert "lab-files/gamma timeseries" in text
    assert "lab-files/gamma cycles" in text
    assert "7 checked, 0 with errors" in text
    (tmp_path / "empty").mkdir()
    assert main(["check", str(tmp_path / "empty")]) == 1


def test_formats_can_be_looked_through(capsys):
    assert main(["formats", "battery", "data", "format"]) == 0
    text, _ = said(capsys)
    assert text.splitlines()[0].split() == ["format", "tester", "table", "suffixes", "needs",
                                            "description"]  # fmt: skip
    assert "bdf_csv" in text
    assert "maccor" not in text
    assert main(["formats", "abacus"]) == 1
