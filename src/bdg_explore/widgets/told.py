"""What a search has to tell, as a screen shows it."""

from collections.abc import Mapping
from typing import Any

from bdg_explore.hubs.search import Answer, CellIndex

Question = tuple[str, Mapping[str, Any], Mapping[str, Any]]


def told_of(answer: Answer, index: CellIndex, question: Question) -> dict[str, Any]:
    """Return `words`, `said`, `datasets` and `beside` of `panel_parts.Told`, as JSON."""
    sets = index.datasets
    unlisted = sets.unlisted(*question) if sets is not None and question[0].strip() else []
    return {
        "words": [
            {"typed": one.typed, "meaning": one.meaning, "how": one.how} for one in answer.words
        ],
        "said": list(answer.notes),
        "datasets": sets.about(unlisted) if sets is not None and unlisted else [],
        "beside": bool(len(answer.positions)),
    }
