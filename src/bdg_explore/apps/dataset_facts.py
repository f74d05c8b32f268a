"""What is said of one data set, as HTML: its counts, its metadata with their state, FAIR, rights.

Values come from catalogs of strangers, so every one is escaped, and only web addresses become
links.
"""

from html import escape
from typing import Any, Final

from bdg_explore.columns import ACCESS, COLUMNS, DATASET, LICENCE
from bdg_explore.hubs import Dataset
from bdg_explore.hubs.coverage import CELLS_KNOWN, FIELDS, PRIMARY_STATED, PRIMARY_VERIFIED, state
from bdg_explore.hubs.fetching.sizes import size_text
from bdg_explore.hubs.metadata_record import fair_of, record_of
from bdg_explore.metadata import Record, fair_score
from bdg_explore.metadata.licences import licence_uri
from bdg_explore.widgets.address import join_values

from .address import write_address
from .cell_facts import text_of, web_link

_FILES: Final = 6
_TITLES: Final = {"uid": "Unique identifier"}
_ANSWERS: Final = {True: ("yes", "✓"), "partial": ("partial", "◐"), False: ("no", "✗")}


def title_of(field: str) -> str:
    """Return what people read for the name of a field of metadata."""
    if field in COLUMNS:
        return COLUMNS[field].title
    return _TITLES.get(field, field.replace("_", " ").capitalize())


def head(dataset: Dataset, row: Any) -> str:
    """Return the title of a data set with its marks, what it states to hold, and what is here.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    row : Series
        Its row of `hubs.coverage.overview`.
    """
    kinds = {"synthetic": "synthetic: computed, not measured"}
    marks = [
        ("synthetic" if dataset.kind == "synthetic" else "",
         kinds.get(dataset.kind, dataset.kind.replace("_", " "))),
        ("", dataset.segment.replace("_", " ")),
        _right(LICENCE, dataset.licence, row),
        _right(ACCESS, text_of(ACCESS, row[ACCESS]), row),
    ]  # fmt: skip
    spans = "".join(f'<span class="mark {css}">{escape(text)}</span>' for css, text in marks)
    known = int(row[CELLS_KNOWN])
    cells = write_address({DATASET: join_values([dataset.id])})
    words = "1 is listed by its id" if known == 1 else f"{known:,} are listed by their ids"
    listed = (
        f'<a href="./explorer{escape(cells)}">{words}: see them in the explorer</a>'
        if known
        else "no cell is listed by its id"
    )
    stated = f"States {dataset.stated}" if dataset.stated else "How much it holds is not stated"
    return (
        f'<div class="cell"><h2>{escape(dataset.title)}</h2>'
        f'<p class="quiet"><code>{escape(dataset.id)}</code> at {escape(dataset.hub.name)}</p>'
        f'<div class="marks">{spans}</div></div>'
        f'<div class="facts"><p>{escape(dataset.description)}</p>'
        f"<p>{escape(stated)}; {listed}.</p></div>"
    )


def _right(name: str, text: str, row: Any) -> tuple[str, str]:
    doubt = row[state(name)] == "unverified"
    return ("unverified" if doubt else ""), f"{name} {text}{', unverified' if doubt else ''}"


def metadata(dataset: Dataset, row: Any) -> str:
    """Return the metadata of a data set in tiers, each value with its state, and how to get it."""
    record = record_of(dataset)
    score = (
        f"{row[PRIMARY_STATED]} of {len(FIELDS)} stated, {row[PRIMARY_VERIFIED]} of them verified"
    )
    parts = [
        f"<h3>What it is <small>primary metadata: {escape(score)}</small></h3>",
        _primary(record, row),
        "<h3>Cell and test <small>secondary metadata</small></h3>" if record.secondary else "",
        _secondary(record),
        "<h3>Rights, and how to get it</h3>",
        _rights(dataset, row),
        f"<h3>About the data set</h3><p>{escape(dataset.notes)}</p>" if dataset.notes else "",
        _relatives(dataset),
    ]
    return f'<div class="facts">{"".join(parts)}</div>'


def _primary(record: Record, row: Any) -> str:
    known = record.primary.known()
    return _pairs([(field, known.get(field), row[state(field)]) for field in FIELDS])


def _secondary(record: Record) -> str:
    bricks = [*record.secondary.values(), *([record.special] if record.special else [])]
    return _pairs(
        [
            (name, value, "unverified" if record.is_unverified(name) else "known")
            for brick in bricks
            for name, value in brick.known().items()
        ]
    )


def _pairs(facts: list[tuple[str, Any, str]]) -> str:
    items = []
    for name, value, told in facts:
        several = ", ".join(map(str, value)) if isinstance(value, list) else value
        text = text_of(name, several)
        if not text:
            text = "" if told == "unknown" else "differs from cell to cell"
        shown = (
            f'<span class="value">{escape(text)}</span>'
            if text
            else '<span class="unknown">unknown</span>'
        )
        css = ' class="unverified"' if text and told == "unverified" else ""
        meaning = escape(COLUMNS[name].meaning, quote=True) if name in COLUMNS else ""
        items.append(f'<dt title="{meaning}">{escape(title_of(name))}</dt><dd{css}>{shown}</dd>')
    return f"<dl>{''.join(items)}</dl>" if items else ""


def _rights(dataset: Dataset, row: Any) -> str:
    facts = [
        (LICENCE, None if dataset.licence == "unknown" else dataset.licence, row[state(LICENCE)]),
        (ACCESS, row[ACCESS], row[state(ACCESS)]),
    ]
    until = dataset.embargo_until
    deed = licence_uri(dataset.licence)
    files = [
        *((one.name, one.url, one.size) for one in dataset.downloads),
        *((one.url.rsplit("/", 1)[-1], one.url, one.size)
          for table in dataset.tables.values() for one in table.files if one.is_remote),
    ]  # fmt: skip
    shown = [
        f"<li>{web_link(url) or escape(name)}{f' ({size_text(size)})' if size else ''}</li>"
        for name, url, size in files[:_FILES]
    ]
    more = f"<li>and {len(files) - _FILES} more files</li>" if len(files) > _FILES else ""
    unasked = "Without a known licence ask before you use or share the data."
    lines = [
        f"<p>Embargo until {until.isoformat()}.</p>" if until else "",
        f"<p>Text of the licence: {web_link(deed)}</p>" if deed else "",
        f"<p>{unasked}</p>" if dataset.licence == "unknown" else "",
        f"<p>{escape(dataset.how_to_get)}</p>" if dataset.how_to_get else "",
        f"<p>Page: {web_link(dataset.landing_url)}</p>" if web_link(dataset.landing_url) else "",
        f"<p>DOI: {web_link('https://doi.org/' + dataset.doi)}</p>" if dataset.doi else "",
        f"<ul>{''.join(shown)}{more}</ul>" if shown else f"<p>{_without_files(dataset)}</p>",
    ]
    return _pairs(facts) + "".join(lines)


def _without_files(dataset: Dataset) -> str:
    if dataset.tables:
        return "Its tables lie on this machine, beside the catalog."
    return "The catalog names no file."


def _relatives(dataset: Dataset) -> str:
    told = [
        ("The same data, whole or in part", dataset.also_in),
        ("Other parts of the same record or article", dataset.siblings),
    ]
    lines = [
        f"<p>{escape(words)}: {', '.join(map(_to_record, names))}</p>"
        for words, names in told
        if names
    ]
    return "".join(lines)


def _to_record(name: str) -> str:
    return f'<a href="{escape(write_address({"open": name}))}">{escape(name)}</a>'


def fair_list(dataset: Dataset) -> str:
    """Return the FAIR indicators of a data set, each with its answer and its reason."""
    answers = fair_of(dataset)
    rows = "".join(
        f'<li class="{_ANSWERS[one.value][0]}"><b aria-hidden="true">{_ANSWERS[one.value][1]}</b>'
        f"<span><strong>{escape(one.name)}</strong> {escape(one.asks)}: "
        f"<em>{_ANSWERS[one.value][0]}</em>. {escape(one.reason)}</span></li>"
        for one in answers
    )
    return (
        f'<div class="facts"><h3>FAIR <small>{fair_score(answers):.2f} of 1, the mean of '
        f"{len(answers)} indicators; partial counts one half</small></h3>"
        f'<ul class="fair">{rows}</ul></div>'
    )
