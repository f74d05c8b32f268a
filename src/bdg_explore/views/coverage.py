"""How much there is and how well it is described: bars, lollipops and a map of shares."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import holoviews as hv
import pandas as pd
from bokeh.models import ColumnDataSource, FixedTicker, HoverTool
from bokeh.models.annotations import Legend, LegendItem

from bdg_explore.errors import FrameError

from .theme import CATEGORICAL, INK, OTHER, TITLE_SIZE, load_bokeh, message, ordered, style

# Each state has a colour and a texture, so that neither has to be seen to tell them apart.
_LOOKS: Final[Mapping[str, tuple[str, float, str]]] = {
    "known": (CATEGORICAL[0], 1.0, " "),
    "true": (CATEGORICAL[0], 1.0, " "),
    "unverified": (CATEGORICAL[3], 1.0, "right_diagonal_line"),
    "partial": (CATEGORICAL[3], 1.0, "right_diagonal_line"),
    "unknown": (OTHER, 0.35, " "),
    "false": (OTHER, 0.35, " "),
    "demo": (CATEGORICAL[1], 0.55, "dot"),
}
UNKNOWN: Final = "unknown"
_ROW: Final = 24  # height of a bar with its gap [px]
_BAR: Final = 0.34  # half its thickness, of a row
_LONGEST: Final = 22  # letters of a name beside a bar


def bar_groups(counts: pd.DataFrame, *, most: int = 10) -> dict[str, list[Any]]:
    """Return the bars of `coverage_bars`: what stands beside each, and the values it counts.

    Parameters
    ----------
    counts : DataFrame
        As `coverage_bars` takes it.
    most : int
        Bars at most; values beyond become one bar.
    """
    values = list(dict.fromkeys(None if pd.isna(v) else v for v in counts["value"]))
    known = [one for one in values if one is not None]
    kept = known if len(known) <= most else known[: most - 1]
    groups: dict[str, list[Any]] = {str(one): [one] for one in kept}
    if len(kept) < len(known):
        groups[f"{len(known) - len(kept)} others"] = known[len(kept) :]
    return groups | ({UNKNOWN: [None]} if None in values else {})


def coverage_bars(
    counts: pd.DataFrame,
    *,
    title: str = "",
    most: int = 10,
    names: Callable[[str], str] = str,
    chosen: Collection[Any] = (),
    legend: bool = False,
    ends: str = "total",
) -> Any:
    """Draw how many data sets have each value, parted by how well the value is known.

    Parameters
    ----------
    counts : DataFrame
        `value` (None for unknown), `state` (known, unverified, unknown, demo; or true, partial,
        false) and `datasets`, in the order of the bars.
    title : str
        Line above the picture.
    most : int
        Bars at most; the values beyond become one bar that says how many they are.
    names : callable
        Turns a value into what stands beside its bar.
    chosen : collection
        Values whose bars stay bright while the others fade; none leaves all bright.
    legend : bool
        Whether the states are explained above the bars.
    ends : {"total", "known", "true"}
        What the number at the end of a bar counts: all of it, or that state alone.

    Returns
    -------
    holoviews.Rectangles
        One rectangle a bar and state; ``value`` in its data names the bar as `bar_groups` does.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    _needs(counts, "value", "state", "datasets")
    groups = bar_groups(counts, most=most)
    if not groups:
        return message("No data set to count.")
    shown = {label: _short(names(label)) for label in groups}
    bright = {label for label, held in groups.items() if set(held) & set(chosen)} or set(groups)
    rows = _stacked(counts, groups, list(_LOOKS))
    rows["name"] = [names(label) for label in rows["value"]]
    top = max(1, float(rows["right"].max()))
    count = len(groups)
    return _rectangles(rows, bright).opts(
        responsive=True,
        height=_ROW * count + (28 if title else 0) + (34 if legend else 0) + 14,
        title=title,
        fontsize={"title": TITLE_SIZE},
        xlim=(0, (1.4 if ends == "total" else 1.5) * top),
        ylim=(count - 0.5, -0.5),
        xaxis=None,
        ylabel="",
        yticks=[(at, shown[label]) for at, label in enumerate(groups)],
        toolbar=None,
        default_tools=[],
        hooks=[
            _textured,
            _written(_ends(rows, groups, 0.015 * top, ends)),
            *([_legend(rows["state"])] if legend else []),
            style,
            _plain_axes,
        ],
    )


def completeness_lollipops(scores: pd.DataFrame, *, title: str = "") -> Any:
    """Draw for each hub the share of primary metadata that is stated, and that is verified.

    Parameters
    ----------
    scores : DataFrame
        `hub`, `stated` and `verified` [0-1], `datasets`; in the order of the rows.
    title : str
        Line above the picture.

    Returns
    -------
    holoviews.Overlay
        An open dot where the stated share lies, a full one where the verified, a line between.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    _needs(scores, "hub", "stated", "verified", "datasets")
    if not len(scores):
        return message("No hub with a data set to describe.")
    held = scores.reset_index(drop=True)
    at = range(len(held))
    lines = pd.DataFrame({"x0": held["verified"], "y0": at, "x1": held["stated"], "y1": at})
    dots = held.assign(y=at, value=held["hub"])
    facts = ["value", "datasets", "verified", "stated"]
    hover = HoverTool(
        tooltips=[("hub", "@value"), ("data sets", "@datasets"), ("stated", "@stated{0 %}"),
                  ("verified", "@verified{0 %}")]
    )  # fmt: skip
    stated = hv.Scatter(dots, "stated", ["y", *facts[:3]], label="stated").opts(
        color="rgba(0,0,0,0)", line_color=CATEGORICAL[3], line_width=2, size=10, tools=[hover]
    )
    verified = hv.Scatter(dots, "verified", ["y", *facts[:2], "stated"], label="verified").opts(
        color=CATEGORICAL[0], size=9, tools=[hover]
    )
    segments = hv.Segments(lines, ["x0", "y0", "x1", "y1"]).opts(color=CATEGORICAL[3], line_width=2)
    return hv.Overlay([segments, stated, verified]).opts(
        responsive=True,
        height=_ROW * len(held) + (24 if title else 0) + 86,
        title=title,
        fontsize={"title": TITLE_SIZE},
        xlim=(-0.03, 1.03),
        ylim=(len(held) - 0.5, -0.5),
        xlabel="Share of the seven primary fields / %",
        xticks=[(0, "0"), (0.5, "50"), (1, "100")],
        ylabel="",
        yticks=[(i, _short(str(name))) for i, name in enumerate(held["hub"])],
        show_legend=True,
        legend_position="top",
        legend_cols=2,
        show_grid=True,
        toolbar=None,
        default_tools=[],
        hooks=[style, _plain_axes],
    )


def completeness_map(
    shares: pd.DataFrame, *, names: Callable[[str], str] = str, title: str = ""
) -> Any:
    """Draw for each hub and field the share of data sets that state it.

    Parameters
    ----------
    shares : DataFrame
        `hub`, `field`, `stated` and `verified` [0-1], `datasets`.
    names : callable
        Turns a field into what stands above its column.
    title : str
        Line above the picture.

    Returns
    -------
    holoviews.Overlay
        Tiles, dark to bright from none to all, each with its share in percent.

    Raises
    ------
    FrameError
        A column is missing.
    """
    load_bokeh()
    _needs(shares, "hub", "field", "stated", "verified", "datasets")
    if not len(shares):
        return message("No hub with a data set to describe.")
    hubs, fields = list(dict.fromkeys(shares["hub"])), list(dict.fromkeys(shares["field"]))
    x, y = shares["field"].map(fields.index), shares["hub"].map(hubs.index)
    tiles = shares.assign(
        x0=x - 0.47, x1=x + 0.47, y0=y - 0.45, y1=y + 0.45, value=shares["hub"],
        name=shares["field"].map(names),
    )  # fmt: skip
    hover = HoverTool(
        tooltips=[("hub", "@value"), ("field", "@name"), ("stated", "@stated{0 %}"),
                  ("verified", "@verified{0 %}"), ("data sets", "@datasets")]
    )  # fmt: skip
    facts = ["stated", "value", "name", "field", "verified", "datasets"]
    drawn = hv.Rectangles(tiles, ["x0", "y0", "x1", "y1"], facts).opts(
        color="stated", cmap=ordered(), clim=(0, 1), line_color=None, tools=[hover],
        selection_alpha=1, nonselection_alpha=1, colorbar=False,
    )  # fmt: skip
    words = pd.DataFrame({"x": x, "y": y, "text": [f"{100 * v:.0f}" for v in shares["stated"]]})
    ink = ["#ffffff" if share < 0.62 else "#101418" for share in shares["stated"]]
    text = hv.Labels(words.assign(ink=ink), ["x", "y"], ["text", "ink"]).opts(
        text_color="ink", text_font_size="11px", cmap=None
    )
    return hv.Overlay([drawn, text]).opts(
        responsive=True,
        height=_ROW * len(hubs) + (24 if title else 0) + 86,
        title=title,
        fontsize={"title": TITLE_SIZE},
        xlim=(-0.5, len(fields) - 0.5),
        ylim=(len(hubs) - 0.5, -0.5),
        xlabel="",
        ylabel="",
        xaxis="top",
        xrotation=40,
        xticks=[(i, _short(names(one))) for i, one in enumerate(fields)],
        yticks=[(i, _short(str(one))) for i, one in enumerate(hubs)],
        toolbar=None,
        default_tools=[],
        hooks=[style, _plain_axes],
    )


# --- parts ----------------------------------------------------------------------------------------


def _needs(frame: pd.DataFrame, *columns: str) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise FrameError(
            f"The table to draw has no column {', '.join(missing)}; it has "
            f"{', '.join(map(str, frame.columns))}."
        )


def _stacked(
    counts: pd.DataFrame, groups: Mapping[str, list[Any]], order: list[str]
) -> pd.DataFrame:
    """Return one rectangle a bar and state: where it begins and ends, and where its bar lies."""
    bar = {value: label for label, held in groups.items() for value in held}
    told = counts.assign(
        value=[bar[None if pd.isna(v) else v] for v in counts["value"]],
        place=counts["state"].map(order.index),
    )
    rows = (
        told.groupby(["value", "state", "place"], sort=False)["datasets"].sum().reset_index()
    ).sort_values("place", kind="stable")
    rows["right"] = rows.groupby("value")["datasets"].cumsum()
    rows["left"] = rows["right"] - rows["datasets"]
    rows["middle"] = rows["value"].map(list(groups).index)
    return rows


def _rectangles(rows: pd.DataFrame, bright: Collection[str]) -> Any:
    looks = pd.DataFrame(
        [_LOOKS[one] for one in rows["state"]], columns=["colour", "alpha", "dots"]
    )
    faded = ~rows["value"].isin(bright).to_numpy()
    data = rows.assign(
        bottom=rows["middle"] - _BAR,
        top=rows["middle"] + _BAR,
        colour=looks["colour"].to_numpy(),
        alpha=looks["alpha"].to_numpy() * (1 - 0.75 * faded),
        pattern=looks["dots"].to_numpy(),
        ink=0.7 * (1 - 0.8 * faded),
    )
    hover = HoverTool(tooltips=[("", "@name"), ("", "@datasets data sets, @state")])
    facts = ["value", "name", "state", "datasets", "colour", "alpha", "pattern", "ink"]
    return hv.Rectangles(data, ["left", "bottom", "right", "top"], facts).opts(
        color="colour", alpha="alpha", line_color=None, tools=[hover, "tap"]
    )  # fmt: skip


def _textured(plot: Any, _element: Any) -> None:
    """Give each state its texture, and leave all bars as they are when one is tapped."""
    drawn = plot.handles["glyph_renderer"]
    drawn.glyph.update(
        hatch_pattern="pattern", hatch_color="#ffffff", hatch_alpha="ink", hatch_scale=7
    )
    drawn.update(selection_glyph=drawn.glyph, nonselection_glyph=drawn.glyph)


def _written(words: pd.DataFrame) -> Callable[[Any, Any], None]:
    """Return a hook that writes the numbers at the ends of the bars."""

    def hook(plot: Any, _element: Any) -> None:
        held = ColumnDataSource(words)
        plot.state.text(
            "x", "y", "text", source=held, text_color=INK, text_font_size="12px",
            text_baseline="middle",
        )  # fmt: skip

    return hook


def _legend(states: Collection[str]) -> Callable[[Any, Any], None]:
    """Return a hook that explains the states above the picture."""

    def hook(plot: Any, _element: Any) -> None:
        figure = plot.state
        if any(isinstance(one, Legend) for one in figure.above):
            return
        items = []
        for one, (colour, alpha, pattern) in _LOOKS.items():
            if one in set(states):
                sample = figure.quad(
                    left=[0], right=[0], bottom=[0], top=[0], color=colour, alpha=alpha,
                    line_color=None, hatch_pattern=pattern, hatch_color="#ffffff",
                    hatch_alpha=0.7, hatch_scale=7,
                )  # fmt: skip
                items.append(LegendItem(label=one, renderers=[sample]))
        legend = Legend()
        legend.update(items=items, orientation="horizontal", glyph_width=14)
        figure.add_layout(legend, "above")

    return hook


def _ends(
    rows: pd.DataFrame, groups: Mapping[str, list[Any]], gap: float, counting: str
) -> pd.DataFrame:
    """Return where the numbers stand: those of the world, and the demo's beside them."""
    held = rows.pivot_table(index="value", columns="state", values="datasets", fill_value=0)
    right = rows.groupby("value")["right"].max()
    demo = held.get("demo", pd.Series(0, index=held.index)).astype(int)
    of_state = held.get(counting, pd.Series(0, index=held.index)).astype(int)
    texts = []
    for label in groups:
        if counting != "total":
            texts.append(f"{of_state[label]} {counting}")
        else:
            more = f" + {demo[label]}" if demo[label] else ""
            texts.append(f"{right[label] - demo[label]}{more}")
    return pd.DataFrame(
        {"x": [right[one] + gap for one in groups], "y": range(len(groups)), "text": texts}
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _plain_axes(plot: Any, _element: Any) -> None:
    """Leave away the line and the ticks beside names; they are read, not measured.

    Of no width, not without colour: a page gives axes the colour of its own ink.
    """
    names = [axis for axis in plot.state.axis if isinstance(axis.ticker, FixedTicker)]
    for axis in names:
        axis.update(axis_line_width=0, major_tick_line_width=0)
