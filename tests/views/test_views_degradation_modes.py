"""Pictures of degradation modes and of the fits behind them."""

import holoviews as hv
import numpy as np
import pandas as pd
import pytest

from bdg_explore import views
from bdg_explore.columns import (
    CELL,
    CYCLE,
    DISCHARGING_CAPACITY,
    FITTED_VOLTAGE,
    LOSS_OF_LITHIUM,
    LOSS_OF_MATERIAL_NE,
    LOSS_OF_MATERIAL_PE,
    MATERIAL_PE_WORD,
    PLATING,
    REFERENCE,
    STATE_OF_HEALTH,
    VOLTAGE,
    VOLTAGE_RESIDUAL,
)
from bdg_explore.errors import FrameError, ParameterError

RIGHTS = {
    "dataset": "lab",
    "licence": "CC0-1.0",
    "access": "open",
    "doi": None,
    "kind": "experimental",
    "citation": "",
    "synthetic": False,
}


def modes(cell: str | None = None, count: int = 5) -> pd.DataFrame:
    """Losses that grow evenly, with limits of one point either way."""
    cycles = np.arange(count) * 100
    table = pd.DataFrame({CYCLE: cycles})
    for name, rate in (
        (LOSS_OF_LITHIUM, 2e-4),
        (LOSS_OF_MATERIAL_PE, 5e-5),
        (LOSS_OF_MATERIAL_NE, 1e-4),
    ):
        table[name] = rate * cycles
        table[f"{name}_lower"], table[f"{name}_upper"] = table[name] - 0.01, table[name] + 0.01
        table[f"{name}_identifiability"] = "identified"
    table[STATE_OF_HEALTH] = 1 - 3e-4 * cycles
    table[PLATING] = False
    table[REFERENCE] = "cycle 0"
    if cell is not None:
        table.insert(0, CELL, cell)
    return table


def fitted(cycles=(0, 100)) -> pd.DataFrame:
    q = np.linspace(0, 1, 50)
    parts = [
        pd.DataFrame(
            {
                CYCLE: k,
                DISCHARGING_CAPACITY: q,
                VOLTAGE: 4 - q,
                FITTED_VOLTAGE: 4 - q - 0.002,
                VOLTAGE_RESIDUAL: 2.0,
            }
        )
        for k in cycles
    ]
    return pd.concat(parts, ignore_index=True)


def lines(picture) -> dict[str, hv.Curve]:
    return {one.label: one for one in picture.traverse(lambda e: e, [hv.Curve]) if one.label}


def option(picture, name: str, group: str = "plot"):
    return hv.Store.lookup_options("bokeh", picture, group).kwargs.get(name)


def test_one_cell_shows_all_modes_and_the_capacity_in_one_picture():
    table = modes()
    before = table.copy(deep=True)
    drawn = lines(views.degradation_modes(table.sample(frac=1, random_state=0)))
    assert list(drawn) == ["LLI", "LAM PE", "LAM NE", "capacity"]
    np.testing.assert_allclose(drawn["LLI"].dimension_values("lost"), table[LOSS_OF_LITHIUM])
    np.testing.assert_allclose(drawn["capacity"].dimension_values("lost"), 3e-4 * table[CYCLE])
    pd.testing.assert_frame_equal(table, before)


def test_limits_are_bands_and_can_be_left_out():
    areas = views.degradation_modes(modes()).traverse(lambda one: one, [hv.Area])
    assert len(areas) == 3
    np.testing.assert_allclose(areas[0].dimension_values("upper")[-1], 0.09)
    assert not views.degradation_modes(modes(), bands=False).traverse(lambda one: one, [hv.Area])
    bare = modes()[[CYCLE, LOSS_OF_LITHIUM, LOSS_OF_MATERIAL_PE, LOSS_OF_MATERIAL_NE]]
    assert list(lines(views.degradation_modes(bare))) == ["LLI", "LAM PE", "LAM NE"]


def test_limits_without_end_stay_in_the_picture():
    table = modes()
    table["loss_of_active_material_pe_lower"] = -np.inf
    table["loss_of_active_material_pe_upper"] = np.nan
    picture = views.degradation_modes(table)
    area = picture.traverse(lambda one: one, [hv.Area])[1]
    limits = option(picture, "ylim")
    assert (area.dimension_values("lost") == limits[0]).all()
    assert (area.dimension_values("upper") == limits[1]).all()


def test_what_is_not_identifiable_is_dotted_and_said():
    table = modes().assign(**{MATERIAL_PE_WORD: "not identifiable: -9% to 12% fit within 2 mV"})
    picture = views.degradation_modes(table)
    assert option(picture, "title") == "LAM PE not identifiable (dotted)"
    assert option(lines(picture)["LAM PE"], "line_dash", "style") == "dotted"
    assert option(lines(picture)["LLI"], "line_dash", "style") == "solid"


def test_a_full_negative_electrode_is_marked():
    table = modes()
    table.loc[3:, PLATING] = True
    picture = views.degradation_modes(table)
    marks = [e for e in picture.traverse(lambda e: e, [hv.Scatter]) if e.group == "Plating"]
    assert marks[0].dimension_values(0).tolist() == [300, 400]
    assert "negative electrode full: 2 cycles" in option(picture, "title")


def test_several_cells_get_a_picture_a_mode(rendered):
    table = pd.concat([modes("lab/a"), modes("lab/b", 3)])
    picture = views.degradation_modes(table)
    assert isinstance(picture, hv.Layout)
    assert len(picture) == 3
    rendered(picture)
    bottom = picture.traverse(lambda one: one, [hv.Contours])[2]
    assert list(bottom.dimension_values(CELL, expanded=False)) == ["a", "b"]
    assert len(bottom.dimension_values(0)) == 8


def test_axes_and_credit_are_there(rendered):
    table = modes("lab/a")
    table.attrs["rights"] = [RIGHTS]
    figure = rendered(views.degradation_modes(table)).state
    assert figure.xaxis[0].axis_label == "Cycle"
    assert figure.yaxis[0].axis_label == "Lost since cycle 0"
    assert any("CC0-1.0" in getattr(one, "text", "") for one in figure.below)


def test_nothing_to_draw_and_bad_tables_are_told():
    assert isinstance(views.degradation_modes(modes().iloc[:0]), hv.Text)
    with pytest.raises(FrameError, match=LOSS_OF_LITHIUM):
        views.degradation_modes(modes().drop(columns=LOSS_OF_LITHIUM))
    with pytest.raises(FrameError, match="Did you mean"):
        views.degradation_modes(modes(), x="cycle_coun")


def test_residuals_stand_below_the_fit(rendered):
    table = fitted()
    table.attrs["rights"] = [RIGHTS]
    picture = views.fit_residuals(table)
    upper, lower = picture
    assert option(upper, "title") == "points measured, lines fitted\nRMSE 2 mV"
    drawn = lower.traverse(lambda e: e, [hv.Curve])
    assert len(drawn) == 2
    np.testing.assert_allclose(drawn[0].dimension_values(1), 2.0)
    np.testing.assert_allclose(lines(upper)["cycle 100"].dimension_values(1)[0], 3.998)
    grid = rendered(picture).state
    figures = [child for child, *_ in grid.children]
    assert [f.yaxis[0].axis_label for f in figures] == ["Voltage / V", "Residual / mV"]
    assert any("CC0-1.0" in getattr(one, "text", "") for one in figures[1].below)


def test_many_curves_are_spread_and_bad_input_is_refused():
    picture = views.fit_residuals(fitted(range(20)), max_curves=4)
    assert "showing 4 of 20 curves" in option(next(iter(picture)), "title")
    assert isinstance(views.fit_residuals(fitted().iloc[:0]), hv.Text)
    with pytest.raises(FrameError, match=FITTED_VOLTAGE):
        views.fit_residuals(fitted().drop(columns=FITTED_VOLTAGE))
    with pytest.raises(ParameterError, match="at least 1"):
        views.fit_residuals(fitted(), max_curves=0)
