"""Which repository a DOI or a landing page belongs to."""

import re
from collections.abc import Collection
from types import ModuleType
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from bdg_explore.errors import FetchError, OfflineError

from . import ckan, dataverse, figshare, mendeley, osf, zenodo
from ._asking import REACH, ask
from ._record import Found, strange

DOI_SERVER: Final = "https://doi.org"
_DOI: Final = re.compile(r"10\.\d{4,9}/\S+")
_REPOSITORIES: Final = (zenodo, figshare, mendeley, osf, dataverse, ckan)


def record_of(reference: str, private_hosts: Collection[str] | None = frozenset()) -> Found | None:
    """Look up a record at Zenodo, figshare, Mendeley Data, OSF, a Dataverse or a CKAN portal.

    Parameters
    ----------
    reference : str
        A DOI, with or without ``doi:`` or ``https://doi.org/``, or the address of a landing page.
    private_hosts : collection of str or None
        Hosts off the public internet that may be asked, see `fetch`; by default none.

    Returns
    -------
    Found or None
        The record; None where the reference belongs to none of these repositories.

    Raises
    ------
    OfflineError, FetchError
        The repository is known, but does not answer, or not as its interface is described.
    """
    reach = REACH.set(private_hosts)
    try:
        return _looked_up(reference)
    finally:
        REACH.reset(reach)


def _looked_up(reference: str) -> Found | None:
    doi = doi_in(reference)
    landing = "" if doi else reference
    found = _placed(doi, landing)
    if found is None and doi:
        landing = _landing_page(doi)
        found = _placed(doi, landing)
    if found is None:
        return None
    repository, place = found
    try:
        looked_up: Found = repository.look_up(place)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise strange(reference, error) from error
    return looked_up


def doi_in(reference: str) -> str:
    """Return the DOI that a reference is or holds, or an empty text."""
    text = reference.strip().removeprefix("doi:")
    if re.match(r"https?://(dx\.)?doi\.org/", text):
        text = unquote(urlsplit(text).path).lstrip("/")
    return text if _DOI.fullmatch(text) else ""


def _placed(doi: str, landing: str) -> tuple[ModuleType, Any] | None:
    for repository in _REPOSITORIES:
        place = repository.place_of(doi, landing)
        if place is not None:
            return repository, place
    return None


def _landing_page(doi: str) -> str:
    """Return where a DOI leads, as its registry says; empty for one that is not registered."""
    try:
        told = ask(f"{DOI_SERVER}/api/handles/{quote(doi)}?type=URL")
        return next(str(v["data"]["value"]) for v in told["values"] if v.get("type") == "URL")
    except OfflineError:
        raise
    except (FetchError, KeyError, TypeError, StopIteration):
        return ""
