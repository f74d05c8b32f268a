"""Files that lie beside measurements and hold none: what they are, in a sentence."""

import re
from typing import Final

from ._source import Head

_JSON_LD: Final = (b'"@context"', b'"@graph"', b'"@type"')
_WORDS: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,}+(?:[ ,.;:'()-]+|$)")
_PROSE: Final = 8  # words in one line that make it a sentence
_HEADING: Final = re.compile(r"(?i)\bread[-_ ]?me\b|data description|licen[cs]e")


def companion(head: Head) -> str:
    """Say what a file is that belongs to a data set but holds no measurements; else nothing."""
    raw = head.raw
    if re.match(rb"(?:\xef\xbb\xbf)?\s*[\[{]", raw) and sum(key in raw for key in _JSON_LD) >= 2:
        return (
            "a JSON-LD record (linked metadata, for instance BattINFO): it describes a cell or a "
            "test and holds no measurements. Read the data file it names"
        )
    if not head.is_text or not head.lines:
        return ""
    lines = [line.strip() for line in head.lines[:60] if line.strip()]
    prose = [line for line in lines if len(_WORDS.findall(line)) >= _PROSE]
    if len(prose) >= 2 or (prose and _HEADING.search(" ".join(lines[:3]))):
        return (
            "a text in sentences, for instance the README of a data set: it describes files and "
            f"holds no measurements (it begins with {lines[0][:80]!r}). Read the files it describes"
        )
    return ""
