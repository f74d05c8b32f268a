"""What is known about a cell, as HTML: its marks, its metadata in tiers, its rights and sources.

Values come from catalogs of strangers, so every one is escaped, and only web addresses become
links.
"""

from collections.abc import Iterable
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

import pandas as pd

from bdg_explore.columns import (
    ACCESS,
    ALSO_KNOWN_AS,
    AMBIENT_TEMPERATURE,
    ANODE,
    AVAILABILITY,
    BARCODE,
    BATCH,
    CATHODE,
    CELL_MODEL,
    CHARGING_C_RATE,
    CITATION,
    COLUMNS,
    CONTACT,
    CYCLE_LIFE,
    DATASET,
    DISCHARGING_C_RATE,
    DOI,
    FORM_FACTOR,
    HUB,
    KIND,
    LANDING_URL,
    LICENCE,
    MANUFACTURER,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    OBJECTIVE,
    PATH_INFO,
    PROTOCOL,
    REPLICATE,
    SEGMENT,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    SPLIT,
    TABLES,
    TEST_EQUIPMENT,
    TITLE,
    UNVERIFIED,
    column,
)
from bdg_explore.hubs import Dataset
from bdg_explore.hubs.fetching.sizes import size_text

# The three tiers of metadata of Ward et al. 2022: what every record needs, what describes the
# cell and its test, and what is particular to this one.
_PRIMARY: Final = (OBJECTIVE, CATHODE, ANODE, NOMINAL_CAPACITY, TEST_EQUIPMENT, CONTACT)
_SECONDARY: Final = (
    SEGMENT, FORM_FACTOR, CELL_MODEL, MANUFACTURER, AMBIENT_TEMPERATURE, CHARGING_C_RATE,
    DISCHARGING_C_RATE, SOC_MINIMUM, SOC_MAXIMUM, MINIMUM_VOLTAGE, MAXIMUM_VOLTAGE, PROTOCOL,
    CYCLE_LIFE,
)  # fmt: skip
_TERTIARY: Final = (NATIVE_ID, BATCH, SPLIT, REPLICATE, BARCODE, ALSO_KNOWN_AS, PATH_INFO, TABLES)
# What is worth saying even where nobody knows it.
_ALWAYS: Final = frozenset((*_PRIMARY, FORM_FACTOR, AMBIENT_TEMPERATURE, PROTOCOL))

_WHERE: Final = {
    "here": "on this machine",
    "install": "in a package: pip install",
    "download": "can be downloaded",
    "request": "not on this machine",
}
_ACCESS: Final = {
    "open": "open",
    "key": "needs a key",
    "login": "needs a login",
    "on_request": "on request",
    "embargo": "under embargo",
    "private": "private",
}


def marks(row: pd.Series) -> str:
    """Return the marks beside a cell's name: synthetic, where its data are, licence, access."""
    licence, access = text_of(LICENCE, row.get(LICENCE)), str(row.get(ACCESS))
    where = str(row.get(AVAILABILITY))
    told = [
        ("synthetic", "synthetic: computed, not measured")
        if row.get(KIND) == "synthetic"
        else None,
        ("", "computed") if row.get(KIND) == "computed" else None,
        ("", _WHERE.get(where, where)),
        ("", f"licence {licence or 'unknown'}"),
        ("", f"access {_ACCESS.get(access, access)}"),
        ("unverified", "some metadata unverified")
        if text_of(UNVERIFIED, row.get(UNVERIFIED))
        else None,
    ]
    spans = (f'<span class="mark {one[0]}">{escape(one[1])}</span>' for one in told if one)
    return f'<div class="marks">{"".join(spans)}</div>'


def facts(row: pd.Series, dataset: Dataset) -> str:
    """Return everything known about a cell, in tiers, with licence, citation and sources.

    Parameters
    ----------
    row : Series
        The cell's row of the cells table.
    dataset : Dataset
        The record of its data set.
    """
    unverified = {one.strip() for one in str(row.get(UNVERIFIED) or "").split(",")}
    note = text_of(NOTE, row.get(NOTE))
    rights = _pairs(row, (LICENCE, ACCESS, AVAILABILITY), unverified)
    cited = text_of(CITATION, row.get(CITATION))
    sources = [
        web_link(row.get(LANDING_URL)),
        web_link(f"https://doi.org/{row[DOI]}") if text_of(DOI, row.get(DOI)) else "",
        *(
            f"{web_link(one.url) or escape(one.name)}{_size(one.size)}"
            for one in dataset.downloads[:4]
        ),
    ]
    listed = list(dict.fromkeys(one for one in sources if one))
    parts = [
        f'<p class="note">{escape(note)}</p>' if note else "",
        "<h3>What it is <small>primary metadata</small></h3>",
        _pairs(row, _PRIMARY, unverified),
        "<h3>Cell and test <small>secondary metadata</small></h3>",
        _pairs(row, _SECONDARY, unverified),
        "<h3>This record <small>tertiary metadata</small></h3>",
        _pairs(row, (HUB, DATASET, TITLE, *_TERTIARY), unverified),
        "<h3>Rights and citation</h3>",
        rights,
        f"<p>{escape(cited)}</p>" if cited else "<p>Citation unknown.</p>",
        f"<p>{escape(dataset.how_to_get)}</p>" if dataset.how_to_get else "",
        "<h3>Sources</h3>" if listed else "",
        "".join(f"<p>{one}</p>" for one in listed),
        f"<h3>About the data set</h3><p>{escape(dataset.notes)}</p>" if dataset.notes else "",
    ]
    return f'<div class="facts">{"".join(parts)}</div>'


def _pairs(row: pd.Series, names: Iterable[str], unverified: set[str]) -> str:
    items = []
    for name in names:
        text = text_of(name, row.get(name))
        if not text and name not in _ALWAYS:
            continue
        record = column(name)
        value = (
            f'<span class="value">{escape(text)}</span>'
            if text
            else '<span class="unknown">unknown</span>'
        )
        css = ' class="unverified"' if text and name in unverified else ""
        term = f'<dt title="{escape(record.meaning, quote=True)}">{escape(record.title)}</dt>'
        items.append(f"{term}<dd{css}>{value}</dd>")
    return f"<dl>{''.join(items)}</dl>"


def text_of(name: str, value: Any) -> str:
    """Return a value with its unit as people write it; an empty string where it is unknown."""
    if value is None or (isinstance(value, float) and value != value) or value is pd.NA:
        return ""
    if name == AVAILABILITY:
        return _WHERE.get(str(value), str(value))
    if name == ACCESS:
        return _ACCESS.get(str(value), str(value))
    if isinstance(value, float):
        record = COLUMNS.get(name)
        if name in (SOC_MINIMUM, SOC_MAXIMUM):
            return f"{100 * value:g} %"
        return (
            f"{value:.6g} {record.unit}"
            if record and record.unit not in ("", "1")
            else f"{value:.6g}"
        )
    text = str(value).strip()
    return text.replace("_", " ") if name in (SEGMENT, OBJECTIVE) else text


def web_link(address: Any) -> str:
    """Return a link to an address on the web; an empty string for any other."""
    text = str(address or "")
    if urlsplit(text).scheme not in ("http", "https"):
        return ""
    href = escape(text, quote=True)
    return f'<a href="{href}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


def _size(bytes_: int | None) -> str:
    return f" ({size_text(bytes_)})" if bytes_ else ""
