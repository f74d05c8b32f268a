"""What a visitor's file holds: how it was known, pictures, cycles, findings, files to take away."""

import io
import logging
from collections.abc import Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from bdg_explore import views
from bdg_explore.columns import COLUMNS, CYCLE, TEST_TIME, axis
from bdg_explore.hubs.examining import Examination
from bdg_explore.readers import write_bdf
from bdg_explore.widgets.panel_picture import picture_pane

from .bridge import as_sentence
from .cards import card
from .tables import count_of, table_of
from .theme import STYLE

log = logging.getLogger(__name__)

_PREVIEW: Final = 50
_WHOLE: Final = {"sizing_mode": "stretch_width", "margin": 0}


def result(examined: Examination, name: str, path: Path) -> pn.Column:
    """Return everything about one test.

    Parameters
    ----------
    examined : Examination
        The test.
    name : str
        Of the file, or files.
    path : Path
        The file, or the first of them; files to take away are written beside it.
    """
    problem = (
        [card("It breaks a rule of its table", examined.problem, kind="error")]
        if examined.problem
        else []
    )
    tabs = [
        ("Picture", _guarded("The picture", lambda: _picture(examined))),
        ("Findings", _findings(examined)),
        ("Records", _rows(examined.frame, "record")),
        ("Columns", _html(_columns(examined))),
    ]
    if examined.cycles is not None:
        tabs.insert(1, ("Cycles", _guarded("The cycles", lambda: _cycles(examined))))
    return pn.Column(
        _html(_head(examined, name)),
        *problem,
        pmui.Tabs(*tabs, sizing_mode="stretch_width", margin=(8, 0)),
        _take_away(examined, path),
        **_WHOLE,
    )


def _html(text: str) -> pn.pane.HTML:
    return pn.pane.HTML(text, stylesheets=[STYLE], **_WHOLE)


def _guarded(what: str, build: Callable[[], Any]) -> Any:
    try:
        return build()
    except Exception as error:
        log.exception("%s of a visitor's file cannot be shown", what)
        return card(f"{what} cannot be shown", as_sentence(error), kind="error")


# --- what it is -----------------------------------------------------------------------------------
def _head(examined: Examination, name: str) -> str:
    source, reader = examined.source, examined.reader
    score = examined.report.score if examined.report is not None else None
    told = [
        reader.description,
        f"table: {examined.table}",
        count_of(source["rows_out"], "record"),
        count_of(examined.cycles[CYCLE].nunique(), "cycle") if examined.cycles is not None else "",
        _length(examined.frame),
        f"quality {score:.2f} of 1" if score is not None else "quality not rated",
    ]
    marks = "".join(f'<span class="mark">{escape(one)}</span>' for one in told if one)
    known = f"Known by its content, not by its name: {reader.known_by or reader.description}."
    notes = "".join(f"<li>{escape(one)}</li>" for one in source.get("notes", ()))
    return (
        f'<div class="cell"><h2>{escape(name)}</h2><div class="marks">{marks}</div></div>'
        f'<div class="facts"><p>{escape(known)}</p>'
        + (f"<p>What the reader assumed or noticed:</p><ul>{notes}</ul>" if notes else "")
        + "</div>"
    )


def _length(frame: pd.DataFrame) -> str:
    if TEST_TIME not in frame.columns or not len(frame):
        return ""
    seconds = float(frame[TEST_TIME].max() - frame[TEST_TIME].min())
    for unit, size in (("days", 86_400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def _columns(examined: Examination) -> str:
    rows = "".join(
        f"<tr><td>{escape(axis(name))}</td><td><code>{escape(name)}</code></td>"
        f"<td>{escape(str(one['from']))}</td><td>{_conversion(one)}</td>"
        f"<td>{one['nulls_in']:,}</td></tr>"
        for name, one in examined.source.get("columns", {}).items()
    )
    unmapped = examined.source.get("unmapped", [])
    rest = (
        f"<p>Not taken, for want of a name in the vocabulary: {escape(', '.join(unmapped))}.</p>"
        if unmapped
        else "<p>Every column of the file was taken.</p>"
    )
    return (
        '<div class="facts"><div class="rows"><table><thead><tr><th>Column</th><th>Name</th>'
        "<th>Header in the file</th><th>Conversion</th><th>Without a value</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{rest}</div>"
    )


def _conversion(account: dict[str, Any]) -> str:
    scale, offset = account.get("scale", 1.0), account.get("offset", 0.0)
    parts = [f"× {scale:g}" if scale != 1 else "", f"{offset:+g}" if offset else ""]
    return " ".join(part for part in parts if part) or "as it is"


def _rows(frame: pd.DataFrame, noun: str) -> pn.pane.HTML:
    shown = table_of(frame, most=_PREVIEW, digits=8, index=False, noun=noun)
    return _html(f'<div class="facts">{shown}</div>')


# --- what is in it --------------------------------------------------------------------------------
def _picture(examined: Examination) -> Any:
    if examined.table == "timeseries":
        return picture_pane(views.voltage_current_trace(examined.frame))
    if examined.table == "impedance":
        return picture_pane(views.nyquist(examined.frame))
    if examined.table == "cycles":
        return picture_pane(views.capacity_fade(examined.frame))
    return card(
        f"No picture for a table of {examined.table}",
        "Records and columns are shown beside.",
        kind="empty",
    )


def _cycles(examined: Examination) -> Any:
    cycles = examined.cycles
    assert cycles is not None  # noqa: S101  (asked before)
    known = [name for name in cycles.columns if name in COLUMNS]
    table = _rows(cycles[known], "cycle")
    if len(cycles) < 2:
        return table
    return pn.Column(picture_pane(views.capacity_fade(cycles)), table, **_WHOLE)


def _findings(examined: Examination) -> Any:
    if examined.report is None:
        return card(
            "Not checked",
            f"There are no rules for a table of {examined.table} yet.",
            kind="empty",
        )
    return pn.pane.HTML(examined.report._repr_html_(), **_WHOLE)


# --- what to take away ----------------------------------------------------------------------------
def _take_away(examined: Examination, path: Path) -> pn.Column:
    stem, folder = path.stem.removesuffix(".bdf"), path.parent
    buttons = [
        _download(f"{stem}.bdf{suffix}", label, partial(_written, examined, folder, stem, suffix))
        for suffix, label in ((".parquet", "BDF Parquet"), (".csv", "BDF csv"))
        if not examined.problem
    ]
    if examined.cycles is not None and examined.table != "cycles":
        cycles = examined.cycles
        buttons.append(
            _download(
                f"{stem}_cycles.csv",
                "Cycles csv",
                lambda: io.BytesIO(cycles.to_csv(index=False).encode()),
            )
        )
    code = pn.pane.HTML(
        f'<details class="facts"><summary>The same in Python</summary><pre class="in">'
        f"{escape(_code(examined))}</pre></details>",
        stylesheets=[STYLE],
        **_WHOLE,
    )
    return pn.Column(pn.FlexBox(*buttons, gap="8px", **_WHOLE), code, **_WHOLE)


def _download(filename: str, label: str, content: Callable[[], Any]) -> pmui.FileDownload:
    return pmui.FileDownload(
        callback=content, filename=filename, label=label, embed=False, auto=True,
        variant="outlined", margin=(4, 0), description=f"Download {filename}",
    )  # fmt: skip


def _written(examined: Examination, folder: Path, stem: str, suffix: str) -> str:
    path = folder / f"{stem}.bdf{suffix}"
    if examined.table == "timeseries":
        write_bdf(examined.frame, path)
    elif suffix == ".csv":
        examined.frame.to_csv(path, index=False)
    else:
        examined.frame.to_parquet(path, index=False)
    return str(path)


def _code(examined: Examination) -> str:
    files = [part["file"] for part in examined.source.get("parts", [])]
    given: Any = files or examined.source["file"]
    lines = ["import bdg_explore as bdg", "", f"frame = bdg.read({given!r})", "bdg.check(frame)"]
    if examined.table == "timeseries":
        lines.append("bdg.views.voltage_current_trace(frame)")
        if examined.cycles is not None:
            lines.append("bdg.views.capacity_fade(bdg.summarize_cycles(frame))")
    elif examined.table == "impedance":
        lines.append("bdg.views.nyquist(frame)")
    return "\n".join(lines)
