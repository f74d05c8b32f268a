"""Notebooks as pages: the story is told whole, whatever a cell does."""

from pathlib import Path

import holoviews as hv
import pandas as pd
import panel as pn
import pytest
from bokeh.models import Plot

from bdg_explore.apps.notebook_page import notebook_page, shown
from bdg_explore.apps.notebook_run import run
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.apps.serving import shipped_notebooks
from bdg_explore.errors import ReadError
from bdg_explore.widgets import CellBrowser

from .notebook_files import write_notebook


def _run(tmp_path: Path, *code: str) -> list:
    return list(run(read_notebook(write_notebook(tmp_path / "01_a.ipynb", "# A", *code))))[1:]


def test_a_notebook_says_its_title_its_first_sentence_and_its_address(tmp_path: Path) -> None:
    text = "# Find *a* cell\n\n![x](y.png)\n\nIt **works**, see [here](https://x.org). More.\n"
    story = read_notebook(write_notebook(tmp_path / "01_find_a_cell.ipynb", text, "1", "2"))
    assert story.title == "Find *a* cell"
    assert story.sentence == "It works, see here."
    assert (story.slug, story.name) == ("find-a-cell", "Find a cell")
    assert [cell.number for cell in story.cells] == [0, 1, 2]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nbformat": 3}'])
def test_what_is_no_notebook_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    with pytest.raises(ReadError, match=r"x\.ipynb"):
        read_notebook(path)


def test_cells_share_names_and_the_last_expression_is_shown(tmp_path: Path) -> None:
    first, second, quiet = _run(tmp_path, "x = 20", "x += 1\nx * 2", "x;")
    assert first.shown == []
    assert second.shown == [42]
    assert quiet.shown == []


def test_two_runs_share_nothing(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "# A", "x = globals().get('x', 0) + 1\nx")
    for _ in range(2):
        assert list(run(read_notebook(path)))[1].shown == [1]


def test_print_and_display_land_in_their_cell(tmp_path: Path, capsys) -> None:
    one, other = _run(tmp_path, "print('a', 1, sep='-')\ndisplay('shown')", "print('b')")
    assert (one.printed, one.shown) == ("a-1\n", ["shown"])
    assert other.printed == "b\n"
    assert capsys.readouterr().out == ""


def test_a_failing_cell_names_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    good, bad, after = _run(tmp_path, "x = 1", "y = 2\nx / 0", "x + 1")
    assert good.error is None
    assert isinstance(bad.error, ZeroDivisionError)
    assert bad.line == 2
    assert after.shown == [2]


def test_exit_ends_a_cell_not_the_server(tmp_path: Path) -> None:
    bad, after = _run(tmp_path, "raise SystemExit(3)", "1")
    assert isinstance(bad.error, SystemExit)
    assert after.shown == [1]


@pytest.mark.parametrize("line", ["%matplotlib inline", "!ls", "hubs?"])
def test_magics_are_told_apart_from_mistakes(tmp_path: Path, line: str) -> None:
    (bad,) = _run(tmp_path, f"x = 1\n{line}")
    assert "IPython magic" in str(bad.error)
    assert line in str(bad.error)
    (wrong,) = _run(tmp_path, "x = = 1")
    assert isinstance(wrong.error, SyntaxError)


def test_the_page_shows_cards_for_failures_and_hides_the_code(tmp_path: Path) -> None:
    story = read_notebook(
        write_notebook(
            tmp_path / "01_a.ipynb", "# A\n\nB.", "secret = 1\nsecret / 0", "print('on')"
        )
    )
    page = notebook_page(story)
    html = {str(pane.object): pane.visible for pane in page.select(pn.pane.HTML)}
    card = next(text for text in html if "Cell 1 failed, line 2" in text)
    assert "ZeroDivisionError" in card
    assert [visible for text, visible in html.items() if 'class="in"' in text] == [False, False]
    assert any("on\n" in text for text in html)


def test_a_frame_is_a_short_table_with_its_count() -> None:
    frame = pd.DataFrame({"a<b": range(500), "c": "<i>"}, index=pd.RangeIndex(500, name="n"))
    frame.loc[0, "c"] = None
    text = shown(frame).object
    assert text.count("<tr>") == 21
    assert "20 of 500 rows" in text
    assert "<i>" not in text
    assert "unknown" in text


def test_pictures_of_one_page_keep_axes_of_their_own() -> None:
    page = pn.Column(*(shown(hv.Curve([(0, 0), (1, top)])) for top in (1, 10)))
    low, high = sorted(plot.y_range.end for plot in page.get_root().select({"type": Plot}))
    assert low < 2 < high


def test_a_browser_shows_its_panel_face(hubs) -> None:
    browser = CellBrowser(hubs, query="demo lfp")
    parts = pn.panel(shown(browser)).select(lambda one: type(one).__name__ == "PanelTable")
    assert parts[0].total == browser.state.total == len(hubs.find("demo lfp"))
    browser.selection = tuple(browser.result.index[:2])
    assert parts[0].selection == list(browser.selection)


@pytest.mark.parametrize("story", shipped_notebooks(), ids=lambda story: story.slug)
def test_every_notebook_that_ships_runs_as_a_page(story, recwarn) -> None:
    failed = [(one.cell.number, one.error) for one in run(story) if one.error is not None]
    assert failed == []
