"""What is the same though it is listed twice: data sets, and institutions."""

import re
from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from ..entries import Dataset

_ADDRESS: Final = re.compile(r"\S*(?:@|://)\S*|\bwww\.\S+")
_BRACKETS: Final = re.compile(r"\([^)]*\)")
_PARTS: Final = re.compile(r"\s*[;/+]\s*")


def distinct(datasets: Iterable[Dataset]) -> "pd.Series[Any]":
    """Tell which data sets are the same data, told from what their catalogs say.

    The same are data sets that name each other under `also_in`; and those with the same DOI of the
    data, or the same file by its sha256, unless they name each other as siblings: parts of one
    record share its DOI. The DOI of an article is no sign: one article may present several.

    Returns
    -------
    Series of str
        Data set -> the first data set of its group.
    """
    held = {one.id: one for one in datasets}
    home = {name: name for name in held}

    def root(name: str) -> str:
        while home[name] != name:
            name = home[name]
        return name

    def join(one: str, other: str) -> None:
        first, second = sorted((root(one), root(other)), key=list(held).index)
        home[second] = first

    def apart(one: str, other: str) -> bool:
        """Whether siblings are among the data sets that are the same as these."""
        groups = [[name for name in held if root(name) == root(of)] for of in (one, other)]
        pairs = [(a, b) for a in groups[0] for b in groups[1]]
        return any(b in held[a].siblings or a in held[b].siblings for a, b in pairs)

    signs: dict[str, list[str]] = {}
    for dataset in held.values():
        for other in dataset.also_in:
            if other in held:
                join(dataset.id, other)
        for sign in _signs(dataset):
            signs.setdefault(sign, []).append(dataset.id)
    for sharing in signs.values():
        for at, name in enumerate(sharing):
            for other in sharing[:at]:
                if not apart(name, other):
                    join(name, other)
    return pd.Series({name: root(name) for name in held}, dtype=str, name="group")


def _signs(dataset: Dataset) -> set[str]:
    files = [file.sha256 for table in dataset.tables.values() for file in table.files]
    sums = {one for one in (*files, *(one.sha256 for one in dataset.downloads)) if one}
    return sums | ({dataset.data_doi.lower()} if dataset.data_doi else set())


def institutions(names: Iterable[str | None]) -> list[str]:
    """Return the different institutions that some texts name.

    Letter case, punctuation, brackets and ``the`` do not count; ``;``, ``/`` and ``+`` part
    several; addresses name none. A name that is one part of another, ``CALCE`` of ``CALCE,
    University of Maryland``, is the same institution.

    Returns
    -------
    list of str
        One spelling each, in alphabetical order.
    """
    spelt: dict[str, str] = {}
    for text in names:
        for part in _PARTS.split(_BRACKETS.sub("", _ADDRESS.sub("", text or ""))):
            spelt.setdefault(plain_name(part), part.strip())
    spelt.pop("", None)
    parts = {piece for name in spelt for piece in name.split(", ") if ", " in name}
    return sorted((text for name, text in spelt.items() if name not in parts), key=str.casefold)


def plain_name(name: str) -> str:
    """Return a name without what does not tell it from another: case, punctuation, ``the``."""
    plain = re.sub(r"[^\w, ]", " ", name.casefold())
    plain = re.sub(r"\bthe\b", " ", plain)
    return ", ".join(" ".join(piece.split()) for piece in plain.split(",") if piece.strip())
