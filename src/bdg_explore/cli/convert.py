"""`bdg convert`."""

import argparse

from ._command import Command


def convert(parser: argparse.ArgumentParser) -> Command:
    """Turn any tester file into a file of the Battery Data Format."""
    parser.add_argument("file", nargs="+", metavar="IN", help="the file, or the parts of one test")
    parser.add_argument("out", metavar="OUT", help="ends on .csv, .csv.gz or .parquet")
    parser.add_argument("--headers", choices=("machine", "label"), default="machine")
    parser.add_argument("--format", help="name of the format; recognised if not given")
    parser.add_argument("--table", help="which table, where the file holds several")
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.hubs.converting import convert as convert_files

        done = convert_files(
            given.file,
            given.out,
            format=given.format,
            table=given.table,
            headers=given.headers,
            overwrite=given.force,
        )
        print(done)
        return 0

    return run
