"""The notebook that reads curves, with one word changed: on a measured cell."""

from pathlib import Path

import pytest

from bdg_explore.apps.notebook_run import run
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.shipped import notebooks_folder

NAME = "03_read_the_curves.ipynb"
CHANGED = (
    r"cell = \"demo-nmc811/NMC811_25C_0-100_0.3-0.5C_a\"",
    r"cell = \"severson-2019/b1c0\"",
)


def test_the_curves_of_a_severson_cell_are_read(mirror: Path, tmp_path: Path):
    if not (mirror / "severson").is_dir():
        pytest.skip(f"no Severson tables in {mirror}")
    text = (notebooks_folder() / NAME).read_text(encoding="utf-8")
    assert text.count(CHANGED[0]) == 1
    (tmp_path / NAME).write_text(text.replace(*CHANGED), encoding="utf-8")
    outcomes = [one for one in run(read_notebook(tmp_path / NAME)) if one.cell.kind == "code"]
    assert [(one.cell.number, one.error) for one in outcomes if one.error is not None] == []
    (areas,) = next(one.shown for one in outcomes if "check_area" in one.cell.source)
    assert areas["area_deviation"].abs().max() < 5e-3
    assert areas.loc["mean", "span_ah"] == pytest.approx(1.06, abs=0.02)
