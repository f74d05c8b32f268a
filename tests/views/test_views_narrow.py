"""Pictures on a phone: tools below, few ticks, a legend where labels at the curves have no room."""

import holoviews as hv
import pytest
from bokeh.embed import file_html
from bokeh.resources import INLINE
from made_fades import facts, fleet

from bdg_explore.views import along_life, capacity_fade, parallel_coordinates

pytestmark = [pytest.mark.ui, pytest.mark.timeout(120)]

LOOK = """() => {
  const [view] = Object.values(Bokeh.index.roots ?? Bokeh.index);
  const figures = [...view.model.references()].filter((one) => one.type === "Figure");
  const [figure] = figures;
  const labels = figure.renderers.find((one) => one.glyph?.type === "Text"
      && one.data_source.data.text.length > 1);
  return {
    tools: figure.toolbar_location, height: figure.height, ends: figures.map((f) => f.x_range.end),
    labels: labels?.visible,
    legend: figure.below.some((one) => one.type === "Legend" && one.visible),
    ticks: figure.below[0].ticker.desired_num_ticks,
  };
}"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    from apps.browser import chromium

    folder = tmp_path_factory.mktemp("pictures")
    with chromium() as browser:

        def look(picture, width, then=None):
            path = folder / "picture.html"
            path.write_text(file_html(hv.render(picture, backend="bokeh"), INLINE))
            page = browser.new_page(viewport={"width": width, "height": 600})
            errors = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(path.as_uri())
            page.locator("canvas").first.wait_for()
            page.wait_for_timeout(300)
            if then is not None:
                page.set_viewport_size({"width": then, "height": 600})
                page.wait_for_timeout(300)
            seen = page.evaluate(LOOK)
            page.close()
            assert errors == []
            return seen

        yield look


def test_labels_give_way_to_a_legend_and_come_back(shown):
    cycles = fleet(4)
    last = float(cycles["cycle_count"].max())
    picture = capacity_fade(cycles, height=300)
    wide, phone = shown(picture, 1000), shown(picture, 300)
    assert (wide["tools"], wide["labels"], wide["legend"]) == ("right", True, False)
    assert wide["height"] == 300
    assert last < wide["ends"][0] < 1.3 * last, "as long as the labels are, no longer"
    assert (phone["tools"], phone["labels"]) == ("below", True), "four letters have room"
    long = cycles.assign(cell=cycles["cell"] + " with a name of its own")
    picture = capacity_fade(long, height=300)
    phone, wider = shown(picture, 320), shown(picture, 320, then=1000)
    assert (phone["labels"], phone["legend"], phone["ticks"]) == (False, True, 3)
    assert phone["height"] > 300 + 4 * 20, "the curves keep their room"
    assert phone["ends"][0] == pytest.approx(last, rel=0.03)
    assert (wider["labels"], wider["legend"], wider["height"]) == (True, False, 300)
    assert (wider["tools"], wider["ticks"]) == ("right", 6)


def test_panels_of_a_life_keep_one_axis(shown):
    long = fleet(3)
    long["cell"] = long["cell"] + " with a name of its own"
    long["mean_discharging_voltage_volt"] = 3.2
    columns = ["cycle_discharging_capacity_ah", "mean_discharging_voltage_volt"]
    seen = shown(along_life(long, columns), 320)
    assert (seen["labels"], seen["legend"]) == (False, True)
    assert len(seen["ends"]) == 2
    assert len(set(seen["ends"])) == 1


def test_nothing_to_give_way_is_no_trouble(shown):
    cycles = fleet(9)
    assert shown(capacity_fade(cycles), 390)["labels"] is None
    table = facts(cycles, a=range(9), b=range(9))
    assert shown(parallel_coordinates(table, ["a", "b"]), 390)["tools"] == "below"
