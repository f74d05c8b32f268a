"""`bdg fetch`."""

import argparse
import sys
from typing import TYPE_CHECKING

from ._command import Command

if TYPE_CHECKING:
    from bdg_explore.hubs.download.plan import Plan

_LARGE = 200 * 10**6  # more than that is asked about where somebody can answer [byte]
_LISTED = 12  # files that are shown before anything is fetched


def fetch(parser: argparse.ArgumentParser) -> Command:
    """Fetch a data set, verified, with its terms beside it."""
    parser.add_argument("dataset", help="id of the data set; bdg find shows them")
    parser.add_argument("--tables", nargs="+", metavar="TABLE", help="only these; raw: other files")
    parser.add_argument("--cells", nargs="+", metavar="CELL", help="only files of these cells")
    parser.add_argument("--files", nargs="+", metavar="PATTERN", help='only these: "*.csv"')
    parser.add_argument("--to", metavar="FOLDER", help="also under their own names in this folder")
    parser.add_argument("--list", action="store_true", help="show files and sizes, fetch nothing")
    parser.add_argument(
        "--record", action="store_true", help="look the record up though the entry names files"
    )
    parser.add_argument(
        "--accept-unknown-licence",
        action="store_true",
        help="yes, I may use these files although nobody has stated their licence",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask before large downloads")
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="files at once")
    parser.add_argument("--catalog", action="append", default=[], metavar="FILE")

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.hubs import open_hubs
        from bdg_explore.hubs.download.board import board
        from bdg_explore.hubs.download.consent import Permit, check_licence, is_unknown
        from bdg_explore.hubs.download.notes import note_path
        from bdg_explore.hubs.download.placing import place_files
        from bdg_explore.hubs.download.run import bring, raise_failed
        from bdg_explore.hubs.fetching.places import cache_folder

        plan = open_hubs(*given.catalog).offer(
            given.dataset,
            tables=given.tables,
            cells=given.cells,
            files=given.files,
            record=given.record,
        )
        _show(plan)
        choose = bool(plan.record) and not given.files
        if given.list or choose:
            if choose and not given.list:
                print("\nThese are the files of the record. Choose with --files, or --files '*'.")
            return 0
        permit = Permit(unknown_licence=given.accept_unknown_licence)
        if plan.missing and is_unknown(plan.licence) and not permit.unknown_licence:
            if not _answers(
                "Nobody has stated the licence of these files. May you use them, and fetch them?"
            ):
                check_licence(plan.dataset, permit, plan.licence)
            permit = Permit(unknown_licence=True)
        large = plan.left > _LARGE or plan.unknown
        asks = plan.missing and large and not given.yes and _somebody_answers()
        if asks and not _answers("Go on?"):
            return 1
        with board(plan) as told:
            brought = bring(plan, permit, workers=given.at_once, told=told)
        raise_failed(brought)
        here = len(brought.plan.files) - len(plan.files) + len(plan.missing)
        print(f"{here} fetched, all {len(plan.files)} are here and verified: {cache_folder()}")
        if given.to:
            place_files(brought.plan, given.to)
            print(f"By their names, with the terms: {given.to}")
        elif plan.missing:
            print(f"Licence and citation: {note_path(plan.dataset)}")
        return 0

    return run


def _show(plan: "Plan") -> None:
    """Show what would be fetched, how large it is, and under which terms."""
    from bdg_explore.hubs.download.notes import licence_text
    from bdg_explore.hubs.fetching.sizes import size_text

    dataset = plan.dataset
    print(f"{dataset.id}: {dataset.title}")
    print(f"  licence   {licence_text(dataset, plan.licence)}")
    print(f"  cite      {dataset.reference or 'unknown'}")
    print(f"  page      {plan.record or dataset.landing_url or 'unknown'}\n")
    shown = plan.files if len(plan.files) <= _LISTED else plan.files[: _LISTED - 2]
    rows = []
    for file in shown:
        state = "here" if file.path else f"{size_text(file.begun)} of it here" if file.begun else ""
        size = "unknown" if file.size is None else size_text(file.size)
        rows.append((file.name, file.table, size, state))
    width = max((len(row[0]) for row in rows), default=0)
    for name, table, size, state in rows:
        print(f"  {name:<{width}}  {table:<10}  {size:>9}  {state}".rstrip())
    if len(shown) < len(plan.files):
        print(f"  ... and {len(plan.files) - len(shown)} more")
    noun = "file" if len(plan.files) == 1 else "files"
    unknown = f", and {plan.unknown} of unknown size" if plan.unknown else ""
    left = "nothing" if not plan.missing else size_text(plan.left)
    if plan.unknown and not plan.left:
        left, unknown = f"{plan.unknown} of unknown size", ""
    print(f"\n  {len(plan.files)} {noun}, {left} to fetch{unknown}", flush=True)


def _somebody_answers() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _answers(question: str) -> bool:
    """Ask where somebody can answer; elsewhere the answer is no."""
    if not _somebody_answers():
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
