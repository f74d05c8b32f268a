"""Pictures: a thousand cells' fade, 84 cells end to end, a trace of 10M records; time and bytes.

python benchmarks/bench_pictures.py [--rows 10000000]

The reference beside each is the same picture drawn by Bokeh alone, in turns with ours.
"""

import argparse
import json
from collections.abc import Iterator
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.core.serialization import Serializer
from bokeh.plotting import figure
from made_record import ROWS_A_CYCLE, record
from measured import Measure, as_table, turns

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    CELL,
    CURRENT,
    CYCLE,
    CYCLE_DISCHARGING_CAPACITY,
    KIND,
    NOMINAL_CAPACITY,
    VOLTAGE,
)
from bdg_explore.views import capacity_fade
from bdg_explore.views.traces import _part, thinned_part

FADE_LIMITS = {1000: 30.0, 84: 15.0}
TRACE_LIMIT, ZOOM_LIMIT = 14.0, 3.0  # of a million records; of more they are lower
TARGETS = """
Targets: the fade of 1,000 cells in 150 ms and 1 MB; a trace of 10M records in 60 ms and 60 kB,
thinned anew on zoom in 10 ms."""


def fleet(cells: int, cycles: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(4)
    k = np.arange(1, cycles + 1)
    names = [f"fleet/cell{i:04d}" for i in range(cells)]
    rate = rng.uniform(5e-5, 2.5e-4, cells)
    fade = 1.0 - rate[:, None] * k + rng.normal(0, 5e-4, (cells, cycles))
    table = pd.DataFrame(
        {
            CELL: pd.Series(names).repeat(cycles).reset_index(drop=True),
            CYCLE: np.tile(k, cells),
            CYCLE_DISCHARGING_CAPACITY: fade.ravel(),
        }
    )
    facts = pd.DataFrame(
        {
            AMBIENT_TEMPERATURE: rng.choice([10.0, 25.0, 45.0], cells),
            NOMINAL_CAPACITY: 1.0,
            KIND: "synthetic",
        },
        index=pd.Index(names, name=CELL),
    )
    return table, facts


def size(model: Any) -> int:
    """Return the bytes a figure sends: JSON and binary buffers."""
    serializer = Serializer(deferred=True)
    content = serializer.serialize(model)
    text = json.dumps(content.content, default=lambda _: "")
    return len(text) + sum(memoryview(buffer.data).nbytes for buffer in content.buffers)


def bokeh_alone(lines: int) -> Any:
    plot = figure(width=800, height=380, tools="pan,box_zoom,wheel_zoom,reset,save,tap,hover")
    x = np.arange(80, dtype=np.float32)
    plot.multi_line([x] * lines, [x] * lines)
    return plot


def measures(rows: int = 10_000_000, repeats: int = 7) -> Iterator[Measure]:
    """Yield fades of 1,000 and of 84 cells, and a trace of so many records, whole and zoomed."""
    for cells, cycles in ((1000, 1000), (84, 1000)):
        table, facts = fleet(cells, cycles)

        def draw(table: pd.DataFrame = table, facts: pd.DataFrame = facts) -> Any:
            return hv.render(capacity_fade(table, cells=facts, y="soh", color=AMBIENT_TEMPERATURE))

        shown, alone = turns(draw, lambda n=cells: bokeh_alone(n), count=repeats)
        yield Measure(
            f"fade, {cells:,} cells x {cycles:,} cycles, {size(draw()) / 1e6:.2f} MB to send",
            "a bare Bokeh figure of as many lines",
            shown,
            alone,
            limit=FADE_LIMITS[cells],
        )
    frame = record(rows // ROWS_A_CYCLE)
    part = _part(frame, [VOLTAGE, CURRENT])
    columns, whole, zoomed = turns(
        lambda: [frame[n].to_numpy().sum() for n in (VOLTAGE, CURRENT)],
        lambda: [thinned_part(_part(frame, [n]), n, 2000, unit=3600.0) for n in (VOLTAGE, CURRENT)],
        lambda: [
            thinned_part(part, n, 2000, unit=3600.0, view=(100.0, 500.0))
            for n in (VOLTAGE, CURRENT)
        ],
        count=repeats,
    )
    sent = sum(
        array.nbytes
        for name in (VOLTAGE, CURRENT)
        for array in thinned_part(part, name, 2000, unit=3600.0)
    )
    told = f"trace, {rows:,} records, {sent / 1e3:.0f} kB to send"
    summing = "summing the two columns"
    yield Measure(told, summing, whole, columns, limit=TRACE_LIMIT)
    yield Measure(f"{told}, zoomed", summing, zoomed, columns, limit=ZOOM_LIMIT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    given = parser.parse_args()
    print(as_table(measures(given.rows, given.repeats)))
    print(TARGETS)


if __name__ == "__main__":
    main()
