"""Search among 100,000 and 1,000,000 cells: text, facets and ranges together.

    python benchmarks/bench_search.py [number of cells ...]

Seconds mean little elsewhere; the ratios against pandas and against summing one column, measured
in the same run, do. What else the machine does is left out: times are those of this process. The
search that has a budget is that of `CellIndex.search`: two words, two facets and two ranges, the
best first; the answer of the widget adds the counts of its facets and the data sets without a list
of cells. Every search asks for words that were never asked before, so none is answered
from memory.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from made_cells import synthetic_cells
from measured import Measure, turns

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    CYCLE_LIFE,
    DATASET,
    FORM_FACTOR,
    HUB,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    SEGMENT,
)
from bdg_explore.hubs.search import CellIndex
from bdg_explore.widgets.state import BrowserState

FACETS = [CATHODE, HUB, DATASET, SEGMENT, KIND, FORM_FACTOR, AVAILABILITY, LICENCE]
CHOSEN = {KIND: ["experimental"], FORM_FACTOR: ["18650", "pouch"]}
BETWEEN = {NOMINAL_CAPACITY: (1, 40), CYCLE_LIFE: (100, 2000)}
LIMIT = 1.5
BUDGET_MS = {100_000: 20.0, 1_000_000: 50.0}


def milliseconds(job: Callable[[], object], repeats: int = 5) -> float:
    """Return the median of some runs of a job [ms], of this process alone."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1e3


def pandas_search(cells: pd.DataFrame) -> np.ndarray:
    """Answer the same question as one would without an index."""
    mask = cells[CATHODE].str.contains("LFP", regex=False, na=False)
    mask &= cells[AMBIENT_TEMPERATURE] == 25
    mask &= cells[KIND].isin(["experimental"]) & cells[FORM_FACTOR].isin(["18650", "pouch"])
    mask &= cells[NOMINAL_CAPACITY].between(1, 40) & cells[CYCLE_LIFE].between(100, 2000)
    return np.flatnonzero(mask)


def measures(count: int = 100_000) -> Iterator[Measure]:
    """Yield new words with facets and ranges beside what pandas takes for one word."""
    cells = synthetic_cells(count)
    index = CellIndex(cells)
    index.search("lfp 25c", CHOSEN, BETWEEN)  # the first question builds the index
    asked = (f"{word} {number}" for number in range(10, 90) for word in ("lfp", "nmc811", "lco"))
    ours, contains = turns(
        lambda: index.search(next(asked), CHOSEN, BETWEEN),
        lambda: cells.index.str.contains("w4", regex=False),
        count=7,
    )
    yield Measure(
        f"search among {count:,} cells: two new words, two facets, two ranges",
        "pandas, one word in the names",
        ours,
        contains,
        limit=LIMIT,
    )


def main(count: int) -> None:
    cells = synthetic_cells(count)

    index = CellIndex(cells)
    start = time.perf_counter()
    index.search("lfp 25c", CHOSEN, BETWEEN)
    index.facet_counts(FACETS, "lfp 25c", CHOSEN, BETWEEN)
    built = (time.perf_counter() - start) * 1e3

    fresh = iter(
        [("lfp", "25degc"), ("nmc811", "45c"), ("author1", "10"), ("graph", "35"), ("w4", "2c")]
    )
    search = milliseconds(lambda: index.search(" ".join(next(fresh)), CHOSEN, BETWEEN))
    again = milliseconds(lambda: index.search("lfp 25c", CHOSEN, BETWEEN))
    text_only = iter(["lf", "nmc", "author2", "w5", "pouc"])
    text = milliseconds(lambda: index.search(next(text_only)))
    counts = milliseconds(lambda: index.facet_counts(FACETS, "lfp 25c", CHOSEN, BETWEEN))
    found = index.search("lfp 25c", CHOSEN, BETWEEN)
    index.order(found, CYCLE_LIFE)
    order = milliseconds(lambda: index.order(found, CYCLE_LIFE, descending=True))
    plain = milliseconds(lambda: pandas_search(cells), 3)
    contains = milliseconds(lambda: cells.index.str.contains("w4", regex=False), 3)
    total = milliseconds(lambda: cells[NOMINAL_CAPACITY].sum())

    slip = iter(["grafite", "panasnoic", "prismatik", "authro", "sinthetic"])
    misspelt = milliseconds(lambda: index.search(next(slip)))
    widget = iter(["lco 15c", "nmc532 35c", "author3 2c", "lto 10c", "eve 45c"])
    state = BrowserState(index, facets=CHOSEN, ranges=BETWEEN)
    shown = milliseconds(lambda: setattr(state, "query", next(widget)))
    held = index.nbytes / 2**20

    print(
        f"{count:,} cells, {len(found):,} found; index {held:,.0f} MiB beside a table of "
        f"{cells.memory_usage(deep=True).sum() / 2**20:,.0f} MiB"
    )
    for name, value in {
        "first question, index built": built,
        "two new words + 2 facets + 2 ranges": search,
        "the same words again": again,
        "one new word": text,
        "one misspelt word": misspelt,
        "counts of 8 facets": counts,
        "whole answer of the widget": shown,
        "sort the result": order,
        "pandas, the same question on columns": plain,
        "pandas, one word in the names": contains,
        "sum of one column": total,
    }.items():
        ratios = f"{value / contains:7.2f} x contains {value / total:9.1f} x sum"
        print(f"  {name:40s}{value:9.2f} ms  {ratios}")
    budget = BUDGET_MS.get(count)
    if budget:
        verdict = "within" if search <= budget else "OVER"
        print(f"  search {search:.1f} ms, {verdict} the budget of {budget:g} ms")


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ["100000", "1000000"]):
        main(size)
