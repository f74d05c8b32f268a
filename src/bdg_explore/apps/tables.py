"""A few rows of a frame as a table of HTML: numbers to the right, words to the left."""

from html import escape
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from bdg_explore.columns import axis

_LONG = 30


def table_of(frame: pd.DataFrame, *, most: int, digits: int, index: bool, noun: str = "row") -> str:
    """Return the first rows of a frame as HTML that scrolls inside, with a line that counts.

    Parameters
    ----------
    frame : DataFrame
        Any frame.
    most : int
        Rows to show.
    digits : int
        Significant digits of a number.
    index : bool
        Whether the rows' labels are shown. Without them the columns are those of a canonical
        table, and headed as on an axis.
    noun : str
        What one row is.
    """
    head = frame.head(most)
    columns = [head.iloc[:, place] for place in range(head.shape[1])]
    kinds = ["n" if is_numeric_dtype(one) and not is_bool_dtype(one) else "" for one in columns]
    names = [_name(one) if index else axis(str(one)) for one in head.columns]
    first = " / ".join(str(name) for name in frame.index.names if name is not None)
    corner = f'<th scope="col">{escape(first)}</th>' if index else ""
    top = "".join(
        f'<th scope="col" class="{kind}">{escape(str(name))}</th>'
        for name, kind in zip(names, kinds, strict=True)
    )
    body = "".join(
        "<tr>"
        + (f'<th scope="row">{value_of(_name(key), digits)}</th>' if index else "")
        + "".join(
            f'<td class="{kind}">{value_of(one.iloc[row], digits)}</td>'
            for one, kind in zip(columns, kinds, strict=True)
        )
        + "</tr>"
        for row, key in enumerate(head.index)
    )
    rows, width = frame.shape
    count = f"{most} of {rows:,} {noun}s" if rows > most else count_of(rows, noun)
    count += f", {count_of(width, 'column')}"
    return (
        f'<div class="rows" tabindex="0"><table><thead><tr>{corner}{top}</tr></thead>'
        f'<tbody>{body}</tbody></table></div><p class="count">{count}</p>'
    )


def value_of(value: Any, digits: int) -> str:
    """Return one value as HTML; what is missing says so, what is long is cut by the page."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return '<span class="unknown">unknown</span>'
    text = str(value)
    if isinstance(value, float):  # a time since 1970 is written out
        text = f"{value:.1f}" if abs(value) >= 10.0**digits else f"{value:.{digits}g}"
    if len(text) <= _LONG:
        return escape(text)
    return f'<span title="{escape(text, quote=True)}">{escape(text)}</span>'


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `2,000 rows`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _name(key: Any) -> Any:
    return " / ".join(map(str, key)) if isinstance(key, tuple) else key
