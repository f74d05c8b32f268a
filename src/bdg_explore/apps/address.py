"""What a page shows as the query string of its address, and back."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode

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
