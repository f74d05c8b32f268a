"""Cycle summary: in memory against summing the columns, from Parquet against DuckDB, and memory.

python benchmarks/bench_summary.py [--rows 1000000] [--memory]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from made_record import ROWS_A_CYCLE, record
from measured import Measure, as_table, turns

from bdg_explore.analysis import SUMMARY_INPUTS, summarize_cycles
from bdg_explore.columns import (
    CHARGING_CAPACITY,
    CHARGING_ENERGY,
    CURRENT,
    CYCLE,
    DISCHARGING_CAPACITY,
    DISCHARGING_ENERGY,
    SURFACE_TEMPERATURE,
    TEST_TIME,
    VOLTAGE,
)

MEMORY_RATIO, PARQUET_RATIO = 3.0, 1.5
MEMORY_TARGET_MIB = 700
READ_AT_ONCE = 4_000_000


def in_memory(rows: int, repeats: int) -> list[Measure]:
    """Measure the summary of records in memory beside the sums of their columns."""
    frame = record(rows // ROWS_A_CYCLE)
    plain = frame.drop(
        columns=[CHARGING_CAPACITY, DISCHARGING_CAPACITY, CHARGING_ENERGY, DISCHARGING_ENERGY]
    )
    found = []
    for name, part, limit in (("ten", frame, 9.0), ("six", plain, 13.0)):
        arrays = [part[c].to_numpy() for c in part.columns]
        reference, ours = turns(
            lambda arrays=arrays: [a.sum() for a in arrays],
            lambda part=part: summarize_cycles(part),
            count=repeats,
        )
        job = f"cycle summary in memory, {rows:,} rows, {name} columns"
        against = "summing the same columns"
        found.append(Measure(job, against, ours, reference, MEMORY_RATIO, limit))
    return found


DUCKDB_SUMMARY = f"""
select {CYCLE}, count(*) n, min({TEST_TIME}) a, max({TEST_TIME}) b,
  max({CHARGING_CAPACITY}) - min({CHARGING_CAPACITY}) qc,
  max({DISCHARGING_CAPACITY}) - min({DISCHARGING_CAPACITY}) qd,
  max({CHARGING_ENERGY}) - min({CHARGING_ENERGY}) ec,
  max({DISCHARGING_ENERGY}) - min({DISCHARGING_ENERGY}) ed,
  min({VOLTAGE}), max({VOLTAGE}), avg({VOLTAGE}), min({CURRENT}), max({CURRENT}),
  min({SURFACE_TEMPERATURE}), max({SURFACE_TEMPERATURE}), avg({SURFACE_TEMPERATURE}),
  sum({CURRENT}), sum({CURRENT} * {VOLTAGE}), count_if({CURRENT} > 0), count_if({CURRENT} < 0)
from read_parquet('{{path}}') group by {CYCLE} order by {CYCLE}
"""  # noqa: S608


def write(path: Path, rows: int) -> None:
    table = pa.Table.from_pandas(record(rows // ROWS_A_CYCLE, small=True), preserve_index=False)
    split = [f.name for f in table.schema if pa.types.is_float32(f.type)]
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=65_536,
        use_dictionary=False,
        use_byte_stream_split=split,
    )


def summarize_file(path: Path) -> pd.DataFrame:
    """Read only what the summary uses; a long record piece by piece into arrays of its size."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        schema, rows = file.schema_arrow, file.metadata.num_rows
        # energies follow from mean voltage
        there = [n for n in schema.names if n in SUMMARY_INPUTS and "energy" not in n]
        if rows <= READ_AT_ONCE:
            return summarize_cycles(file.read(there).to_pandas(split_blocks=True))
        arrays = {name: np.empty(rows, schema.field(name).type.to_pandas_dtype()) for name in there}
        begin = 0
        for batch in file.iter_batches(1 << 17, columns=there):
            for name in there:
                arrays[name][begin : begin + len(batch)] = batch.column(name)
            begin += len(batch)
    return summarize_cycles(pd.DataFrame(arrays, copy=False))


def from_parquet(rows: int, repeats: int) -> Measure:
    """Measure the summary of a Parquet file beside DuckDB's group-by of the same file."""
    import duckdb  # here, so that the memory of our own path is measured without it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.parquet"
        write(path, rows)
        query = DUCKDB_SUMMARY.format(path=path)
        reference, ours = turns(
            lambda: duckdb.sql(query).fetchall(), lambda: summarize_file(path), count=repeats
        )
        columns = len(summarize_file(path).columns)
    job = f"cycle summary from Parquet, {rows:,} rows, {columns} columns"
    against = "DuckDB's group-by of the file, 20 columns"
    return Measure(job, against, ours, reference, PARQUET_RATIO, PARQUET_RATIO)


def measures(rows: int = 1_000_000, repeats: int = 9) -> list[Measure]:
    """Measure the cycle summary beside its references, in turns."""
    return [*in_memory(rows, repeats), from_parquet(rows, repeats)]


def memory(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.parquet"
        subprocess.run([sys.executable, __file__, "--write", path, "--rows", str(rows)], check=True)
        subprocess.run([sys.executable, __file__, "--peak", path], check=True)


def peak(path: Path) -> None:
    summary = summarize_file(path)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"memory, {len(summary):,} cycles from Parquet, {len(summary.columns)} columns: "
        f"peak {mib:.0f} MiB (target {MEMORY_TARGET_MIB})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--memory", action="store_true", help="also the peak memory of 10M rows")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write, given.rows)
    elif given.peak:
        peak(given.peak)
    else:
        print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
        print(as_table(measures(given.rows, given.repeats)))
        if given.memory:
            memory(10_000_000)


if __name__ == "__main__":
    main()
