"""Bring your own data, in a real Chromium: drop files, look, take away; refuse what is none."""

import re
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import yaml

import bdg_explore as bdg
from bdg_explore.columns import CATHODE, NOMINAL_CAPACITY

from .browser import quiet_page

pytestmark = [pytest.mark.ui, pytest.mark.timeout(300)]

SAMPLES = Path(__file__).parents[1] / "samples"
ARBIN = SAMPLES / "arbin_csv" / "old_headers.csv"
NOVONIX = SAMPLES / "novonix_csv" / "blocks.csv"
GAMRY = SAMPLES / "gamry_dta" / "ocv_first.DTA"


def _bring(page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files(list(files))


def _told(page, name: str):
    return page.locator("li", has_text=name).locator(".told")


def _read(page, name: str) -> str:
    told = _told(page, name)
    told.filter(has_text="records").wait_for(timeout=60_000)
    return told.inner_text()


def _refused(page, name: str) -> str:
    row = page.locator("li.refused", has_text=name)
    row.wait_for(timeout=60_000)
    return row.locator(".told").inner_text()


def _open(page, server: str) -> None:
    page.goto(f"{server}/bring")
    page.get_by_role("button", name="Choose files").wait_for(timeout=60_000)


def test_three_files_of_different_testers(browser, server, tmp_path) -> None:
    with quiet_page(browser, viewport={"width": 1400, "height": 1600}) as page:
        _open(page, server)
        assert "200 MB each" in page.locator(".zone small").inner_text()
        _bring(page, ARBIN, NOVONIX, GAMRY)
        assert "Arbin" in _read(page, ARBIN.name)
        assert "Novonix" in _read(page, NOVONIX.name)
        assert "Gamry" in _read(page, GAMRY.name)

        # what it is and how it was known, its picture, findings, records, columns
        page.get_by_role("heading", name=ARBIN.name).wait_for()
        page.get_by_text(re.compile("Known by its content.*Data_Point")).wait_for()
        page.locator("canvas").first.wait_for()
        page.get_by_role("tab", name="Findings").click()
        page.get_by_text(re.compile("score")).first.wait_for()
        page.get_by_role("tab", name="Records").click()
        page.get_by_role("columnheader", name="Voltage / V").wait_for()
        page.get_by_role("tab", name="Columns").click()
        page.get_by_role("cell", name="voltage_volt").wait_for()

        # the impedance file, chosen, shows its spectrum
        page.get_by_role("combobox", name="Test").click()
        page.get_by_role("menuitem", name=GAMRY.name).click()
        page.get_by_role("heading", name=GAMRY.name).wait_for()
        page.locator("canvas").first.wait_for()

        # back to the first, to take it away
        page.get_by_role("combobox", name="Test").click()
        page.get_by_role("menuitem", name=ARBIN.name).click()
        page.get_by_role("heading", name=ARBIN.name).wait_for()
        for label, suffix in (("BDF Parquet", ".parquet"), ("BDF csv", ".csv")):
            with page.expect_download() as coming:
                page.get_by_text(label, exact=True).click()
            taken = tmp_path / coming.value.suggested_filename
            coming.value.save_as(taken)
            assert taken.name == f"old_headers.bdf{suffix}"
            here, there = bdg.read(taken), bdg.read(ARBIN)
            pd.testing.assert_frame_equal(here, there)

        # all of them as a hub, with what the visitor says about them
        page.get_by_label("Cathode").fill("NMC811")
        page.get_by_label("Nominal capacity / Ah").fill("2,5 Ah")
        page.get_by_role("button", name="Make the hub").click()
        page.get_by_text(re.compile(r"Download My_lab\.zip")).wait_for(timeout=120_000)
        with page.expect_download() as coming:
            page.get_by_text(re.compile(r"Download My_lab\.zip")).click()
        coming.value.save_as(tmp_path / "My_lab.zip")
    with zipfile.ZipFile(tmp_path / "My_lab.zip") as archive:
        archive.extractall(tmp_path)
    hubs = bdg.open_hubs(tmp_path / "My_lab")
    own = hubs.cells[hubs.cells["access"] == "private"]
    assert len(own) == 3
    assert set(own[CATHODE]) == {"NMC811"}
    assert set(own[NOMINAL_CAPACITY]) == {2.5}
    about = yaml.safe_load((tmp_path / "My_lab" / "metadata.yaml").read_text())
    assert about["licence"] == "unknown"


def test_what_is_no_tester_file_is_refused_with_a_sentence(browser, server, tmp_path) -> None:
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(2_000_000_000)  # takes no room on disk
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(400):
                sheet.write(bytes(1_000_000))
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    cut = tmp_path / "cut.csv"
    cut.write_bytes(ARBIN.read_bytes()[:-9])
    with quiet_page(browser) as page:
        _open(page, server)
        _bring(page, huge, picture, bomb, empty, cut, ARBIN)
        assert "2 GB" in _refused(page, "huge.csv")
        assert "PNG picture" in _refused(page, "picture.csv")
        assert re.search("unpack|zip|larger", _refused(page, "bomb.xlsx"))
        assert "is empty" in _refused(page, "empty.csv")
        assert "line" in _refused(page, "cut.csv")
        assert "Arbin" in _read(page, ARBIN.name)  # the others do not harm it


def test_a_file_with_a_fault_shows_where_it_is(browser, server, tmp_path) -> None:
    lines = ["test_time_second,voltage_volt,current_ampere"]
    lines += [f"{t},3.7,0.5" for t in (0, 10, 20, 15, 30, 40)]  # time runs backwards
    faulty = tmp_path / "faulty.csv"
    faulty.write_text("\n".join(lines) + "\n")
    with quiet_page(browser, viewport={"width": 1400, "height": 1600}) as page:
        _open(page, server)
        _bring(page, faulty)
        assert "error" in _read(page, "faulty.csv")
        page.get_by_role("alert").filter(has_text="runs backwards at row 3").wait_for()
        page.get_by_role("tab", name="Findings").click()
        page.get_by_text("Q01").first.wait_for()
        assert page.get_by_text("BDF Parquet", exact=True).count() == 0  # it would be no BDF


def test_files_go_with_the_visitor(browser, server) -> None:
    places = Path(tempfile.gettempdir())
    before = set(places.glob("bdg-bring-*"))
    with quiet_page(browser) as page:
        _open(page, server)
        _bring(page, ARBIN)
        _read(page, ARBIN.name)
        own = [one for one in set(places.glob("bdg-bring-*")) - before if any(one.rglob("*.csv"))]
        assert own
        page.get_by_role("button", name=f"Remove {ARBIN.name}").click()
        page.get_by_role("heading", name=ARBIN.name).wait_for(state="detached")
        assert not [path for one in own for path in one.rglob("*.csv")]
        _bring(page, ARBIN)
        _read(page, ARBIN.name)
    with quiet_page(browser) as page:  # the server notices within its session's lifetime
        page.goto(f"{server}/bring")
        for _ in range(120):
            if not any(one.exists() for one in own):
                break
            page.wait_for_timeout(500)
        assert not any(one.exists() for one in own)


def test_in_a_small_window_the_parts_keep_their_height(browser, server) -> None:
    with quiet_page(browser, viewport={"width": 390, "height": 700}) as page:
        _open(page, server)
        _bring(page, ARBIN)
        _read(page, ARBIN.name)
        page.get_by_role("tab", name="Records").click()
        page.get_by_role("columnheader", name="Voltage / V").wait_for()
        story = page.locator(".main-content > .child-wrapper > *").first
        beyond = story.evaluate("part => part.scrollHeight - part.clientHeight")
        assert abs(beyond) <= 1  # else what follows would lie on top of it
        assert story.evaluate("part => part.clientHeight") > 700
