"""Write the demo hub: ``python -m bdg_explore.simulation.demo [OUT]``.

Values repeat on every machine: random numbers come from raw bits, everything is rounded before it
is written, and nothing depends on the order of threads.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import uuid4

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.columns import (
    CAPACITY_SOURCE,
    CELL,
    COLUMNS,
    CURRENT_STARTS,
    CYCLE,
    CYCLE_CLASS,
    DC_RESISTANCE_EDGE,
    END_TIME,
    KIND,
    RECORD_COUNT,
    START_TIME,
    STEP,
    STEP_TYPE,
    TEST_TIME,
)
from bdg_explore.errors import UnknownNameError, did_you_mean
from bdg_explore.shipped import catalogs_folder

from .cell_tables import SYNTHETIC, cell_tables
from .chemistries import CHEMISTRIES
from .fleet import FleetCell, fleet

TABLES: Final = ("cells", "cycles", "timeseries", "curves")
LICENCE: Final = "CC0-1.0"
GENERATOR: Final = "bdg_explore.simulation.demo"
# Bumped whenever a value changes or comes in; it stands in the metadata of every file.
GENERATOR_VERSION: Final = "2"
# Whole cells share a row group until it holds so many rows: one cell is read in milliseconds.
_ROWS_IN_GROUP: Final = 3_000
_LABELS: Final = frozenset(
    {CELL, KIND, STEP_TYPE, CAPACITY_SOURCE, CYCLE_CLASS, DC_RESISTANCE_EDGE}
)
_COUNTS: Final = frozenset({CYCLE, STEP, RECORD_COUNT, CURRENT_STARTS})
# Times of a whole test need more digits than single precision has.
_DOUBLES: Final = frozenset({TEST_TIME, START_TIME, END_TIME})


def build(out: Path | None = None, datasets: Iterable[str] | None = None) -> list[Path]:
    """Write the demo fleet.

    Parameters
    ----------
    out : Path, optional
        Folder to write to; the `demo` folder of the shipped catalogs if not given.
    datasets : iterable of str, optional
        Only these data sets.

    Returns
    -------
    list of Path
        The files, four a data set. Each is written beside its place and moved there when whole.

    Raises
    ------
    UnknownNameError
        No data set of the fleet has that name.
    """
    folder = catalogs_folder() / "demo" if out is None else Path(out)
    wanted = tuple(CHEMISTRIES) if datasets is None else tuple(datasets)
    for dataset in wanted:
        if dataset not in CHEMISTRIES:
            raise UnknownNameError(
                f"The demo fleet has no data set {dataset!r}."
                f"{did_you_mean(dataset, CHEMISTRIES)} It has {', '.join(CHEMISTRIES)}."
            )
    files = []
    for dataset in wanted:
        tables = build_tables(fleet(dataset))
        for name in TABLES:
            path = folder / dataset / f"{name}.parquet"
            _write(_typed(tables[name], dataset=dataset, table=name), path)
            files.append(path)
    return files


def build_tables(cells: Iterable[FleetCell]) -> dict[str, pd.DataFrame]:
    """Return the tables of some cells of the fleet, as they are written.

    Parameters
    ----------
    cells : iterable of FleetCell
        Which cells.

    Returns
    -------
    dict of str to DataFrame
        `cells`, `cycles`, `timeseries` and `curves`, sorted by native id and then as tested.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for cell in sorted(cells, key=lambda cell: cell.native_id):
        for name, frame in cell_tables(cell).items():
            first = [column for column in (CELL, CYCLE, TEST_TIME) if column in frame.columns]
            rest = [column for column in frame.columns if column not in first]
            parts[name].append(frame[first + rest])
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def _typed(frame: pd.DataFrame, *, dataset: str, table: str) -> pa.Table:
    columns = {}
    for name in frame.columns:
        values = pa.array(frame[name], from_pandas=True)
        if table == "cells":
            pass
        elif name in _LABELS:
            values = values.cast(pa.string()).dictionary_encode()
        elif name in _COUNTS:
            values = values.cast(pa.int32())
        elif name not in _DOUBLES and COLUMNS[name].kind == "float":
            values = values.cast(pa.float32())
        columns[name] = values
    about = {
        "kind": SYNTHETIC,
        "generator": GENERATOR,
        "generator_version": GENERATOR_VERSION,
        "dataset": dataset,
        "table": table,
        "licence": LICENCE,
    }
    return pa.table(columns).replace_schema_metadata(about)


def _write(table: pa.Table, path: Path) -> None:
    """Write a file beside its place and move it there when whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid4().hex}")
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    counts = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    labels = [name for name in table.column_names if name not in {*floats, *counts}]
    try:
        with pq.ParquetWriter(
            partial,
            table.schema,
            compression="zstd",
            compression_level=15,
            use_dictionary=labels,
            use_byte_stream_split=floats,
            column_encoding=dict.fromkeys(counts, "DELTA_BINARY_PACKED"),
        ) as writer:
            for start, stop in _row_groups(table):
                writer.write_table(table.slice(start, stop - start))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _row_groups(table: pa.Table) -> list[tuple[int, int]]:
    """Rows of each group: whole cells, until there are enough."""
    if CELL not in table.column_names:
        return [(0, table.num_rows)]
    cells = pd.Series(table[CELL].to_pandas().to_numpy())
    ends = [*(cells.index[cells.ne(cells.shift())][1:]), len(cells)]
    groups, start = [], 0
    for end in ends:
        if end - start >= _ROWS_IN_GROUP or end == len(cells):
            groups.append((start, int(end)))
            start = int(end)
    return groups


def main(arguments: list[str] | None = None) -> int:
    """Write the demo fleet from the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bdg_explore.simulation.demo",
        description="Rebuild the synthetic demo fleet; its values are the same every time.",
    )
    parser.add_argument("out", nargs="?", type=Path, help="folder (default: the shipped catalogs)")
    begun = time.perf_counter()
    files = build(parser.parse_args(arguments).out)
    size = sum(path.stat().st_size for path in files)
    sys.stdout.write(
        f"{len(files)} files, {size / 1e6:.2f} MB, {time.perf_counter() - begun:.1f} s, "
        f"in {files[0].parents[1]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
