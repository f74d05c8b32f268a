"""`bdg find`."""

import argparse
import sys

from ._command import Command


def find(parser: argparse.ArgumentParser) -> Command:
    """Search the cells of all hubs from a terminal."""
    parser.add_argument("text", nargs="*", help="words that must all occur: lfp 45 severson")
    parser.add_argument("--limit", type=int, default=25, help="rows to show; 0 shows all")
    parser.add_argument("--csv", action="store_true", help="all columns, all rows, as csv")
    parser.add_argument("--catalog", action="append", default=[], metavar="FILE")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.columns import (
            AMBIENT_TEMPERATURE,
            AVAILABILITY,
            CATHODE,
            KIND,
            LICENCE,
            NOMINAL_CAPACITY,
            axis,
        )
        from bdg_explore.hubs import open_hubs

        hubs = open_hubs(*given.catalog)
        text = " ".join(given.text)
        found = hubs.find(text)
        if found.empty:
            print(hubs.index.explain_nothing(text), file=sys.stderr)
            return 1
        if given.csv:
            print(found.to_csv(), end="")
            return 0
        names = [CATHODE, NOMINAL_CAPACITY, AMBIENT_TEMPERATURE, KIND, AVAILABILITY, LICENCE]
        shown = found[names].head(given.limit or len(found))
        print(shown.rename(columns=axis).to_string(na_rep="unknown", index_names=False))
        rest = len(found) - len(shown)
        noun = "cell" if len(found) == 1 else "cells"
        print(f"{len(found)} {noun}" + (f"; {rest} more with --limit 0" if rest else ""))
        return 0

    return run
