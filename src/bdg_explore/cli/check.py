"""`bdg check`."""

import argparse

from ._command import Command


def check(parser: argparse.ArgumentParser) -> Command:
    """Say how sound a file, a folder or a catalog is."""
    parser.add_argument("path", nargs="+", metavar="PATH", help="file, folder or catalog")
    parser.add_argument("--nominal", type=float, metavar="AH", help="nominal capacity [Ah]")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.hubs.checking import check_path

        count = bad = 0
        for path in given.path:
            for found in check_path(path, nominal_capacity_ah=given.nominal):
                count += not found.passed_over
                bad += not found.ok
                print(found)
        if count > 1 or not count:
            print(f"{count} checked, {bad} with errors or not to be read")
        return 1 if bad or not count else 0

    return run
