"""`bdg mirror`."""

import argparse

from ._command import Command

_SHOWN = 5  # names that are shown of a list


def mirror(parser: argparse.ArgumentParser) -> Command:
    """Read a data set from files you got by hand."""
    doing = parser.add_subparsers(title="what to do", required=True, metavar="ACTION")
    adding = doing.add_parser("add", help="a folder or zip stands in for the web from now on")
    adding.add_argument("path", help="folder (with mirror.yaml, or files named by cell) or zip")
    adding.add_argument("--dataset", metavar="ID", help="whose files they are")
    adding.add_argument("--catalog", action="append", default=[], metavar="FILE")
    adding.set_defaults(act=_add)
    doing.add_parser("list", help="the mirrors that are remembered").set_defaults(act=_list)
    removing = doing.add_parser("remove", help="forget one; its files stay")
    removing.add_argument("name", help="its path, or the data set it stands in for")
    removing.set_defaults(act=_remove)

    def run(given: argparse.Namespace) -> int:
        return int(given.act(given))

    return run


def _add(given: argparse.Namespace) -> int:
    from bdg_explore.hubs import open_hubs
    from bdg_explore.hubs.mirror_finding import add_mirror, find_mirror

    hubs = open_hubs(*given.catalog)
    if given.dataset:
        hubs.dataset(given.dataset)  # a name that is none is told with the nearest
    found = find_mirror(given.path, hubs.listings, given.dataset)
    add_mirror(found)
    known = hubs.listings.groupby("dataset").size()
    for dataset, cells in found.cells.items():
        of = f" of {known[dataset]}" if dataset in known.index else ""
        tables = " and ".join(found.datasets.get(dataset) or ()) or "tables as mirror.yaml says"
        print(f"{dataset}: {len(cells)}{of} cells, {tables} ({_some(cells)})")
    if found.unmatched:
        print(f"{len(found.unmatched)} files are no data of a cell: {_some(found.unmatched)}")
    print(f"{found.path} stands in for the web from now on.")
    return 0


def _list(_given: argparse.Namespace) -> int:
    from pathlib import Path

    from bdg_explore.hubs.mirror import mirror_folders
    from bdg_explore.hubs.settings import mirrors_file, user_mirrors

    rows = [(str(folder), "BDG_MIRROR", "") for folder in mirror_folders()]
    for entry in user_mirrors():
        there = "" if Path(entry["path"]).exists() else "not there"
        rows.append((entry["path"], ", ".join(entry.get("datasets") or ["mirror.yaml"]), there))
    for path, whose, there in rows:
        print("  ".join(filter(None, (path, whose, there))))
    noun = "mirror" if len(rows) == 1 else "mirrors"
    print(f"{len(rows)} {noun}; remembered in {mirrors_file()}")
    return 0


def _remove(given: argparse.Namespace) -> int:
    from bdg_explore.hubs.mirror_finding import remove_mirror

    print(f"{remove_mirror(given.name)['path']} is forgotten; its files are left as they are.")
    return 0


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
