"""`bdg formats`."""

import argparse
import sys

from ._command import Command


def formats(parser: argparse.ArgumentParser) -> Command:
    """List the tester formats that can be read."""
    parser.add_argument("text", nargs="*", help="only those with these words: maccor impedance")

    def run(given: argparse.Namespace) -> int:
        import bdg_explore as bdg

        known = bdg.formats().reset_index()
        names = ["format", "tester", "table", "suffixes", "needs", "description"]
        lines = known[names].astype(str).to_numpy().tolist()
        words = [word.casefold() for word in given.text]
        lines = [line for line in lines if all(w in " ".join(line).casefold() for w in words)]
        if not lines:
            print(
                f"No format has {' '.join(given.text)!r}. bdg formats lists all.", file=sys.stderr
            )
            return 1
        widths = [max(map(len, column)) for column in zip(names, *lines, strict=True)]
        for line in (names, *lines):
            print("  ".join(f.ljust(w) for f, w in zip(line, widths, strict=True)).rstrip())
        noun = "format" if len(lines) == 1 else "formats"
        print(f"{len(lines)} {noun}; a file is known by its content, never by its suffix")
        return 0

    return run
