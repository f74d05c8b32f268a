"""Count what pages are used for, where whoever runs the server asked for it; see `hubs.usage`."""

import logging
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import panel as pn

from bdg_explore.columns import OBJECTIVE, SEGMENT
from bdg_explore.hubs.usage import Sitting, is_counted, log_from_environment

log = logging.getLogger(__name__)

_SITTINGS: "WeakKeyDictionary[Any, Sitting]" = WeakKeyDictionary()
_FILE: list[Path] = []


def keep_usage_log(path: Path | None) -> None:
    """Count uses in a file from now on; None stops it. Without this, ``BDG_USAGE_LOG`` decides."""
    _FILE[:] = [path] if path is not None else []


def usage_file() -> Path | None:
    """Return the file in which uses are counted; None where they are not."""
    return _FILE[0] if _FILE else log_from_environment()


def note_use(action: str, row: Any = None) -> None:
    """Count an action of the present visitor, if there is a log and the visitor is counted.

    Parameters
    ----------
    action : str
        One of `hubs.usage.ACTIONS`.
    row : Series, optional
        What it was done with: its segment and objective are told, nothing else.
    """
    path, document = usage_file(), pn.state.curdoc
    if path is None or document is None or not is_counted(pn.state.headers or {}):
        return
    segment, objective = (row.get(SEGMENT), row.get(OBJECTIVE)) if row is not None else ("", "")
    sitting = _SITTINGS.setdefault(document, Sitting(path))
    try:
        sitting.note(
            action, *(word if isinstance(word, str) else "" for word in (segment, objective))
        )
    except OSError as error:
        log.warning("The usage log %s cannot be written: %s", path, error)
