"""What a colleague would write to repeat what a browser shows."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bdg_explore.columns import CELL


def browser_code(
    query: str,
    facets: Mapping[str, Sequence[Any]],
    ranges: Mapping[str, tuple[float, float]],
    sort: Sequence[str],
    selection: Sequence[str],
    opening: str = "bdg.open_hubs()",
) -> str:
    """Return three to six lines of Python that find, order and plot the same cells."""
    asked = [_literal(query)] if query.strip() else []
    named = {name: _literal(list(values)) for name, values in facets.items()}
    named |= {name: f"({_literal(low)}, {_literal(high)})" for name, (low, high) in ranges.items()}
    asked += [f"{name}={text}" for name, text in named.items() if name.isidentifier()]
    odd = [f"{_literal(name)}: {text}" for name, text in named.items() if not name.isidentifier()]
    asked += [f"**{{{', '.join(odd)}}}"] if odd else []

    cells = f"hubs.find({', '.join(asked)})" if asked else "hubs.cells"
    if sort:
        column, direction = sort
        by = "sort_index(" if column == CELL else f"sort_values({_literal(column)}, "
        down = "ascending=False, " if direction == "desc" else ""
        cells += f'.{by}{down}kind="stable")'
    plotted = _literal(list(selection)) if selection else "cells"
    lines = ["import bdg_explore as bdg", "", f"hubs = {opening}"]
    if asked or sort or not selection:
        lines.append(f"cells = {cells}")
    # Without a choice of cells nothing is fetched: the question may concern hundreds.
    local = "" if selection else ", download=False"
    lines.append(f"cycles = hubs.cycles({plotted}{local})")
    lines.append('bdg.views.capacity_fade(cycles, cells=hubs.cells, y="soh")')
    return "\n".join(lines)


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        if math.isinf(value):
            return 'float("inf")' if value > 0 else 'float("-inf")'
        return f"{int(value)}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    return repr(value)
