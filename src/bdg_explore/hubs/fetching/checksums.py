"""Whether a file is the one that the catalog means: its sha256 and its length."""

import hashlib
import re
from pathlib import Path

from bdg_explore.errors import FetchError

from .addresses import shown


def checked_sha256(url: str, sha256: str | None) -> str | None:
    """Return the checksum in lower case; raise FetchError if it is none."""
    if sha256 is None:
        return None
    digits = sha256.strip().lower().removeprefix("sha256:")
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise FetchError(
            f"the sha256 given for {shown(url)} is {sha256!r}, not 64 hexadecimal digits. "
            "Next: correct it in the catalog."
        )
    return digits


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def wrong_size(name: str, expected: int | None, found: int | None) -> FetchError:
    """Tell that a file has another length [byte] than the catalog says."""
    return FetchError(
        f"{name} should have {expected:,} bytes but has {found:,}. Next: see at the data set's "
        "landing page whether the file was replaced, then correct `bytes` in the catalog."
    )


def wrong_sha256(name: str, expected: str | None, found: str, fate: str) -> FetchError:
    """Tell that a file has another checksum, and what became of it."""
    return FetchError(
        f"{name} is not the file the catalog means ({fate}): its sha256 should be {expected} "
        f"but is {found}. Next: try once more; if it stays so, see at the data set's landing "
        "page whether the file was replaced, then correct `sha256` in the catalog."
    )
