"""Notebooks as stories: what they are called, what they say, what they run. No screen."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from bdg_explore.errors import ReadError

_NUMBER: Final = re.compile(r"^\d+[_-]")
_HEADING: Final = re.compile(r"^#\s+(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `number` counts the code cells from 1, and is 0 for text."""

    kind: Literal["markdown", "code"]
    source: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook file: its title, its first sentence, its cells."""

    path: Path
    title: str
    sentence: str
    cells: tuple[Cell, ...]

    @property
    def slug(self) -> str:
        """The address of its page: `01_find_a_cell.ipynb` is `find-a-cell`."""
        return slug_of(self.path)

    @property
    def name(self) -> str:
        """A short name for navigation: `Find a cell`."""
        return self.slug.replace("-", " ").capitalize()


def slug_of(path: Path) -> str:
    """Return the address of a notebook's page."""
    return re.sub(r"[^a-z0-9]+", "-", _NUMBER.sub("", path.stem).lower()).strip("-")


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file.

    Raises
    ------
    ReadError
        It is not there, or is not a notebook in format 4.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} cannot be read as a notebook: {error}.") from error
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise ReadError(
            f"{path} is not a notebook in format 4. Open it in JupyterLab and save it again."
        )
    cells: list[Cell] = []
    for raw in content.get("cells", []):
        source = "".join(raw.get("source", ""))
        if raw.get("cell_type") == "code" and source.strip():
            cells.append(Cell("code", source, 1 + sum(cell.kind == "code" for cell in cells)))
        elif raw.get("cell_type") == "markdown" and source.strip():
            cells.append(Cell("markdown", source))
    text = "\n\n".join(cell.source for cell in cells if cell.kind == "markdown")
    heading = _HEADING.search(text)
    title = heading[1].strip() if heading else slug_of(path).replace("-", " ").capitalize()
    return Notebook(
        path, title, _first_sentence(text[heading.end() :] if heading else text), tuple(cells)
    )


def _first_sentence(text: str) -> str:
    for paragraph in re.split(r"\n\s*\n", text):
        plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", paragraph.strip())
        plain = re.sub(r"[*`_]{1,3}(\S(?:.*?\S)?)[*`_]{1,3}", r"\1", " ".join(plain.split()))
        if plain and not plain.startswith(("#", "-", "|", "!", ">", "<", "```")):
            return re.split(r"(?<=[.!?])\s", plain, maxsplit=1)[0]
    return ""
