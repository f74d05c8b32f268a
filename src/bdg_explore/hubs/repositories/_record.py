"""What a record at a repository says of itself and of its files."""

import re
from dataclasses import dataclass
from typing import Any, Final

from bdg_explore.errors import FetchError
from bdg_explore.metadata.licences import spdx_of

_DEED: Final = re.compile(r"CC[ -]?(0|BY(?:-NC)?(?:-SA|-ND)?)[ -]?(\d\.\d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of a record: its name (with folders), address, length [byte] and checksum."""

    name: str
    url: str
    size: int | None = None
    sha256: str | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A record: its page, its title, its licence as SPDX (None: not stated) and its files."""

    landing_url: str
    title: str
    licence: str | None
    files: tuple[RecordFile, ...]


def licence_of(*told: Any) -> str | None:
    """Return the SPDX identifier of the first of several spellings that is known.

    Repositories write a licence as its identifier in small letters (``cc-by-4.0``), as a name
    (``CC BY 4.0``) or as an address.
    """
    for one in told:
        text = str(one or "").strip()
        deed = _DEED.fullmatch(text)
        if deed:
            kind = deed[1].upper()
            text = "CC0-1.0" if kind == "0" else f"CC-{kind}-{deed[2]}" if deed[2] else ""
        for spelt in (text, text.upper()):
            if found := spdx_of(spelt or None):
                return found
    return None


def checksums(told: Any) -> dict[str, str]:
    """Return what fits `RecordFile` of ``md5:...`` or ``sha256:...``; nothing of other kinds."""
    kind, _, digits = str(told or "").strip().lower().partition(":")
    whole = {"md5": r"[0-9a-f]{32}", "sha256": r"[0-9a-f]{64}"}.get(kind)
    return {kind: digits} if whole and re.fullmatch(whole, digits) else {}


def length(told: Any) -> int | None:
    """Return a length [byte], however it is written; None where it is not told."""
    try:
        return int(told) if told is not None and int(told) >= 0 else None
    except (TypeError, ValueError):
        return None


def strange(where: str, error: Exception) -> FetchError:
    """Tell that a repository answers in another way than its interface says."""
    return FetchError(
        f"{where} does not answer as its interface is described ({type(error).__name__}: {error}). "
        "Next: take the files from the record's page, and `bdg mirror add` them."
    )
