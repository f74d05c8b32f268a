"""What a tester writes before its table: keys and values, kept beside the numbers."""

import re
from collections.abc import Sequence
from typing import Final

_KEYED: Final = re.compile(
    r"\s*[~#\[]?\s*(?P<key>[A-Za-z][^:\t,;=]{0,60}?)\s*(?:[:=]\s*[\t,;]?|[\t,;])\s*(?P<value>.*)"
)
_MOST: Final = 80
_LONGEST: Final = 200


def preamble_facts(lines: Sequence[str]) -> dict[str, str]:
    r"""Read ``Key: value``, ``Key,value`` and ``Key\tvalue`` lines, the first of each key.

    Parameters
    ----------
    lines : sequence of str
        The lines before the headers.

    Returns
    -------
    dict
        At most 80 of them, each value at most 200 characters; keys without a value are left out.
    """
    facts: dict[str, str] = {}
    for line in lines:
        found = _KEYED.fullmatch(line.rstrip())
        if found is None or len(facts) >= _MOST:
            continue
        value = re.sub(r"[\t,;]+", " ", found["value"]).strip(" ]")
        if value:
            facts.setdefault(found["key"].strip(), value[:_LONGEST])
    return facts
