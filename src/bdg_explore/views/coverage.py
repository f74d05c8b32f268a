"""How much there is and how well it is described, as bars."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

import holoviews as hv
import pandas as pd
from bokeh.models import ColumnDataSource, HoverTool
from bokeh.models.annotations import Legend, LegendItem

from ._coverage_parts import ROW, needs, plain_axes, short
from .theme import CATEGORICAL, INK, OTHER, TITLE_SIZE, load_bokeh, message, style

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
_BAR: Final = 0.34  # half its thickness, of a row


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
    needs(counts, "value", "state", "datasets")
    groups = bar_groups(counts, most=most)
    if not groups:
        return message("No data set to count.")
    shown = {label: short(names(label)) for label in groups}
    bright = {label for label, held in groups.items() if set(held) & set(chosen)} or set(groups)
    rows = _stacked(counts, groups, list(_LOOKS))
    rows["name"] = [names(label) for label in rows["value"]]
    top = max(1, float(rows["right"].max()))
    count = len(groups)
    return _rectangles(rows, bright).opts(
        responsive=True,
        height=ROW * count + (28 if title else 0) + (34 if legend else 0) + 14,
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
            plain_axes,
        ],
    )


# --- parts ----------------------------------------------------------------------------------------


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
