"""Write the demo hub: ``python -m bdg_explore.simulation.demo [OUT]``.

Values repeat on every machine: random numbers come from raw bits, everything is rounded before it
is written, and nothing depends on the order of threads.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    ANODE,
    CATHODE,
    CELL,
    CHARGING_C_RATE,
    COMPLETE,
    CYCLE,
    DISCHARGING_C_RATE,
    DISCHARGING_CAPACITY,
    END_TIME,
    FORM_FACTOR,
    GAP_DURATION,
    KIND,
    MAXIMUM_VOLTAGE,
    MINIMUM_VOLTAGE,
    NATIVE_ID,
    NOMINAL_CAPACITY,
    NOTE,
    PATH_INFO,
    PROTOCOL,
    RECORD_COUNT,
    REPLICATE,
    SOC_MAXIMUM,
    SOC_MINIMUM,
    START_TIME,
    STEP,
    STEP_TYPE,
    TEST_TIME,
    VOLTAGE,
)
from bdg_explore.errors import UnknownNameError, did_you_mean
from bdg_explore.shipped import catalogs_folder

from .ageing import check_points, evolve, slow_curves
from .flaws import FLAWS, spoil
from .fleet import CHEMISTRIES, FleetCell, fleet
from .life import Life, live, resistance_factor
from .records import records

SYNTHETIC: Final = "synthetic"
LICENCE: Final = "CC0-1.0"
# Bumped whenever a value changes; it stands in the metadata of every file.
GENERATOR: Final = "bdg_explore.simulation.demo"
GENERATOR_VERSION: Final = "1"
TABLES: Final = ("cells", "cycles", "timeseries", "curves")
_ROWS_IN_GROUP: Final = 16_384
_TEXT: Final = frozenset({CELL, KIND, STEP_TYPE})
_COUNTS: Final = {CYCLE: pa.int32(), STEP: pa.int32(), RECORD_COUNT: pa.int32()}
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
    files = []
    for dataset in _known(datasets):
        tables = build_tables(fleet(dataset))
        for name in TABLES:
            path = folder / dataset / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(tables[name], path, dataset=dataset, table=name)
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
        `cells`, `cycles`, `timeseries` and `curves`.
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    for cell in cells:
        for name, frame in cell_tables(cell).items():
            parts[name].append(frame)
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def cell_tables(cell: FleetCell) -> dict[str, pd.DataFrame]:
    """Return the four tables of one cell, its flaw included if it has one.

    Parameters
    ----------
    cell : FleetCell
        The cell.
    """
    life = live(cell)
    timeseries = records(life)
    cycles = life.cycles.assign(**{RECORD_COUNT: _record_counts(life, timeseries)})
    cycles[GAP_DURATION] = 0.0
    cycles, timeseries = spoil(cell.native_id, cycles, timeseries)
    tables = {"cycles": cycles, "timeseries": timeseries, "curves": _curves(life)}
    marked = {name: _marked(frame, cell.native_id) for name, frame in tables.items()}
    return {"cells": _facts(cell), **marked}


def _curves(life: Life) -> pd.DataFrame:
    """Slow discharge curves at C/10 and 25 degC at the check points the cell lived to see."""
    cell = life.cell
    evolution = evolve(cell.design, cell.path, check_points(int(life.cycles[CYCLE].iloc[-1])))
    curves = slow_curves(
        cell.design,
        evolution,
        voltage_grid_volt=cell.chemistry.curve_grid(),
        current_ampere=cell.chemistry.design.nominal_capacity_ah / 10,
        resistance_ohm=cell.physics.resistance_ohm * resistance_factor(cell, evolution),
    )
    return curves.assign(**{DISCHARGING_CAPACITY: curves[DISCHARGING_CAPACITY].round(5)})


def _record_counts(life: Life, timeseries: pd.DataFrame) -> "pd.Series[int]":
    """Count the records of every cycle: counted where stored, drawn between the neighbours where not."""
    counts = timeseries.groupby(CYCLE).size()
    drawn = np.interp(life.cycles[CYCLE], counts.index.to_numpy(), counts.to_numpy())
    return pd.Series(np.round(drawn).astype(np.int64), index=life.cycles.index)


def _marked(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    frame.insert(0, CELL, name)
    return frame.assign(**{KIND: SYNTHETIC})


def _facts(cell: FleetCell) -> pd.DataFrame:
    condition, chemistry = cell.condition, cell.chemistry
    fact = {
        NATIVE_ID: cell.native_id,
        KIND: SYNTHETIC,
        CATHODE: chemistry.cathode,
        ANODE: "graphite",
        NOMINAL_CAPACITY: chemistry.design.nominal_capacity_ah,
        FORM_FACTOR: chemistry.form_factor,
        AMBIENT_TEMPERATURE: float(condition.celsius),
        CHARGING_C_RATE: float(condition.charge_c),
        DISCHARGING_C_RATE: float(condition.discharge_c),
        SOC_MINIMUM: float(condition.soc_minimum),
        SOC_MAXIMUM: float(condition.soc_maximum),
        MINIMUM_VOLTAGE: chemistry.design.minimum_voltage_volt,
        MAXIMUM_VOLTAGE: chemistry.design.maximum_voltage_volt,
        PROTOCOL: _protocol_text(cell),
        REPLICATE: cell.replicate,
        NOTE: "Synthetic: computed, no such cell exists." + FLAWS.get(cell.native_id, ""),
        PATH_INFO: cell.path.pathinfo(),
    }
    return pd.DataFrame([fact])


def _protocol_text(cell: FleetCell) -> str:
    c, design = cell.condition, cell.chemistry.design
    if (c.soc_minimum, c.soc_maximum) == (0.0, 1.0):
        charge = f"to {design.maximum_voltage_volt:g} V, hold to C/20"
        discharge = f"to {design.minimum_voltage_volt:g} V"
    else:
        charge = f"to {c.soc_maximum:.0%} SOC"
        discharge = f"to {c.soc_minimum:.0%} SOC" + (
            ", SOC referred to the present slow capacity" if c.soc_minimum or c.soc_maximum else ""
        )
    return (
        f"Charge at {c.charge_c:g}C {charge}; rest 10 min; "
        f"discharge at {c.discharge_c:g}C {discharge}; rest 20 min. "
        "Slow curves are C/10 at 25 °C and take no test time."
    )


def _known(datasets: Iterable[str] | None) -> Iterator[str]:
    for name in CHEMISTRIES if datasets is None else datasets:
        if name not in CHEMISTRIES:
            raise UnknownNameError(
                f"The demo fleet has no data set {name!r}.{did_you_mean(name, CHEMISTRIES)} "
                f"It has {', '.join(CHEMISTRIES)}."
            )
        yield name


def _write(frame: pd.DataFrame, path: Path, *, dataset: str, table: str) -> None:
    arrow = _arrow(frame, table)
    arrow = arrow.replace_schema_metadata(
        {
            "kind": SYNTHETIC,
            "generator": GENERATOR,
            "generator_version": GENERATOR_VERSION,
            "dataset": dataset,
            "table": table,
            "licence": LICENCE,
        }
    )
    floats = [f.name for f in arrow.schema if pa.types.is_floating(f.type)]
    split = [] if table == "cells" else floats
    dictionary = [f.name for f in arrow.schema if pa.types.is_dictionary(f.type)]
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        pq.write_table(
            arrow,
            name,
            compression="zstd",
            compression_level=15,
            row_group_size=_ROWS_IN_GROUP,
            use_dictionary=dictionary if table != "cells" else True,
            use_byte_stream_split=split,
        )
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _arrow(frame: pd.DataFrame, table: str) -> pa.Table:
    columns = {}
    for name in frame.columns:
        values = pa.array(frame[name], from_pandas=True)
        if table != "cells":
            if name in _TEXT:
                values = values.cast(pa.string()).dictionary_encode()
            elif name in _COUNTS:
                values = values.cast(_COUNTS[name])
            elif (name not in _DOUBLES and name != COMPLETE and name != VOLTAGE) or name == VOLTAGE:
                values = values.cast(pa.float32())
        columns[name] = values
    return pa.table(columns)


def main(arguments: list[str] | None = None) -> int:
    """Write the demo fleet from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bdg_explore.simulation.demo", description=__doc__
    )
    parser.add_argument("out", nargs="?", type=Path, help="folder; default: where catalogs ship")
    begun = time.perf_counter()
    files = build(parser.parse_args(arguments).out)
    size = sum(path.stat().st_size for path in files)
    sys.stdout.write(
        f"{len(files)} files, {size / 1e6:.2f} MB, {time.perf_counter() - begun:.1f} s "
        f"in {files[0].parents[1]}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
