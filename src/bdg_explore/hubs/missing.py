"""Say why data are not to be had, and what to do next."""

from collections.abc import Mapping

import pandas as pd

from bdg_explore.columns import NOTE

from .entries import Dataset, TableSource


def why_not(dataset: Dataset, name: str, row: pd.Series, tables: Mapping[str, TableSource]) -> str:
    """Return why a cell of a data set has no table of that name."""
    if name in tables:
        note = f" ({row[NOTE]})" if isinstance(row[NOTE], str) else ""
        return f"the table {name} of {dataset.id} holds nothing of this cell{note}"
    if dataset.how_to_get:
        asking = "cannot be downloaded without asking"
        why = asking if dataset.access == "on_request" else "is not read straight from the web"
        return f"{dataset.id} {why}: {dataset.how_to_get}"
    if dataset.downloads:
        layout = dataset.downloads[0].layout or "a form"
        return (
            f"{dataset.id} is published as {layout} at {dataset.landing_url}, which no reader "
            "here opens from the web yet; set BDG_MIRROR to a folder that holds its tables"
        )
    held = ", ".join(tables) or "no table at all"
    return f"{dataset.id} holds {held}, and no {name}"


def told(name: str, missing: Mapping[str, str]) -> str:
    """Return one sentence that says which cells lack a table, and why, once a reason."""
    reasons: dict[str, list[str]] = {}
    for uid, reason in missing.items():
        reasons.setdefault(reason, []).append(uid)
    lines = []
    for reason, uids in reasons.items():
        shown = ", ".join(uids[:3]) + (f" and {len(uids) - 3} more" if len(uids) > 3 else "")
        lines.append(f"no {name} for {shown}: {reason.rstrip('.')}")
    text = "; ".join(lines)
    return text[:1].upper() + text[1:] + "."
