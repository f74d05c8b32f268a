"""The tables of the docs are made by a command, and stand there as it makes them."""

import importlib.util
import sys
from pathlib import Path

import pytest

from bdg_explore import readers

ROOT = Path(__file__).parents[1]
MADE = "python benchmarks/read_all.py --formats docs/formats.md"


@pytest.fixture(scope="module")
def read_all():
    spec = importlib.util.spec_from_file_location("read_all", ROOT / "benchmarks" / "read_all.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["read_all"] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    yield module
    del sys.modules["read_all"]


def test_list_of_formats_is_up_to_date(read_all):
    held = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert held == read_all.formats_text(), f"out of date; run: {MADE}"


def test_every_format_of_the_folder_stands_in_the_list(read_all):
    text = read_all.formats_text()
    declared = {reader.name for _, given in read_all.modules() for reader in given}
    assert declared <= set(readers.formats().index)
    for name in declared:
        assert text.count(f"[`{name}`](#") == 1
    links = {part.split(")")[0] for part in text.split("](#")[1:]}
    assert all(f'<a id="{link}"></a>' in text for link in links)


def test_every_module_says_what_its_format_is(read_all):
    for module, declared in read_all.modules():
        assert len(module.__doc__ or "") > 120, module.__name__
        assert all(reader.description for reader in declared)


def test_docstrings_become_markdown(read_all):
    given = "A.\n\n``a`` and ``-Z`` with ``a`b``.\n\nReferences\n----------\nhttps://x.org\n"
    assert read_all.markdown(given) == (
        "A.\n\n`a` and `-Z` with `` a`b ``.\n\n**References**\n\nhttps://x.org\n"
    )


def test_real_files_are_told_one_by_one(read_all, tmp_path):
    folder = tmp_path / "bdf"
    folder.mkdir()
    head = "test_time_second,voltage_volt,current_ampere\n"
    (folder / "good.csv").write_text(head + "0,3.5,1\n1,3.6,1\n")
    (folder / "bad.csv").write_text(head + "1,3.5,1\n0,3.6,1\n")
    (folder / "note.txt").write_text("nothing | at all\n")
    (tmp_path / "elsewhere.csv").write_text(head)
    rows = list(read_all.read_all(tmp_path))
    bad, good, note = rows
    assert (good.format, good.table, good.rows, good.columns) == ("bdf_csv", "timeseries", "2", "3")
    assert bad.findings.startswith("FrameError: bad.csv (bdf_csv): A table of timeseries is not")
    assert note.findings.startswith("UnknownFormatError: No format is known for note.txt")
    text = read_all.table_of(rows)
    assert "nothing \\| at all" in text
    assert text.endswith("1 of 3 files are read, the others refused.\n")


def test_a_file_with_two_tables_has_two_rows(read_all):
    path = ROOT / "tests" / "samples" / "parstat_txt" / "two_spectra.txt"
    rows = read_all.read_one(path, "x")
    assert [(row.table, row.rows) for row in rows] == [("impedance", "4"), ("timeseries", "7")]
