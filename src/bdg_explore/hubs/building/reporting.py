"""What became of every file: a table to look at, and a summary to print."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from .layout import FACTS, METADATA, REPORT

Status = Literal["read", "duplicate", "bad", "unknown", "passed over"]
COLUMNS: Final = (
    "file", "status", "cell", "format", "tables", "rows_in", "rows_out", "quality_score",
    "error_findings", "reason", "sha256",
)  # fmt: skip
_SHOWN: Final = 10
_SAID: Final[dict[Status, str]] = {
    "duplicate": "with the content of another",
    "unknown": "of unknown format",
    "passed over": "passed over",
}


@dataclass(frozen=True)
class FileReport:
    """What became of one file of the folder.

    Attributes
    ----------
    status : str
        ``read``; ``duplicate`` of another; ``bad``, of a known format and not to be read;
        ``unknown`` format; ``passed over`` without a look.
    reason : str
        Why it is not in the store, or what to know about how it is.
    """

    file: str
    status: Status
    cell: str = ""
    format: str = ""
    tables: str = ""
    rows_in: int | None = None
    rows_out: int | None = None
    quality_score: float | None = None
    error_findings: int | None = None
    reason: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Built:
    """A store that `build` made.

    Attributes
    ----------
    out : Path
        Where it is; ``open_hubs(out)`` opens it beside the others.
    dataset : str
        Id of its data set.
    cells : tuple of str
        Native ids of its cells.
    files : tuple of FileReport
        What became of every file of the folder.
    again : int
        Tests whose tables were taken over from the former store, or from an interrupted build.
    remarks : tuple of str
        What one should know: names that look like parts and are none, facts about no cell.
    """

    out: Path
    dataset: str
    cells: tuple[str, ...]
    files: tuple[FileReport, ...]
    again: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def report(self) -> pd.DataFrame:
        """One row a file, as it lies in the store."""
        return frame_of(self.files)

    def count(self, status: Status) -> int:
        """Return how many files came to this."""
        return sum(one.status == status for one in self.files)

    def __str__(self) -> str:
        number = Counter(one.status for one in self.files)
        cells = f"{len(self.cells)} cell" + "s" * (len(self.cells) != 1)
        lines = [f"{self.out}: {cells} from {number['read']} files"]
        lines += [f"{number[status]} {said}" for status, said in _SAID.items() if number[status]]
        bad = [one for one in self.files if one.status == "bad"]
        if bad:
            lines.append(f"{len(bad)} bad:")
            lines += [f"  {one.file}: {one.reason}" for one in bad[:_SHOWN]]
        if len(bad) > _SHOWN:
            lines.append(f"  and {len(bad) - _SHOWN} more")
        lines += self.remarks[:_SHOWN]
        lines.append(f"Every file and its reason: {self.out / REPORT}")
        lines.append(
            f"Fill in {METADATA} and {FACTS} in {self.out}, then build once more; "
            f'bdg.open_hubs("{self.out}") shows the cells beside the others.'
        )
        return "\n".join(lines)


def frame_of(files: Sequence[FileReport]) -> pd.DataFrame:
    """Return one row a file."""
    rows = [{name: getattr(one, name) for name in COLUMNS} for one in files]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    counted = ["rows_in", "rows_out", "error_findings"]
    return frame.astype(dict.fromkeys(counted, "Int64"))


def plain(built: Built) -> dict[str, Any]:
    """Return the report as JSON can hold it; nothing of the machine it was made on."""
    return {
        "dataset": built.dataset,
        "cells": list(built.cells),
        "counts": dict(sorted(Counter(one.status for one in built.files).items())),
        "remarks": list(built.remarks),
        "files": [{name: getattr(one, name) for name in COLUMNS} for one in built.files],
    }
