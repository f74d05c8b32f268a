"""What a hub and its data set are called."""

import unicodedata
from functools import cache
from typing import Final

import yaml

from bdg_explore.errors import ParameterError
from bdg_explore.shipped import catalogs_folder

from .layout import LOADER

_LONGEST: Final = 60


def id_of(name: str) -> str:
    """Return a name as an id: lower case, letters and digits of any script, ``-`` between."""
    text = unicodedata.normalize("NFKC", name).casefold()
    text = unicodedata.normalize("NFC", text)
    plain = "".join(sign if sign.isalnum() else " " for sign in text)
    return "-".join(plain.split())[:_LONGEST].strip("-") or "hub"


def checked_id(dataset: str) -> str:
    """Return the id, if no data set that ships has it.

    Raises
    ------
    ParameterError
        One has: two data sets of one id cannot be opened together.
    """
    if dataset in _shipped():
        raise ParameterError(
            f"A data set that ships is called {dataset!r} already. Give the hub another name."
        )
    return dataset


@cache
def _shipped() -> frozenset[str]:
    found: set[str] = set()
    for path in catalogs_folder().glob("hubs/*.yaml"):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506
        found |= set(content["sources"])
    return frozenset(found)
