"""The `bdg` command."""

import subprocess
import sys

import pandas as pd
import pytest

from bdg_explore.cli import COMMANDS, main


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert command.__name__ in text
        assert command.__doc__.splitlines()[0] in text


def test_find_lists_cells_with_units(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "demo", "lfp", "45", "--limit", "2"]) == 0
    text = capsys.readouterr().out
    assert "Nominal capacity / Ah" in text
    assert "synthetic" in text
    assert "more with --limit 0" in text


def test_find_csv_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    import io

    import bdg_explore as bdg

    assert main(["find", "demo lfp", "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="cell")
    assert list(table.index) == list(bdg.open_hubs().find("demo lfp").index)


def test_find_tells_what_it_forgave_and_which_data_sets_list_no_cells(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["find", "sevrson", "--limit", "1"]) == 0
    said = capsys.readouterr()
    assert "search for exactly sevrson instead" in said.err
    assert "124 cells" in said.out
    assert main(["find", "panasonic drive cycle"]) == 0
    said = capsys.readouterr()
    assert "kollmeyer-panasonic-18650pf" in said.err
    assert main(["find", "drive cycle", "--limit", "1"]) == 0
    assert "bdg find --datasets 'drive cycle' shows them." in capsys.readouterr().err


def test_find_lists_data_sets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "--datasets", "panasonic", "drive", "cycle"]) == 0
    said = capsys.readouterr()
    assert "kollmeyer-panasonic-18650pf" in said.out
    assert "1 data set\n" in said.out
    assert main(["find", "--datasets", "unobtainium"]) == 1
    assert "No data set matches. Nothing is called “unobtainium”." in capsys.readouterr().err


def test_find_nothing_says_what_to_remove(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["find", "demo", "unobtainium"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "Remove" in told.err


def test_a_mistake_is_one_sentence_not_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    catalog = tmp_path / "lab.yaml"
    catalog.write_text("sorces: {}\n")
    assert main(["find", "x", "--catalog", str(catalog)]) == 1
    assert capsys.readouterr().err.startswith("bdg: ")


def test_formats_lists_what_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    assert "bdf" in capsys.readouterr().out


def test_the_command_line_starts_light() -> None:
    code = "import sys, bdg_explore.cli; sys.exit(bool({'pandas', 'panel'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
