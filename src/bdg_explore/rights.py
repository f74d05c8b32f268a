"""Whose data a table holds: licence, access, DOI, citation, and whether they were measured.

Tables of the hubs carry them in ``.attrs["rights"]``, which pandas writes into Parquet files;
pictures and exports take them from there.
"""

from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from .columns import ACCESS, CITATION, DATASET, DOI, KIND, LICENCE

RIGHTS: Final = "rights"
SYNTHETIC: Final = "synthetic"
_TOLD: Final = (LICENCE, ACCESS, DOI, CITATION, KIND)

Rights = list[dict[str, Any]]
"""One mapping a data set: `dataset`, what `_TOLD` names, `synthetic`; plain JSON values."""


def rights_of(cells: pd.DataFrame) -> Rights:
    """Return the rights of the data sets that some rows of the cells table belong to."""
    known = cells.reindex(columns=[DATASET, *_TOLD]).drop_duplicates(DATASET)
    return [
        {
            DATASET: str(row[DATASET]),
            **{name: row[name] if isinstance(row[name], str) else None for name in _TOLD},
            LICENCE: row[LICENCE] if isinstance(row[LICENCE], str) else "unknown",
            SYNTHETIC: row[KIND] == SYNTHETIC,
        }
        for row in known.to_dict("records")
    ]


def rights_in(frame: pd.DataFrame) -> Rights:
    """Return the rights that a table carries."""
    return list(frame.attrs.get(RIGHTS, ()))


def carry(source: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Let a table that was made of another one carry its rights, and return it."""
    if RIGHTS in source.attrs:
        table.attrs[RIGHTS] = source.attrs[RIGHTS]
    return table


def merged(told: Iterable[Rights]) -> Rights:
    """Return several rights together, each data set once."""
    return list({one[DATASET]: one for rights in told for one in rights}.values())


def in_words(one: dict[str, Any]) -> str:
    """Return the rights of one data set as a short line."""
    kind = one[KIND] or "kind unknown"
    doi = f"doi {one[DOI]}" if one[DOI] else "no doi"
    access = f"access {str(one[ACCESS] or 'unknown').replace('_', ' ')}"
    return f"{one[DATASET]}: {kind}, licence {one[LICENCE]}, {access}, {doi}"


def as_lines(rights: Rights) -> list[str]:
    """Return rights as lines of text, for the head of a file."""
    lines = []
    for one in rights:
        lines.append(f"{in_words(one)}, synthetic: {'yes' if one[SYNTHETIC] else 'no'}")
        if one[CITATION]:
            lines.append(f"{one[DATASET]}: cite as {one[CITATION]}")
    return [" ".join(line.split()) for line in lines]
