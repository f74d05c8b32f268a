"""Files got by hand become a mirror in one command, and are remembered."""

import shutil
import zipfile

import pytest
import yaml

import bdg_explore as bdg
from bdg_explore.cli import main
from bdg_explore.errors import MissingDataError
from bdg_explore.hubs.settings import mirrors_file

A = "CALCE_CX2-16_prism_LCO_25C_0-100_0.5-0.5C_a"
B = "CALCE_CX2-33_prism_LCO_25C_0-100_0.5-0.5C_d"
OTHER = "SNL_18650_LFP_25C_0-100_0.5-1C_a"
CYCLES = (
    "Cycle_Index,Start_Time,End_Time,Test_Time (s),Min_Current (A),Max_Current (A),"
    "Min_Voltage (V),Max_Voltage (V),Charge_Capacity (Ah),Discharge_Capacity (Ah),"
    "Charge_Energy (Wh),Discharge_Energy (Wh)\n"
    + "".join(
        f"{n},2010-08-18 20:00:00.000,2010-08-18 23:00:00.000,{n * 9000},-0.67,0.67,2.7,4.2,"
        f"{1.3 - n / 100},{1.29 - n / 100},5.0,4.8\n"
        for n in range(1, 6)
    )
)
RECORDS = (
    "Date_Time,Test_Time (s),Cycle_Index,Current (A),Voltage (V),Charge_Capacity (Ah),"
    "Discharge_Capacity (Ah),Charge_Energy (Wh),Discharge_Energy (Wh),Environment_Temperature (C),"
    "Cell_Temperature (C)\n"
    + "".join(
        f"2010-08-18 20:{n:02d}:00.000,{60 * n},1,0.5,{3.6 + n / 100},{n / 120},0,"
        f"{n / 30},0,25,25\n"
        for n in range(30)
    )
)


@pytest.fixture
def folder(tmp_path):
    """Three files of two cells as the archive names them, and two that are nobody's."""
    folder = tmp_path / "from the archive"
    (folder / "CALCE").mkdir(parents=True)
    (folder / "CALCE" / f"{A}_cycle_data.csv").write_text(CYCLES)
    (folder / "CALCE" / f"{A}_timeseries.csv").write_text(RECORDS)
    (folder / "CALCE" / f"{B}_timeseries.csv").write_text(RECORDS)
    (folder / "notes.txt").write_text("read me")
    (folder / "CALCE_CX2-99_prism_LCO_25C_0-100_0.5-0.5C_z_timeseries.csv").write_text(RECORDS)
    (folder / ".DS_Store").write_bytes(b"")
    return folder


def zipped(folder):
    return shutil.make_archive(str(folder), "zip", folder)


@pytest.mark.parametrize(
    ("pack", "options"), [(str, []), (zipped, ["--dataset", "ba-calce"])], ids=["folder", "zip"]
)
def test_one_command_and_the_cells_can_be_read(pack, options, folder, capsys):
    with pytest.raises(MissingDataError):
        bdg.open_hubs().cycles(f"ba-calce/{A}")
    assert main(["mirror", "add", pack(folder), *options]) == 0
    told = capsys.readouterr().out
    assert "ba-calce: 2 of 7 cells, cycles and timeseries" in told and A in told
    assert "2 files are no data of a cell" in told
    assert "notes.txt" in told and "CX2-99" in told and "DS_Store" not in told
    hubs = bdg.open_hubs()
    cells = hubs.cells[hubs.cells["dataset"] == "ba-calce"]
    assert (cells["availability"] == "here").sum() == 2
    assert hubs.cycles(f"ba-calce/{A}")["cycle_discharging_capacity_ah"].iloc[0] == 1.28
    assert len(hubs.timeseries(f"ba-calce/{B}")) == 30
    assert len(hubs.cycles(f"ba-calce/{B}")) == 1  # made of its records


def test_adding_again_replaces_and_removing_forgets(folder, capsys):
    assert main(["mirror", "add", str(folder)]) == main(["mirror", "add", str(folder)]) == 0
    assert len(yaml.safe_load(mirrors_file().read_text())["mirrors"]) == 1
    capsys.readouterr()
    assert main(["mirror", "list"]) == 0
    listed = capsys.readouterr().out
    assert str(folder) in listed and "ba-calce" in listed and "1 mirror;" in listed
    assert main(["mirror", "remove", "ba-calce"]) == 0
    assert (folder / "notes.txt").exists()
    assert main(["mirror", "remove", "ba-calce"]) == 1
    assert "No mirror is called 'ba-calce'" in capsys.readouterr().err
    assert (bdg.open_hubs().find("ba-calce")["availability"] != "here").all()


def test_a_mirror_that_is_not_mounted_stops_nothing(folder, capsys, caplog):
    main(["mirror", "add", str(folder)])
    shutil.rmtree(folder)
    assert (bdg.open_hubs().find("ba-calce")["availability"] != "here").all()
    assert "is not there; `bdg mirror remove` forgets it" in caplog.text
    main(["mirror", "list"])
    assert "not there" in capsys.readouterr().out


def test_a_folder_with_mirror_yaml(tmp_path, capsys):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "x.csv").write_text(CYCLES)
    (tmp_path / "m" / "mirror.yaml").write_text(
        "version: 1\ndatasets:\n  ba-calce:\n    cycles: {path: x.csv, cells: "
        f"[{A}], format: batteryarchive_cycles_csv}}\n"
    )
    assert main(["mirror", "add", str(tmp_path / "m"), "--dataset", "ba-calc"]) == 1
    assert "Did you mean ba-calce" in capsys.readouterr().err
    assert main(["mirror", "add", str(tmp_path / "m"), "--dataset", "ba-hnei"]) == 1
    assert "says nothing of ba-hnei" in capsys.readouterr().err
    assert main(["mirror", "add", str(tmp_path / "m")]) == 0
    assert "ba-calce: 1 of 7 cells" in capsys.readouterr().out
    assert len(bdg.open_hubs().cycles(f"ba-calce/{A}")) == 5


def test_cells_of_another_data_set_by_their_ids(tmp_path, lab, capsys):
    files = tmp_path / "files"
    files.mkdir()
    catalog = str(lab())
    shutil.copy(tmp_path / "my_lab" / "c.csv", files / "a.csv")
    line = ["mirror", "add", str(files), "--catalog", catalog]
    assert main(line) == 1  # a short name says nothing without the data set
    assert main([*line, "--dataset", "lab-2026"]) == 0
    assert len(bdg.open_hubs(catalog).timeseries("lab-2026/a")) == 122
    (files / "more").mkdir()
    shutil.copy(files / "a.csv", files / "more" / "a.csv")
    capsys.readouterr()
    assert main([*line, "--dataset", "lab-2026"]) == 1
    assert "several files of one cell" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "is not there"),
        (lambda path: path.write_text("x"), "neither a folder nor a zip archive"),
        (lambda path: path.mkdir(), "holds no file of a known cell: it has 0 files"),
        (lambda path: zipfile.ZipFile(path, "w").writestr("holiday.jpg", b"x"),
         r"it has 1 files (holiday.jpg)"),
    ],
)  # fmt: skip
def test_nonsense_is_refused(make, words, tmp_path, capsys):
    make(tmp_path / "x")
    assert main(["mirror", "add", str(tmp_path / "x")]) == 1
    assert words in capsys.readouterr().err
    assert not mirrors_file().exists()


def test_a_right_name_with_other_content_is_refused(folder, capsys):
    (folder / "CALCE" / f"{A}_cycle_data.csv").write_text("a,b\n1,2\n")
    assert main(["mirror", "add", str(folder)]) == 1
    assert "is named like a file of ba-calce, but" in capsys.readouterr().err


def test_cells_of_another_study_are_not_this_ones(folder, capsys):
    assert main(["mirror", "add", str(folder), "--dataset", "ba-snl-lfp"]) == 1
    told = capsys.readouterr().err
    assert "holds no file of a cell of ba-snl-lfp" in told and A in told


def test_fetch_says_how_to_get_what_is_given_on_request(capsys):
    assert main(["fetch", "ba-calce"]) == 1
    told = capsys.readouterr().err
    assert "only on request" in told and "info@batteryarchive.org" in told
    assert 'bdg mirror add "CALCE.zip" --dataset ba-calce' in told
