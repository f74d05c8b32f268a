"""Notebooks that follow fades and compare groups, with one word changed: on measured cells."""

from pathlib import Path

import numpy as np
import pytest

from bdg_explore.apps.notebook_run import run
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.shipped import notebooks_folder

SEVERSON = "severson-2019"
CHANGED = r"data = \"demo-lfp\"", rf"data = \"{SEVERSON}\""
ALL = r"hubs.find(dataset=data, availability=\"here\")"


def shown_on_severson(name: str, folder: Path, *, cells: int) -> dict[str, list]:
    """Run a notebook on a few cells of each batch; return what each cell of code showed."""
    text = (notebooks_folder() / name).read_text(encoding="utf-8")
    assert text.count(CHANGED[0]) == text.count(ALL) == 1
    some = rf"{ALL}.groupby(\"batch\").head({cells})"
    path = folder / name
    path.write_text(text.replace(*CHANGED).replace(ALL, some), encoding="utf-8")
    outcomes = [one for one in run(read_notebook(path)) if one.cell.kind == "code"]
    assert [(one.cell.number, one.error) for one in outcomes if one.error is not None] == []
    return {one.cell.source: one.shown for one in outcomes}


@pytest.fixture
def real(mirror: Path) -> None:
    if not (mirror / "severson").is_dir():
        pytest.skip(f"no Severson tables in {mirror}")


def test_following_the_fade_of_severson_cells(real, tmp_path: Path):
    shown = shown_on_severson("02_follow_the_fade.ipynb", tmp_path, cells=12)
    (knees,) = next(value for source, value in shown.items() if "find_knee" in source)
    assert len(knees) == 12
    assert knees["knee_cycle"].between(150, 1700).all()
    (summary,) = next(value for source, value in shown.items() if "summarize_distr" in source)
    assert summary["censored_count"].tolist() == [12]  # the first batch stops above the threshold


def test_comparing_groups_of_severson_cells(real, tmp_path: Path):
    shown = shown_on_severson("04_compare_groups.ipynb", tmp_path, cells=8)
    (summary,) = next(value for source, value in shown.items() if "summarize_distr" in source)
    assert summary["cell_count"].sum() >= 15
    assert summary["median"].iloc[0] > summary["median"].iloc[1]
    (ranks,) = next(value for source, value in shown.items() if "rank()" in source)
    assert ranks["log10_variance_capacity_difference"] < -0.8
    assert np.isfinite(ranks).all()
