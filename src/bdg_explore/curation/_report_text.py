"""The report as text for a terminal, at most 100 columns wide."""

import textwrap
from typing import TYPE_CHECKING, Final

from ._rule import listed, plural

if TYPE_CHECKING:
    from .report import Finding, QualityReport

WIDTH: Final = 100
MARKS: Final = {"error": "x", "warn": "!", "info": "i"}
WORDS: Final = {"error": "error", "warn": "warning", "info": "note"}


def to_text(report: "QualityReport") -> str:
    """Write a report as lines of text."""
    lines = [headline(report), verdict(report)]
    for finding in report.found:
        lines += ["", *_finding(finding)]
    lowered = [(name, value) for name, value in report.metrics.items() if value < 1]
    if lowered:
        lines += ["", f"Metrics below 1 (of {len(report.metrics)}):"]
        lines += [f"  {name:<26}{shown(value)}" for name, value in lowered]
    if report.unjudged:
        lines += ["", f"Not judged, {plural(len(report.unjudged), 'rule')} had nothing to go by:"]
        for rule, reason in report.unjudged.items():
            lines += _wrapped(f"{rule}  {reason}", "  ", "       ")
    return "\n".join(lines)


def headline(report: "QualityReport") -> str:
    """Say what was checked and what came of it."""
    cells = {one.cell for one in report.found if one.cell is not None}
    of_cells = f", findings in {len(cells)} cells" if len(cells) > 1 else ""
    return (
        f"Quality of {report.table}: score {shown(report.score)}  "
        f"({report.row_count:,} rows{of_cells})"
    )


def verdict(report: "QualityReport") -> str:
    """Say how many findings there are, and what that means."""
    if not report.found:
        return "Nothing found: sound as far as it could be judged."
    said = []
    for severity, number in report.counts().items():
        if number:
            word = WORDS[severity]
            said.append(f"{number} {word}" + ("s" if number > 1 else ""))
    use = "usable, with care" if report.ok else "not to be used as it stands"
    return f"{', '.join(said)}: {use}."


def shown(value: float) -> str:
    """Write a metric so that only 1 reads as 1."""
    if value >= 1 or value <= 0:
        return f"{value:.3f}"
    digits = 3
    while round(value, digits) >= 1 and digits < 9:
        digits += 1
    return f"{value:.{digits}f}"


def where(finding: "Finding", most: int = 6) -> str:
    """Say which rows or cycles a finding is about."""
    if finding.level == "table":
        return "the whole table"
    noun = finding.level + ("" if finding.count == 1 else "s")
    return f"{finding.count:,} {noun}: {listed(finding.rows, most)}"


def _finding(finding: "Finding") -> list[str]:
    mark, word = MARKS[finding.severity], WORDS[finding.severity]
    cell = f"  [{finding.cell}]" if finding.cell is not None else ""
    lines = [f"[{mark}] {word:<8}{finding.id}  {finding.title}{cell}"[:WIDTH]]
    lines += _wrapped(finding.evidence, " " * 12)
    lines += _wrapped(f"Where: {where(finding)}", " " * 12)
    if finding.repair:
        lines += _wrapped(f"Repair: {finding.repair}", " " * 12)
    return lines


def _wrapped(text: str, indent: str, later: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=later or indent) or [
        indent.rstrip()
    ]
