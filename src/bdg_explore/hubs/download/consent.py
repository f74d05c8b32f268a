"""Whether files of a data set may be fetched: by its access level, and by its licence or a yes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from bdg_explore.errors import FetchError
from bdg_explore.hubs.entries import Dataset
from bdg_explore.metadata.access import EMBARGO, why_kept

UNKNOWN: Final = "unknown"
_TOLD: Final = {
    "key": "is given only to those who have a key",
    "login": "is given only to those who log in",
    "on_request": "is given only on request",
    "private": "is private",
}


@dataclass(frozen=True, slots=True)
class Permit:
    """What the one who asks for data allows.

    Attributes
    ----------
    download : bool
        Whether servers may be asked at all.
    unknown_licence : bool
        The explicit yes to files under which terms nobody has stated.
    """

    download: bool = True
    unknown_licence: bool = False


def is_unknown(licence: str | None) -> bool:
    """Tell whether nobody has stated the terms."""
    return (licence or UNKNOWN).strip().lower() == UNKNOWN


def check_access(dataset: Dataset, urls: Iterable[str], on: date | None = None) -> None:
    """Refuse what is not open to everybody, unless the user has an account at the host.

    An account is a user name in the address or an entry for the host in ``~/.netrc``.

    Raises
    ------
    FetchError
        Says how to get the data.
    """
    day = dataset.embargo_until
    ended = dataset.access == EMBARGO and not why_kept(EMBARGO, day, on)
    if dataset.access == "open" or ended:
        return
    hosts = {urlsplit(url).hostname or "": url for url in urls}
    if hosts and all(map(_has_account, hosts.values())):
        return
    until = f" until {day:%Y-%m-%d}" if day else ""
    why = _TOLD.get(dataset.access, f"is under embargo{until}")
    account = (
        f" With an account at {', '.join(sorted(hosts))}, name it in ~/.netrc." if hosts else ""
    )
    raise FetchError(
        f"{dataset.id} {why}, so it is not fetched without asking. Next: {how_to_get(dataset)}"
        f"{account}"
    )


def check_licence(dataset: Dataset, permit: Permit, licence: str | None = None) -> None:
    """Refuse files whose terms nobody has stated, unless the user says yes.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    permit : Permit
        What the user allows.
    licence : str, optional
        The licence that the record states where the files are, if it was looked up.

    Raises
    ------
    FetchError
        Says how to say yes.
    """
    if permit.unknown_licence or not is_unknown(licence or dataset.licence):
        return
    raise FetchError(
        f"{dataset.id} is not fetched: nobody has stated its licence{_look(dataset)}. Next: if you "
        f"may use it, say so: `bdg fetch {dataset.id} --accept-unknown-licence`, or "
        "accept_unknown_licence=True in Python."
    )


def how_to_get(dataset: Dataset) -> str:
    """Return what somebody can do who wants data that are not fetched for them."""
    if dataset.how_to_get:
        way = dataset.how_to_get.strip().rstrip(".")
    elif dataset.primary.get("contact_details"):
        way = f"ask {dataset.primary['contact_details']}"
    else:
        way = f"see {dataset.landing_url or dataset.hub.landing_url or dataset.hub.name}"
    if "bdg mirror add" in way:
        return f"{way}."
    return f"{way}. What you got then: `bdg mirror add PATH --dataset {dataset.id}`."


def _look(dataset: Dataset) -> str:
    return f" (its page is {dataset.landing_url})" if dataset.landing_url else ""


def _has_account(url: str) -> bool:
    if urlsplit(url).username:
        return True
    from requests.utils import get_netrc_auth  # requests is slow to load: only where it is used

    return get_netrc_auth(url) is not None
