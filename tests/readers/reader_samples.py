"""The samples of all formats, what makes the binary ones, and what a frame says of its file."""

import runpy
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import pandas as pd

SAMPLES: Final = Path(__file__).parents[1] / "samples"
FILES: Final = sorted(
    path
    for path in SAMPLES.glob("*/*")
    if path.is_file() and not path.name.endswith((".expected.json", ".pyc"))
)


def cycler_maker() -> dict[str, Any]:
    """Return the functions that make the samples of binary formats, to make others of theirs."""
    return runpy.run_path(str(SAMPLES / "make_cycler_samples.py"))


def text_of(lines: Iterable[str]) -> bytes:
    """Give lines as the bytes of a file."""
    return ("\n".join(lines) + "\n").encode()


def notes_of(frame: pd.DataFrame) -> str:
    """Give all notes of a frame as one text."""
    return " | ".join(frame.attrs["source"]["notes"])
