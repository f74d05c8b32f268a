"""Plain tables, csv and Parquet: canonical columns as they stand, others by a map of names.

A column is taken if the map names it, if the vocabulary knows it, or if its name ends on a unit.
"""

from bdg_explore.columns import COLUMNS

from ._delimited import delimited
from ._headers import canonical_name, vocabulary_columns
from ._parquet import load_parquet
from ._reader import ANY_TABLE, Reader
from ._source import Head
from ._walk import guess_table
from .bdf import is_bdf


def likely_table(head: Head) -> str | None:
    """Say which table the headers of a plain table make, None if none that is known."""
    headers = head.parquet_columns or head.headers
    named = (canonical_name(header) for header in headers)
    return guess_table([name for name, _ in filter(None, named) if name in COLUMNS])


def _csv(head: Head) -> bool:
    return bool(head.headers) and likely_table(head) is not None and not is_bdf(head.headers)


def _parquet(head: Head) -> bool:
    return head.raw.startswith(b"PAR1") and not is_bdf(head.parquet_columns)


READERS = [
    Reader(
        name="csv",
        description="Any delimited text with a header line and a map of its columns",
        known_by="a first line whose headers are names of the vocabulary",
        recognises=_csv,
        load=delimited(),
        columns=vocabulary_columns,
        table=ANY_TABLE,
        suffixes=(".csv", ".txt", ".csv.gz"),
    ),
    Reader(
        name="parquet",
        description="Any Parquet file with a map of its columns",
        known_by="the letters PAR1 that Parquet begins with",
        recognises=_parquet,
        load=load_parquet,
        columns=vocabulary_columns,
        table=ANY_TABLE,
        suffixes=(".parquet",),
    ),
]
