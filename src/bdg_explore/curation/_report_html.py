"""The report as a small card: inherits colours and type, asks for nothing outside, escapes all."""

from html import escape
from typing import TYPE_CHECKING, Final

from ._registry import BY_METRIC
from ._report_text import WORDS, headline, shown, verdict, where

if TYPE_CHECKING:
    from .report import Finding, QualityReport

MOST_FINDINGS: Final = 60

# The name stands three times over, so that the rules of a notebook for lists and code give way.
# Colours only tint edges and shapes: every word is in the ink of the page that it stands on, so it
# is read on white as well as on near-black.
_STYLE: Final = """
&{--line:color-mix(in srgb,currentColor 22%,transparent);
--soft:color-mix(in srgb,currentColor 72%,transparent);
--error:#d5303e;--warn:#b97a00;--info:#5b7f9c;--sound:#1f8a4c;
font:inherit;font-size:13px;line-height:1.45;color:inherit;max-width:760px;box-sizing:border-box;
border:1px solid var(--line);border-radius:8px;padding:12px 14px;margin:2px 0;text-align:left}
& *{box-sizing:border-box}
& p,& ul,& dl,& dd{margin:0;padding:0}
& .head{display:flex;gap:14px;align-items:center;flex-wrap:wrap}
& .score{font-size:26px;font-weight:650;line-height:1.1;
font-variant-numeric:tabular-nums}
& .of{display:block;font-size:11px;font-weight:400;color:var(--soft)}
& .said{flex:1 1 220px;min-width:0}
& .said b{font-weight:650}& .said svg{vertical-align:-2px}
& .soft{color:var(--soft)}
& ul{list-style:none;margin-top:10px}
& li{list-style:none;border-top:1px solid var(--line);padding:8px 0 8px 24px;
position:relative;margin:0;overflow-wrap:anywhere}
& li svg,& .head svg{width:15px;height:15px;fill:none;stroke-width:2;
stroke-linejoin:round;stroke-linecap:round}
& li svg{position:absolute;left:0;top:10px}
& .error svg{stroke:var(--error)}& .warn svg{stroke:var(--warn)}
& .info svg{stroke:var(--info)}& .sound svg{stroke:var(--sound)}
& .word{font-weight:650}
& .id{font-variant-numeric:tabular-nums}
& code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px;
background:none;color:inherit;padding:0;border:0}
& details{border-top:1px solid var(--line);padding-top:8px;margin-top:2px}
& .head+details{margin-top:10px}
& details+details{margin-top:8px}
& summary{cursor:pointer;color:var(--soft)}
& summary:hover{color:inherit}
& dl{display:grid;grid-template-columns:minmax(0,max-content) minmax(0,1fr);
gap:3px 14px;margin:6px 0 2px;align-items:center}
& dt,& dd{float:none;width:auto;margin:0;padding:0}
& dt{font-weight:400}
& dd{display:flex;gap:8px;align-items:center;font-variant-numeric:tabular-nums}
& meter{width:90px;height:9px;flex:none}
""".replace("&", ".bdg-quality.bdg-quality.bdg-quality")
# a cross in an octagon, an exclamation mark in a triangle, an i in a circle, a tick
_SHAPES: Final = {
    "error": '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z"/><path d="M5.7 5.7l4.6 4.6m0-4.6l-4.6 4.6"/>',
    "warn": '<path d="M8 1.5L15 14H1z"/><path d="M8 6v3.6m0 2v.1"/>',
    "info": '<circle cx="8" cy="8" r="7"/><path d="M8 7.4v4m0-6.8v.1"/>',
    "sound": '<circle cx="8" cy="8" r="7"/><path d="M4.8 8.2l2.2 2.3 4.2-4.8"/>',
}


def to_html(report: "QualityReport") -> str:
    """Write a report as a card that any page can take in."""
    items = "".join(_item(one) for one in report.found[:MOST_FINDINGS])
    if len(report.found) > MOST_FINDINGS:
        items += f"<li>{len(report.found) - MOST_FINDINGS:,} more in <code>.findings</code></li>"
    return (
        f"<style>{_STYLE}</style>"
        f'<section class="bdg-quality" aria-label="{escape(headline(report), quote=True)}">'
        f"{_head(report)}"
        + (f"<ul>{items}</ul>" if items else "")
        + _metrics(report)
        + _unjudged(report)
        + "</section>"
    )


def _shape(kind: str) -> str:
    return f'<svg viewBox="0 0 16 16" aria-hidden="true">{_SHAPES[kind]}</svg>'


def _head(report: "QualityReport") -> str:
    worst = report.found[0].severity if report.found else "sound"
    return (
        f'<div class="head {worst}"><span class="score">{escape(shown(report.score))}'
        '<span class="of">score, 0 to 1</span></span>'
        f'<p class="said">{_shape(worst)} <b>{escape(verdict(report))}</b><br>'
        f'<span class="soft">{escape(report.table)}, {report.row_count:,} rows</span></p></div>'
    )


def _item(finding: "Finding") -> str:
    cell = f" in {escape(finding.cell)}" if finding.cell is not None else ""
    repair = ""
    if finding.repair:
        repair = f" · repair: <code>{escape(finding.repair)}</code>"
    return (
        f'<li class="{finding.severity}">{_shape(finding.severity)}'
        f'<span class="word">{escape(WORDS[finding.severity].capitalize())}: '
        f"{escape(finding.title)}</span>{cell} "
        f'<span class="soft id">{escape(finding.id)}</span><br>{escape(finding.evidence)}<br>'
        f'<span class="soft">{escape(where(finding))}{repair}</span></li>'
    )


def _metrics(report: "QualityReport") -> str:
    if not report.metrics:
        return ""
    lowered = sum(value < 1 for value in report.metrics.values())
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>"
        f'<meter min="0" max="1" value="{value:.6f}" aria-hidden="true"></meter>'
        f'<span>{escape(shown(value))}</span><span class="soft">weight '
        f"{BY_METRIC[name].weight:g}</span></dd>"
        for name, value in sorted(report.metrics.items(), key=lambda one: one[1])
    )
    title = f"{len(report.metrics)} metrics, {lowered or 'none'} below 1"
    return f"<details><summary>{title}</summary><dl>{rows}</dl></details>"


def _unjudged(report: "QualityReport") -> str:
    if not report.unjudged:
        return ""
    rows = "".join(
        f"<dt>{escape(rule)}</dt><dd>{escape(why)}</dd>" for rule, why in report.unjudged.items()
    )
    number = len(report.unjudged)
    noun = "rule" if number == 1 else "rules"
    return (
        f"<details><summary>{number} {noun} had nothing to go by</summary><dl>{rows}</dl></details>"
    )
