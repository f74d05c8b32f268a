"""An opt-in log of what the pages of a server are used for, kept on that server alone.

It is off unless whoever starts the server names a file. A line holds four words: day, segment,
objective, action. No address, no name, no session, no query, no data set or cell is written, and no
clock time; so the log cannot tell who did what, nor from where. Robots and visitors whose browser
asks not to be tracked (``DNT``, ``Sec-GPC``) are left out. A session counts once a day for the same
three other words, so a count of five means at least five sessions, and reading withholds what
fewer than five did.
"""

import csv
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bdg_explore.columns import OBJECTIVE, SEGMENT
from bdg_explore.errors import ParameterError, ReadError, did_you_mean
from bdg_explore.metadata.bricks import OBJECTIVES, SEGMENTS

VARIABLE: Final = "BDG_USAGE_LOG"
DAY: Final = "day"
ACTION: Final = "action"
WORDS: Final = (DAY, SEGMENT, OBJECTIVE, ACTION)
ACTIONS: Final = ("visit", "open", "download")
LEAST: Final = 5
"""Sessions below which a count is withheld."""

_LARGEST: Final = 50_000_000  # bytes; a log that somebody forgot must not fill a disk
_ROBOT: Final = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|headless|preview|monitor|scanner|fetcher|archiver|python",
    re.IGNORECASE,
)


def log_from_environment() -> Path | None:
    """Return the file that ``BDG_USAGE_LOG`` names; None, and so no log, where it names none."""
    named = os.environ.get(VARIABLE, "")
    return Path(named).expanduser() if named else None


def is_counted(headers: Mapping[str, str]) -> bool:
    """Tell whether a request is of a person who has nothing against being counted.

    Parameters
    ----------
    headers : mapping
        Of the request. They are looked at, never kept.
    """
    held = {name.lower(): value for name, value in headers.items()}
    agent = held.get("user-agent", "")
    refuses = "1" in (held.get("dnt"), held.get("sec-gpc"))
    # Every browser calls itself Mozilla; what does not is a program.
    return agent.startswith("Mozilla/") and not refuses and _ROBOT.search(agent) is None


class Sitting:
    """What one session has been counted for; forgotten with it.

    Parameters
    ----------
    path : Path
        The log.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._counted: set[tuple[str, ...]] = set()

    def note(self, action: str, segment: str = "", objective: str = "") -> None:
        """Write a line, unless this session has written the same today."""
        line = (date.today().isoformat(), segment, objective, action)
        if line not in self._counted:
            self._counted.add(line)
            record_use(self._path, action, segment=segment, objective=objective)


def record_use(
    path: Path, action: str, *, segment: str = "", objective: str = "", day: date | None = None
) -> None:
    """Write one line to a log.

    Parameters
    ----------
    path : Path
        The file; made where it is not there, and left alone once it holds 50 MB.
    action : str
        One of `ACTIONS`.
    segment, objective : str
        Words of the vocabulary; empty where none applies. Of several objectives the first counts.
    day : date, optional
        Today if not given.

    Raises
    ------
    ParameterError
        A word is not in the vocabulary: free text must not get into the log.
    """
    first = objective.split(", ")[0]
    for word, known in ((action, ACTIONS), (segment, ("", *SEGMENTS)), (first, ("", *OBJECTIVES))):
        if word not in known:
            raise ParameterError(f"{word!r} is no word of the log.{did_you_mean(word, known)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    if not new and path.stat().st_size > _LARGEST:
        return
    line = ",".join(((day or date.today()).isoformat(), segment, first, action)) + "\n"
    # One write in append mode: lines of several processes do not mix.
    with path.open("a", encoding="utf-8") as file:
        file.write((",".join(WORDS) + "\n" if new else "") + line)


def read_usage(path: str | Path, by: Sequence[str] = (DAY,), *, least: int = LEAST) -> pd.DataFrame:
    """Count the lines of a log by day, segment, objective or action.

    Parameters
    ----------
    path : str or Path
        The log.
    by : sequence of str
        Some of `WORDS`.
    least : int
        Groups that fewer sessions make up are withheld (k-anonymity); at least 5. Where just one
        group would be withheld, the next smallest goes with it, so that a total cannot tell.
        Publish counts by one choice of words only: two could be compared.

    Returns
    -------
    DataFrame
        The words and `sessions`; ``.attrs["withheld"]`` is the number of groups left out.

    Raises
    ------
    ParameterError
        A word is not one of `WORDS`, none is given, or `least` is below 5.
    ReadError
        The file is no log.
    """
    if not by or not set(by) <= set(WORDS):
        raise ParameterError(f"by={list(by)!r} must be some of {', '.join(WORDS)}.")
    if least < LEAST:
        raise ParameterError(f"least={least} would tell about few sessions; {LEAST} is the lowest.")
    rows: Any = pd.DataFrame(_lines(Path(path)), columns=list(WORDS))
    counts = rows.groupby(list(by)).size().reset_index(name="sessions")
    kept = counts[counts["sessions"] >= least]
    if len(counts) - len(kept) == 1:
        kept = kept.drop(index=kept["sessions"].idxmin()) if len(kept) else kept
    found: pd.DataFrame = kept.reset_index(drop=True)
    found.attrs["withheld"] = len(counts) - len(found)
    return found


def _lines(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *lines = list(csv.reader(file)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReadError(f"{path} cannot be read as a usage log: {error}.") from error
    if tuple(head) != WORDS:
        raise ReadError(f"{path} is no usage log: its first line is not {','.join(WORDS)}.")
    # Two processes that begin a log at once write the head twice; a full disk cuts a line.
    return [line for line in lines if len(line) == len(WORDS) and line != list(WORDS)]
