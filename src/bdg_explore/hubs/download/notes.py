"""The terms and the citation of a data set, kept beside its files."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock

from bdg_explore.errors import MetadataError
from bdg_explore.hubs.entries import Dataset
from bdg_explore.hubs.fetching.addresses import shown
from bdg_explore.hubs.fetching.places import cache_folder
from bdg_explore.metadata.citation import Citation, bibtex
from bdg_explore.metadata.licences import licence_uri

from .consent import is_unknown

_FILES: Final = "Files of this data set in this folder:"


def licence_text(dataset: Dataset, licence: str) -> str:
    """Return a licence as people read it: its id, where its text is, and what is doubtful."""
    if is_unknown(licence):
        return "unknown: nobody has stated the terms"
    doubt = licence == dataset.licence and "licence" in dataset.unverified
    address = licence_uri(licence)
    return licence + (" (unverified)" if doubt else "") + (f", {address}" if address else "")


def note_path(dataset: Dataset, cache: str | Path | None = None) -> Path:
    """Return where the terms of a data set are kept, beside its files."""
    return cache_folder(cache) / f"LICENCE-{dataset.id}.txt"


def write_note(
    dataset: Dataset,
    licence: str,
    files: Iterable[tuple[Path, str, str]],
    cache: str | Path | None = None,
) -> Path:
    """Keep licence, access and citation of a data set beside its files; names those it is about.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    licence : str
        As the entry or the record says.
    files : iterable of (Path, str, str)
        Files that came, their names and addresses; those of earlier notes stay.
    cache : path, optional
        See `cache_folder`.
    """
    path = note_path(dataset, cache)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = [f"  {file.name}: {name}  <- {shown(url)}" for file, name, url in files]
    with FileLock(f"{path}.lock"):  # each who adds a file keeps those of the others
        lines = dict.fromkeys([*_earlier(path), *new])
        text = "\n".join([*_terms(dataset, licence), "", _FILES, *lines]) + "\n"
        draft = path.with_name(f"{path.name}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    return path


def files_noted(dataset: Dataset, cache: str | Path | None = None) -> list[str]:
    """Return the names in the cache of a data set's files that are there, as its note has them."""
    lines = [line.split("  <- ")[0].strip() for line in _earlier(note_path(dataset, cache))]
    pairs = [line.partition(": ") for line in lines]
    return [name for kept, _, name in pairs if (cache_folder(cache) / kept).is_file()]


def _terms(dataset: Dataset, licence: str) -> list[str]:
    about = {
        "Data set": f"{dataset.title} ({dataset.id})",
        "Hub": dataset.hub.name,
        "Landing page": dataset.landing_url,
        "Licence": licence_text(dataset, licence),
        "Access": dataset.access,
        "Kind": dataset.kind,
        "Cite": dataset.reference,
        "Not verified": ", ".join(dataset.unverified),
    }
    lines = [f"{name}: {value}" for name, value in about.items() if value]
    known = Citation(**dict(dataset.citation))
    with suppress(MetadataError):  # nothing is known to cite
        lines += ["", bibtex(known, key=dataset.id, data_doi=dataset.doi).rstrip()]
    return lines


def _earlier(path: Path) -> list[str]:
    try:
        _, mark, files = path.read_text(encoding="utf-8").partition(_FILES + "\n")
    except OSError:
        return []
    return files.splitlines() if mark else []
