"""What a page shows as the query string of its address, and back."""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

from bdg_explore.hubs import Hubs
from bdg_explore.widgets.address import join_values, split_values

LONGEST: Final = 6_000  # characters; servers and mail programs cut longer addresses


def write_address(parts: Mapping[str, str]) -> str:
    """Return `?name=value&...`, or an empty string; what would make it too long is left out.

    Only the selection (`cells`) can grow without bound; a link to hundreds of chosen cells
    therefore opens the same question with nothing chosen.
    """
    kept = {name: text for name, text in parts.items() if text}
    for leave_out in ((), ("cells",)):
        some = {name: text for name, text in kept.items() if name not in leave_out}
        address = "?" + urlencode(some, safe=",:/.~") if some else ""
        if len(address) <= LONGEST:
            return address
    return ""


def read_address(search: str) -> dict[str, str]:
    """Return the parts of a query string; of a name that occurs twice the last counts."""
    return dict(parse_qsl(search.removeprefix("?"), keep_blank_values=False))


def for_a_link(parts: Mapping[str, str], hubs: Hubs, leaving: Hubs) -> dict[str, str]:
    """Leave out of an address what names private cells: a link may be sent to anybody.

    Parameters
    ----------
    parts : mapping
        What a page would write.
    hubs : Hubs
        What the page shows.
    leaving : Hubs
        What a link may name.
    """
    if leaving is hubs:
        return dict(parts)
    kept = {}
    for name, text in parts.items():
        if name == "open" and text in hubs.datasets.index:
            kept[name] = text if text in leaving.datasets.index else ""
        elif name == "open":
            kept[name] = _names(leaving, hubs, [text])
        elif name == "cells":
            kept[name] = _names(leaving, hubs, split_values(text))
        elif name in hubs.cells.columns:
            held = [frame[name] for frame in (leaving.cells, leaving.datasets) if name in frame]
            known = {str(value) for column in held for value in column.dropna().unique()}
            values = split_values(text)
            kept[name] = join_values(value for value in values if value is None or value in known)
        else:
            kept[name] = text
    if not kept.get("open"):
        kept.pop("cycle", None)
    secret = _secrets(hubs, leaving)
    return {name: text for name, text in kept.items() if not secret & _words(text)}


def as_listed(parts: Mapping[str, str], hubs: Hubs) -> dict[str, str]:
    """Return an address with every cell under the name it is listed by; it may have several."""
    found = dict(parts)
    if "open" in found:
        found["open"] = hubs.listed_as(found["open"])
    if "cells" in found:
        uids = [str(uid) for uid in split_values(found["cells"]) if uid]
        found["cells"] = join_values(dict.fromkeys(map(hubs.listed_as, uids)))
    return found


def _names(leaving: Hubs, hubs: Hubs, uids: Iterable[str | None]) -> str:
    """Return the uids by which others know some cells, without those they do not know."""
    names = (filter(leaving.holds, hubs.names_of(str(uid))) for uid in uids)
    return join_values(dict.fromkeys(leaving.listed_as(n) for found in names for n in found))


def _secrets(hubs: Hubs, leaving: Hubs) -> set[str]:
    """Return the words of ids that only the owner knows."""
    ids = {*hubs.datasets.index, *hubs.hubs.index} - {*leaving.datasets.index, *leaving.hubs.index}
    return {str(one).casefold() for one in ids}


def _words(text: str) -> set[str]:
    return {word for part in text.casefold().split() for word in (part, *part.split("/"))}
