"""Write a canonical frame as a Battery Data Format file, whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bdg_explore.columns import COLUMNS, FREQUENCY
from bdg_explore.errors import ParameterError
from bdg_explore.frames import IMPEDANCE, TIMESERIES, check_frame

from ._headers import canonical_name, label
from ._source import listed

_ROW_GROUP: Final = 65_536


def write_bdf(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    headers: Literal["machine", "label"] = "machine",
) -> Path:
    """Write a time series or spectra as BDF csv or Parquet; what is read back is identical.

    The file appears under its name only when it is whole.

    Parameters
    ----------
    frame : DataFrame
        A time series, or spectra of impedance, with canonical columns. The index is not written.
    path : path
        Ends on ``.csv``, ``.csv.gz`` or ``.parquet``.
    headers : {"machine", "label"}
        ``test_time_second`` or ``Test Time / s``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FrameError
        The frame is no sound time series, and no sound table of impedance.
    ParameterError
        The suffix is none of those; a column has a name outside the grammar, or a label with a
        line break.
    """
    spectra = set(IMPEDANCE.required) <= set(frame.columns) and frame[FREQUENCY].notna().all()
    target = checked_target(path)
    check_frame(frame, IMPEDANCE if spectra else TIMESERIES)
    return write_table(frame, target, headers=headers)


def write_table(
    frame: pd.DataFrame,
    path: str | os.PathLike[str],
    *,
    headers: Literal["machine", "label"] = "machine",
) -> Path:
    """Write any canonical table as csv or Parquet, as `write_bdf` does.

    Raises
    ------
    ParameterError
        The suffix is none of those; a column has a name outside the grammar, or a label with a
        line break.
    """
    target = checked_target(path)
    unnamed = [c for c in frame.columns if canonical_name(str(c)) is None]
    if unnamed:
        raise ParameterError(
            f"BDF cannot name {listed(list(map(str, unnamed)))}: a column is called "
            "<quantity>_<unit>. Drop or rename them."
        )
    table = pa.table({c: _arrow(frame[c]) for c in frame.columns})
    if headers == "label":
        table = table.rename_columns([label(str(c)) for c in frame.columns])
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    try:
        if target.name.lower().endswith(".parquet"):
            _write_parquet(table, temporary)
        else:
            _write_csv(table, temporary, gzipped=target.name.lower().endswith(".gz"))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    return target


def checked_target(path: str | os.PathLike[str]) -> Path:
    """Return a path that can be written to, as its suffix says.

    Raises
    ------
    ParameterError
        It ends on something else.
    """
    target = Path(path)
    if not target.name.lower().endswith((".csv", ".csv.gz", ".parquet")):
        raise ParameterError(f"{target.name} must end on .csv, .csv.gz or .parquet.")
    return target


def _arrow(values: "pd.Series[Any]") -> Any:
    known = COLUMNS.get(str(values.name))
    if known is None or known.kind != "text":
        return pa.array(values, from_pandas=True)
    texts = pa.array(values.astype(object), pa.string(), from_pandas=True)
    if any("\n" in text or "\r" in text for text in texts.unique().to_pylist() if text):
        raise ParameterError(f"{values.name} holds a line break, which no BDF file can.")
    return texts.dictionary_encode()


def _write_parquet(table: pa.Table, path: str) -> None:
    floats = [f.name for f in table.schema if pa.types.is_floating(f.type)]
    pq.write_table(
        table,
        path,
        row_group_size=_ROW_GROUP,
        compression="zstd",
        use_dictionary=[f.name for f in table.schema if f.name not in floats],
        use_byte_stream_split=floats,
    )


def _write_csv(table: pa.Table, path: str, *, gzipped: bool) -> None:
    plain = pa.table(
        {
            f.name: table[f.name].cast(pa.string())
            if pa.types.is_dictionary(f.type)
            else table[f.name]
            for f in table.schema
        }
    )
    with pa.output_stream(path, compression="gzip" if gzipped else None) as stream:
        stream.write((",".join(plain.column_names) + "\n").encode())
        pacsv.write_csv(plain, stream, pacsv.WriteOptions(include_header=False))
