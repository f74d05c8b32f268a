"""The `bdg` command. A subcommand is one function: it declares its arguments and is given them."""

import argparse
import sys
from collections.abc import Callable, Sequence

from bdg_explore.errors import BdgError

Command = Callable[[argparse.Namespace], int]


def serve(parser: argparse.ArgumentParser) -> Command:
    """Serve the dashboards and notebooks on the data that ships."""
    parser.add_argument("--port", type=int, help="default: 5006, or the next one that is free")
    parser.add_argument("--address", default="127.0.0.1", help="default: this machine only")
    parser.add_argument(
        "--show",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="open a browser",
    )
    parser.add_argument(
        "--catalog",
        action="append",
        default=[],
        metavar="FILE",
        help="a catalog beside the ones that ship (YAML file, folder or https address); repeatable",
    )
    parser.add_argument(
        "--notebook",
        action="append",
        default=[],
        metavar="FILE",
        help="a notebook of yours as a page; it runs with your rights; repeatable",
    )
    parser.add_argument("--prefix", default="", help="path under which a proxy shows the server")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="host under which others see the server; repeatable",
    )

    def run(given: argparse.Namespace) -> int:
        from bdg_explore.apps import serve as serve_pages

        serve_pages(
            given.catalog,
            port=given.port,
            address=given.address,
            show=given.show,
            notebooks=given.notebook,
            prefix=given.prefix,
            origins=given.origin,
            say=lambda text: print(text, flush=True),
        )
        return 0

    return run


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


COMMANDS = (serve, find, convert, check, build, formats)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the `bdg` command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process if not given.

    Returns
    -------
    int
        0, or 1 where something was wrong or nothing was found.
    """
    import bdg_explore

    parser = argparse.ArgumentParser(
        prog="bdg", description="Find the world's public battery cells and see how they age."
    )
    parser.add_argument("--version", action="version", version=bdg_explore.__version__)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        text = (command.__doc__ or "").strip()
        own = commands.add_parser(command.__name__, help=text, description=text)
        own.set_defaults(run=command(own))
    given = parser.parse_args(arguments)
    try:
        return int(given.run(given))
    except BdgError as error:
        print(f"bdg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `bdg find lfp | head`
        sys.stderr.close()
        return 0


if __name__ == "__main__":
    sys.exit(main())
