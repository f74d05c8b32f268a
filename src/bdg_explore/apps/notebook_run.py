"""Run the cells of a notebook for one visitor, top to bottom, in a namespace of its own."""

import ast
import builtins
import linecache
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bdg_explore.errors import BdgError, MissingDataWarning

from .notebooks import Cell, Notebook

_MAGICS: Final = ("%", "!", "?")


@dataclass
class Outcome:
    """What a cell gave: values to show, text it printed, warnings about the data, or an error."""

    cell: Cell
    shown: list[Any] = field(default_factory=list)
    printed: str = ""
    warned: list[str] = field(default_factory=list)
    error: BaseException | None = None
    line: int = 0


class MagicError(BdgError):
    """A cell uses what only IPython understands."""


def run(notebook: Notebook) -> Iterator[Outcome]:
    """Run the cells of a notebook, one after the other.

    A cell that fails does not stop the ones below it. The names of one run are its own, so no
    visitor sees another's.

    Yields
    ------
    Outcome
        One a cell, of text cells too, in their order.
    """
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    for cell in notebook.cells:
        if cell.kind == "markdown":
            yield Outcome(cell)
        else:
            yield _run_cell(cell, names, f"<cell {cell.number} of {notebook.path.name}>")


def _run_cell(cell: Cell, names: dict[str, Any], place: str) -> Outcome:
    outcome = Outcome(cell)

    def print_here(*values: Any, sep: str = " ", end: str = "\n", **_: Any) -> None:
        outcome.printed += (sep or "").join(map(str, values)) + (end or "")

    names |= {"print": print_here, "display": lambda *values: outcome.shown.extend(values)}
    # So that a traceback in the server's log shows the line.
    linecache.cache[place] = (len(cell.source), None, cell.source.splitlines(True), place)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", MissingDataWarning)
        try:
            value = _execute(cell.source, names, place)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told in a card
            outcome.error, outcome.line = error, _line(error, place)
        else:
            if value is not None:
                outcome.shown.append(value)
    for one in caught:
        if issubclass(one.category, MissingDataWarning):
            outcome.warned.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return outcome


def _execute(source: str, names: dict[str, Any], place: str) -> Any:
    """Run a cell; return the value of a last expression that does not end with a semicolon."""
    try:
        tree = ast.parse(source, place)
    except SyntaxError as error:
        for number, line in enumerate(source.splitlines(), 1):
            if line.lstrip().startswith(_MAGICS) or line.rstrip().endswith("?"):
                raise MagicError(
                    f"Line {number}, {line.strip()!r}, is an IPython magic: pages run plain "
                    "Python. Remove it, or move it to a notebook that is not served."
                ) from error
        raise
    quiet = source.rstrip().endswith(";")
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or quiet:
        exec(compile(tree, place, "exec"), names)  # noqa: S102 - only notebooks that ship or were named
        return None
    head = ast.Module(tree.body[:-1], tree.type_ignores)
    exec(compile(head, place, "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), place, "eval"), names)  # noqa: S307


def _line(error: BaseException, place: str) -> int:
    if isinstance(error, SyntaxError) and error.filename == place:
        return error.lineno or 0
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == place]
    return (frames[-1].lineno or 0) if frames else 0
