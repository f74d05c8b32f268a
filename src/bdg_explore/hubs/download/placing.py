"""Put fetched files where people look for them: under their own names, with the terms beside."""

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path, PurePosixPath

from bdg_explore.errors import FetchError

from .notes import note_path
from .plan import Plan


def place_files(plan: Plan, folder: str | Path) -> list[Path]:
    """Put the files of a plan that are here into a folder, by their names.

    They are hard links where the disk allows it, and cost nothing then; else copies.

    Parameters
    ----------
    plan : Plan
        What was fetched.
    folder : path
        Made if need be; a file of that name that is another one is left alone.

    Returns
    -------
    list of Path
        Where they are now, the terms last.

    Raises
    ------
    FetchError
        Another file has the name already.
    """
    target = Path(folder).expanduser()
    pairs = [(file.path, target / safe_name(file.name)) for file in plan.files if file.path]
    note = note_path(plan.dataset)
    for source, goal in pairs:
        _put(source, goal)
    if note.is_file():
        goal = target / note.name
        goal.unlink(missing_ok=True)
        shutil.copyfile(note, goal)
        pairs.append((note, goal))
    return [goal for _, goal in pairs]


def safe_name(name: str) -> PurePosixPath:
    """Return a file's name, with its folders, as one that stays inside the folder it is put in."""
    parts = [re.sub(r'[\\:*?"<>|\0-\x1f]', "_", part).strip() for part in name.split("/")]
    return PurePosixPath(*([part for part in parts if part not in ("", ".", "..")] or ["file"]))


def _put(source: Path, goal: Path) -> None:
    if goal.exists():
        if goal.samefile(source) or _same_content(goal, source):
            return
        raise FetchError(
            f"{goal} is there already, and is another file. Next: move it, or choose another "
            "folder."
        )
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # another disk, or one that knows no links
            os.link(source, goal)
            return
        shutil.copyfile(source, goal)
    except OSError as error:
        raise FetchError(
            f"cannot write {goal}: {error.strerror}. Next: choose another folder."
        ) from (error)


def _same_content(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(2**20):
            if piece != right.read(2**20):
                return False
    return True
