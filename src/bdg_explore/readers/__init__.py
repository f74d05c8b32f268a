"""From any tester file to one canonical table.

A format is a declaration in one file of this folder (see `_reader`); what it declares is walked by
code that is written once. The folder is the registry: a public module with a ``READER`` or
``READERS`` is a format, and so is what an installed package offers under the entry point group
``bdg_explore.readers``.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ._counters import settle_counters
from ._hust import HUST, hust_cells, read_hust
from ._join import JOINED_TABLES, digest, evidence, join, read_parts
from ._reader import BadText, From, Raw, Reader, Request, Wanted
from ._registry import detect, formats, reader, readers_of, recognise
from ._series import base_name, group, name_part
from ._source import Head, Source, as_source, most_unpacked
from ._walk import walk
from ._write import checked_target, write_bdf, write_table
from .table import likely_table

__all__ = [
    "HUST",
    "JOINED_TABLES",
    "BadText",
    "From",
    "Head",
    "Raw",
    "Reader",
    "Request",
    "Source",
    "Wanted",
    "base_name",
    "checked_target",
    "detect",
    "digest",
    "evidence",
    "formats",
    "group",
    "hust_cells",
    "join",
    "likely_table",
    "most_unpacked",
    "name_part",
    "read",
    "read_hust",
    "reader",
    "readers_of",
    "settle_counters",
    "write_bdf",
    "write_table",
]


def read(
    path: object,
    *,
    format: str | None = None,
    table: str | None = None,
    columns: Mapping[str, str] | None = None,
    cells: Sequence[str] | None = None,
    cycles: Sequence[int] | None = None,
    check: bool = True,
) -> pd.DataFrame:
    r"""Read a tester file, or any table, into a canonical frame.

    Parameters
    ----------
    path : path, bytes or file, or a list of them
        The file; gzip is undone. Its content is looked at, never its suffix. Several are the
        parts of one test: they are joined in true order (by absolute start time, else by the
        number or date in their names), each record once; time, cycle and step numbers go on.
    format : str, optional
        Name of the format, one of `formats`; recognised from the content when not given.
    table : str, optional
        Which table: ``timeseries``, ``cycles``, ``curves``, ``cells`` ... Needed only where the
        columns do not tell.
    columns : mapping, optional
        Your own column names, {their header: canonical name}, for files of no known format or
        with a column named otherwise. The name tells the unit: ``test_time_hour`` is converted to
        ``test_time_second``.
    cells : sequence of str, optional
        Keep only these values of the column `cell`. Parquet reads only what it must.
    cycles : sequence of int, optional
        Keep only these values of `cycle_count`.
    check : bool
        Whether the frame must pass its contract; False lets you look at a defective file.

    Returns
    -------
    DataFrame
        Canonical columns in canonical units: time [s], voltage [V], current [A] (positive
        charges), capacity [Ah], energy [Wh], temperature [degC]. Numbers are float64, counters
        int64 (float64 where some are missing), labels categories.
        ``attrs["source"]`` accounts for it: format, tester, table, rows in and out; for each
        column the header it came from, its unit, and the records without a value before and
        after; headers that were not mapped; notes on what was assumed. For several files also
        `parts` and `overlap_rows`.

    Raises
    ------
    UnknownFormatError
        The content is of no known format, or of more than one; no format has that name.
    ReadError
        The file is not whole, or a field is not what it should be; names line and column.
    FrameError
        The frame breaks its contract, for instance time runs backwards; names column and row.

    Examples
    --------
    >>> import io
    >>> text = "t,U,I\n0,3.6,0.1\n10,3.7,0.1\n"
    >>> names = {"t": "test_time_second", "U": "voltage_volt", "I": "current_ampere"}
    >>> read(io.StringIO(text), columns=names)["voltage_volt"].tolist()
    [3.6, 3.7]
    """
    if isinstance(path, list | tuple):
        one = partial(
            read,
            format=format,
            table=table,
            columns=columns,
            cells=cells,
            cycles=cycles,
            check=check,
        )
        return read_parts(path, one, check=check)
    source = as_source(path)
    if format is not None:
        chosen = reader(format, table, source.head)
    elif columns:
        chosen = reader(_plain(source))
    else:
        chosen = recognise(source, table)
    return walk(
        chosen, source, table=table, columns=columns, cells=cells, cycles=cycles, check=check
    )


def _plain(source: Source) -> str:
    """Name the format that takes a map of columns: by what the file is made of."""
    raw = source.head.raw
    if raw.startswith(b"PAR1"):
        return "parquet"
    return "workbook" if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) else "csv"
