"""Whether a file is the one that the catalog means: its sha256 or md5, and its length."""

import hashlib
import re
from pathlib import Path
from typing import Final

from bdg_explore.errors import FetchError

from .addresses import shown

_DIGITS: Final = {"sha256": 64, "md5": 32}


def checked_sha256(url: str, sha256: str | None) -> str | None:
    """Return the checksum in lower case; raise FetchError if it is none."""
    return _checked(url, "sha256", sha256)


def checked_md5(url: str, md5: str | None) -> str | None:
    """Return the checksum in lower case; raise FetchError if it is none."""
    return _checked(url, "md5", md5)


def _checked(url: str, kind: str, given: str | None) -> str | None:
    if given is None:
        return None
    digits = str(given).strip().lower().removeprefix(f"{kind}:")
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS[kind]}}}", digits):
        raise FetchError(
            f"the {kind} given for {shown(url)} is {given!r}, not {_DIGITS[kind]} hexadecimal "
            "digits. Next: correct it in the catalog."
        )
    return digits


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's content."""
    return _file_digest(path, "sha256")


def file_md5(path: Path) -> str:
    """Return the md5 of a file's content."""
    return _file_digest(path, "md5")


def new_md5() -> "hashlib._Hash":
    """Return an md5 to feed; it tells damage, it is no protection."""
    return hashlib.md5(usedforsecurity=False)


def _file_digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        make = new_md5 if kind == "md5" else hashlib.sha256
        return hashlib.file_digest(file, make).hexdigest()


def wrong_size(name: str, expected: int | None, found: int | None) -> FetchError:
    """Tell that a file has another length [byte] than the catalog says."""
    return FetchError(
        f"{name} should have {expected:,} bytes but has {found:,}. Next: see at the data set's "
        "landing page whether the file was replaced, then correct `bytes` in the catalog."
    )


def wrong_digest(kind: str, name: str, expected: str | None, found: str, fate: str) -> FetchError:
    """Tell that a file has another sha256 or md5, and what became of it."""
    return FetchError(
        f"{name} is not the file the catalog means ({fate}): its {kind} should be {expected} "
        f"but is {found}. Next: try once more; if it stays so, see at the data set's landing "
        f"page whether the file was replaced, then correct `{kind}` in the catalog."
    )
