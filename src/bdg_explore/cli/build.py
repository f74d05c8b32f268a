"""`bdg build`."""

import argparse
import sys

from ._command import Command


def build(parser: argparse.ArgumentParser) -> Command:
    """Make a hub of your own from a folder of tester files."""
    parser.add_argument("folder", help="where the files are, folders inside included")
    parser.add_argument("out", help="the hub: a new folder, or one to bring up to date")
    parser.add_argument("--name", help="what the hub is called; default: as the folder")
    parser.add_argument("--workers", type=int, metavar="N", help="default: one a processor")
    parser.add_argument(
        "--parts",
        choices=("auto", "names", "never"),
        default="auto",
        help="join continuation files: where names and records say so, where names do, never",
    )
    parser.add_argument("--strict", action="store_true", help="exit code 1 if any file is bad")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.hubs.building import build as build_store

        try:
            built = build_store(
                given.folder, given.out, name=given.name, workers=given.workers, parts=given.parts
            )
        except KeyboardInterrupt:
            told = "bdg: stopped. The same command goes on from here; what was read is kept."
            print(f"\n{told}", file=sys.stderr)
            return 130
        print(built)
        return 1 if given.strict and built.count("bad") else 0

    return run
