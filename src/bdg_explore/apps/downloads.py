"""Files to take away: every one carries the licence and the citation of its data."""

import io
from collections.abc import Iterable

import pandas as pd

from bdg_explore.columns import CITATION, DATASET, DOI, KIND, LICENCE


def csv_with_rights(frame: pd.DataFrame, cells: pd.DataFrame, about: str) -> str:
    """Return a table as csv under a head that says whose data it is and how to cite it.

    Parameters
    ----------
    frame : DataFrame
        The table.
    cells : DataFrame
        Rows of the cells table that it is about.
    about : str
        What the table is, in a few words.

    Returns
    -------
    str
        Lines that begin with ``#``, then the csv. The first says how many lines to skip.
    """
    head = [about, *_rights(cells)]
    lines = [" ".join(line.split()) for line in head]
    out = io.StringIO()
    out.write(f"# Read with pandas.read_csv(file, skiprows={len(lines) + 1})\n")
    out.writelines(f"# {line}\n" for line in lines)
    frame.to_csv(out, index=frame.index.name is not None)
    return out.getvalue()


def _rights(cells: pd.DataFrame) -> Iterable[str]:
    known = cells[[DATASET, LICENCE, CITATION, DOI, KIND]].drop_duplicates(DATASET)
    for row in known.to_dict("records"):
        kind = f" ({row[KIND]} data)" if row[KIND] != "experimental" else ""
        licence = row[LICENCE] if isinstance(row[LICENCE], str) else "unknown"
        yield f"{row[DATASET]}{kind}: licence {licence}"
        if isinstance(row[CITATION], str) and row[CITATION]:
            yield f"{row[DATASET]}: cite as {row[CITATION]}"
