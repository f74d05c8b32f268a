"""Every picture says whose data it shows, in each form it is kept in."""

import json

import holoviews as hv
import pandas as pd
import pytest
from bokeh.embed import file_html
from bokeh.models import Title
from bokeh.resources import INLINE

import bdg_explore as bdg
from bdg_explore import views


@pytest.fixture(scope="module")
def hubs():
    return bdg.open_hubs()


def figure_of(picture):
    return hv.renderer("bokeh").instance(theme=None).get_plot(picture).state


def credits_in(model):
    return [one.text for one in model.select({"type": Title}) if one.name == "credit"]


def test_a_fade_picture_carries_licence_access_doi_and_synthetic(hubs):
    cells = hubs.find(hub="demo")
    cycles = hubs.cycles(cells)
    for more in ({}, {"cells": hubs.cells}):
        figure = figure_of(views.capacity_fade(cycles, **more))
        (text,) = credits_in(figure)
        words = " ".join(text.split())
        for word in ("demo-lfp", "synthetic", "CC0-1.0", "access open", "no doi"):
            assert word in words
        assert max(map(len, text.splitlines())) <= 46
        kept = json.dumps(figure.tags)
        assert '"synthetic": true' in kept and '"licence": "CC0-1.0"' in kept
        page = file_html(figure, INLINE)
        assert "CC0-1.0" in page


def test_only_what_is_drawn_is_credited(hubs):
    cycles = hubs.cycles(hubs.find(hub="demo"))
    one = cycles[cycles["cell"].str.startswith("demo-lfp")]
    (text,) = credits_in(figure_of(views.capacity_fade(one)))
    assert "demo-lfp" in text and "demo-nmc811" not in text


def test_a_trace_is_credited_once_under_its_lowest_panel(hubs):
    uid = hubs.find(hub="demo").query("tables.str.contains('timeseries')").index[0]
    records = hubs.timeseries(uid)
    for dynamic in (True, False):
        picture = views.voltage_current_trace(records, dynamic=dynamic)
        assert len(credits_in(figure_of(picture))) == 1
    bare = figure_of(views.voltage_current_trace(records).opts(toolbar=None))
    assert len(credits_in(bare)) == 1
    assert bare.toolbar_location is None


def test_a_table_of_nobody_known_gets_no_credit():
    frame = pd.DataFrame({"cycle_count": [1, 2], "cycle_discharging_capacity_ah": [1.0, 0.9]})
    assert credits_in(figure_of(views.capacity_fade(frame))) == []


def test_many_data_sets_are_summed_up():
    rights = [
        {"dataset": f"set-{i}", "licence": f"L{i}", "access": "open", "doi": f"10.1/{i}",
         "kind": "experimental", "citation": None, "synthetic": False}
        for i in range(9)
    ]  # fmt: skip
    cycles = pd.DataFrame({
        "cell": [f"set-{i}/a" for i in range(9) for _ in range(2)],
        "cycle_count": [1, 2] * 9, "cycle_discharging_capacity_ah": [1.0, 0.9] * 9,
    })  # fmt: skip
    cycles.attrs["rights"] = rights
    (text,) = credits_in(figure_of(views.capacity_fade(cycles)))
    words = " ".join(text.split())
    assert "set-0: experimental, L0, access open, doi 10.1/0" in words
    assert "and 7 more data sets, licences L2, L3" in words
