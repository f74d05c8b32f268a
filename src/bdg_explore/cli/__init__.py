"""The `bdg` command. A subcommand is one function: it declares its arguments and is given them."""

import argparse
import sys
from collections.abc import Sequence

from bdg_explore.errors import BdgError

from .build import build
from .check import check
from .convert import convert
from .fetch import fetch
from .find import find
from .formats import formats
from .mirror import mirror
from .serve import serve

COMMANDS = (serve, find, fetch, mirror, convert, check, build, formats)


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
