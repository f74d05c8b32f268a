"""`bdg find`."""

import argparse
import shlex
import sys
import warnings
from typing import TYPE_CHECKING, Final

from bdg_explore.columns import (
    AMBIENT_TEMPERATURE,
    AVAILABILITY,
    CATHODE,
    KIND,
    LICENCE,
    NOMINAL_CAPACITY,
    OBJECTIVE,
    SEGMENT,
    axis,
)

from ._command import Command

if TYPE_CHECKING:
    import pandas as pd

_OF_CELLS: Final = (
    CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, KIND, AVAILABILITY, LICENCE,
)  # fmt: skip
_OF_DATASETS: Final = ("stated", "cells_known", SEGMENT, CATHODE, OBJECTIVE, LICENCE)
_HEADS: Final = {"stated": "Stated", "cells_known": "Cells listed"}


def find(parser: argparse.ArgumentParser) -> Command:
    """Search the cells of all hubs from a terminal."""
    parser.add_argument(
        "text",
        nargs="*",
        help="words that must all be met: lfp 45C 1.1ah severson; "
        "'\"in quotes\"' letter by letter; `bdg find --datasets` alone lists every data set",
    )
    parser.add_argument(
        "--datasets", action="store_true", help="data sets instead, also those that list no cells"
    )
    parser.add_argument("--limit", type=int, default=25, help="rows to show; 0 shows all")
    parser.add_argument("--csv", action="store_true", help="all columns, all rows, as csv")
    parser.add_argument(
        "--include-private",
        action="store_true",
        help="with --csv: private data sets, and those under embargo, too",
    )
    parser.add_argument("--catalog", action="append", default=[], metavar="FILE")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.errors import SearchWarning
        from bdg_explore.hubs import open_hubs
        from bdg_explore.hubs.sharing import sentence

        hubs = open_hubs(*given.catalog)
        if given.csv and not given.include_private and hubs.withheld:
            print(sentence(hubs.withheld, "--include-private has them."), file=sys.stderr)
            hubs = hubs.for_others()
        text = " ".join(given.text)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", SearchWarning)
            found = hubs.find_datasets(text) if given.datasets else hubs.find(text)
        for one in told:
            print(one.message, file=sys.stderr)
        unlisted = found.attrs.get("datasets", [])
        if found.empty and not unlisted:
            index = hubs.index.datasets if given.datasets and hubs.index.datasets else hubs.index
            print(index.explain_nothing(text), file=sys.stderr)
            return 1
        if given.csv:
            print(found.to_csv(), end="")
            return 0
        if not found.empty:
            _show(found, given.limit, datasets=given.datasets)
            _tell_unlisted(unlisted, text)
        return 0

    return run


def _show(found: "pd.DataFrame", limit: int, *, datasets: bool) -> None:
    shown = (
        found[list(_OF_DATASETS if datasets else _OF_CELLS)]
        .head(limit or len(found))
        .replace("", None)
    )
    heads = shown.rename(columns=lambda name: _HEADS.get(name) or axis(name))
    print(heads.to_string(na_rep="unknown", index_names=False))
    rest = len(found) - len(shown)
    noun = ("data set" if datasets else "cell") + ("" if len(found) == 1 else "s")
    print(f"{len(found)} {noun}" + (f"; {rest} more with --limit 0" if rest else ""))


def _tell_unlisted(datasets: list[str], text: str) -> None:
    from bdg_explore.hubs.search import told_unlisted

    if datasets:
        print(told_unlisted(datasets, beside=True), file=sys.stderr)
        print(f"bdg find --datasets {shlex.quote(text)} shows them.", file=sys.stderr)
