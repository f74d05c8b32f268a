"""The words around the pictures of the page of hubs, as HTML: what is counted, and what is not."""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from bdg_explore.hubs.fetching.sizes import size_text
from bdg_explore.metadata import Record, fair_indicators

_KEY = (
    ("known", "known"),
    ("unverified", "unverified: stated, traced to no primary source"),
    ("unknown", "unknown"),
    ("demo", "synthetic demo that ships, counted apart: + n"),
)


_TILES = (
    ("hubs_listed", "hubs"),
    ("datasets_listed", "data sets listed"),
    ("datasets_distinct", "different ones"),
    ("primary_score", "primary metadata stated"),
    ("primary_score_verified", "verified beyond doubt"),
    ("fair_score", "mean FAIR score, of 1"),
)


def headline(metrics: pd.DataFrame, demo: int) -> str:
    """Return the first lines: what the catalogs list, in one sentence and a few numbers.

    Parameters
    ----------
    metrics : DataFrame
        As `hubs.impact.metrics_table` gives them.
    demo : int
        Data sets of the demo, which no number counts.
    """
    told: dict[Any, dict[Any, Any]] = metrics.to_dict("index")
    tiles = [
        (number(told[name]), words, told[name]["counts"])
        for name, words in _TILES
        if name in told and told[name]["value"] == told[name]["value"]
    ]
    shown = "".join(
        f'<li title="{escape(why, quote=True)}"><b>{escape(figure)}</b>'
        f"<span>{escape(name)}</span></li>"
        for figure, name, why in tiles
    )
    apart = f" {demo} synthetic demo data sets ship with the package and are counted apart."
    return (
        '<div class="home glance"><h1>Hubs at a glance</h1><p class="lead">What the world’s public '
        "battery hubs share, how well it is described, and how to get it.</p>"
        f'<ul class="tiles">{shown}</ul><p class="quiet">Counted is what catalogs <em>list</em>: '
        "whether an address answers today nobody has asked."
        f"{escape(apart) if demo else ''}</p></div>"
    )


def key_to_bars() -> str:
    """Return what the colours of the bars mean."""
    items = "".join(f'<li><i class="{css}"></i>{escape(words)}</li>' for css, words in _KEY)
    return f'<ul class="key">{items}<li>Tap a bar to see its data sets below.</li></ul>'


def fair_questions() -> str:
    """Return what each FAIR indicator asks."""
    rows = "".join(
        f"<dt>{escape(one.name)}</dt><dd>{escape(one.asks)}.</dd>"
        for one in fair_indicators(Record())
    )
    return (
        '<div class="facts asks"><h3>What they ask</h3>'
        f"<dl>{rows}</dl><p>Each data set below tells its answers, every one with the reason. A "
        "score is the mean; partial counts one half.</p></div>"
    )


def impact_table(metrics: pd.DataFrame) -> str:
    """Return the impact metrics as a table, and those that cannot be computed with the reason."""
    told = metrics[metrics["value"].notna()]
    rows = "".join(
        f'<tr><th scope="row">{escape(one["title"])}</th><td class="n">{escape(number(one))}</td>'
        f"<td>{escape(_sentence(one['counts']))}<small>{escape(_sentence(one['formula']))}</small></td>"
        f"<td>{escape(_sentence(one['unknown']))}</td></tr>"
        for one in told.to_dict("records")
    )
    lacking = "".join(
        f"<dt>{escape(one['title'])}</dt><dd>{escape(one['unknown'])}</dd>"
        for one in metrics[metrics["value"].isna()].to_dict("records")
    )
    return (
        '<div class="facts impact"><div class="rows metrics" tabindex="0"><table><thead><tr>'
        "<th>Metric</th><th>Value</th><th>What it counts, and how</th><th>Not known</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></div>"
        "<h3>Not computed <small>and therefore not zero</small></h3>"
        f"<dl>{lacking}</dl></div>"
    )


def number(metric: Mapping[Any, Any]) -> str:
    """Return the value of a metric as people read it."""
    value = float(metric["value"])
    if metric["unit"] == "bytes":
        return size_text(int(value))
    if "share" in metric["title"].lower():
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if value == int(value) else f"{value:.3g}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
