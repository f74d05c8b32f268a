"""One look: the colours and type of every page, in the words of Material UI."""

from pathlib import Path
from typing import Any, Final

from bdg_explore.views.theme import CATEGORICAL, FONT

MONO: Final = (
    'ui-monospace, "SFMono-Regular", Menlo, Consolas, "Noto Sans Mono", "Liberation Mono", '
    "monospace"
)
HEADER_HEIGHT: Final = 57  # [px], its progress bar and border included

# One accent: the blue that also begins the colours of categories, lighter on dark pages.
_LIGHT: Final = {
    "accent": CATEGORICAL[0],
    "on_accent": "#ffffff",
    "paper": "#ffffff",
    "ink": "#1b2027",
}
_DARK: Final = {
    "accent": CATEGORICAL[3],
    "on_accent": "#0b1016",
    "paper": "#14181d",
    "ink": "#e6e9ed",
}


def _palette(colours: dict[str, str]) -> dict[str, Any]:
    return {
        "primary": {"main": colours["accent"], "contrastText": colours["on_accent"]},
        "background": {"default": colours["paper"], "paper": colours["paper"]},
        "text": {"primary": colours["ink"], "secondary": f"{colours['ink']}b0"},
    }


def _theme(colours: dict[str, str]) -> dict[str, Any]:
    bar = {
        "backgroundColor": colours["paper"],
        "backgroundImage": "none",
        "color": colours["ink"],
        "boxShadow": "none",
        "borderBottom": f"1px solid {colours['ink']}26",
    }
    height = {"minHeight": f"{HEADER_HEIGHT - 5}px !important"}
    drawer = {"borderRight": f"1px solid {colours['ink']}26"}
    return {
        "palette": _palette(colours),
        # Material UI's body text is 16 px at its own 14; this makes it 14 px.
        "typography": {"fontFamily": FONT, "fontSize": 12.25},
        "shape": {"borderRadius": 6},
        "spacing": 8,
        "chart_style": "standard",  # thin axes that are there, a light grid
        "components": {
            "MuiAppBar": {"styleOverrides": {"root": bar}},
            "MuiDrawer": {"styleOverrides": {"paper": drawer}},
            "MuiToolbar": {"styleOverrides": {"root": height}},
        },
    }


THEME: Final[dict[str, Any]] = {"light": _theme(_LIGHT), "dark": _theme(_DARK)}
"""`theme_config` of a page; everything on it inherits, Bokeh figures too."""

ROOT_CSS: Final = f"""
:root {{ --bdg-font: {FONT}; --bdg-mono: {MONO}; --bdg-header: {HEADER_HEIGHT}px; }}
body {{ margin: 0; background: {_LIGHT["paper"]}; font-family: {FONT}; }}
@media (prefers-color-scheme: dark) {{ body {{ background: {_DARK["paper"]}; }} }}
"""
"""Of the document itself: what is seen before the page is drawn."""

PAGE_CSS: Final = """
.title { color: inherit !important; font-size: 17px !important; font-weight: 650 !important; }
.header a { color: inherit; }
.header .MuiToolbar-root { padding-left: 16px; padding-right: 12px; margin: 0 !important; }
.header .MuiIconButton-edgeStart { margin-right: 8px; }
/* The page scrolls; else its parts shrink to the window and lie on top of each other. */
.main-content > .child-wrapper > * { max-height: none; }
@media (max-width: 600px) {
  .header .MuiToolbar-root { padding-left: 12px; padding-right: 4px; }
  .header .MuiIconButton-edgeStart { margin-right: 0; }
}
"""
"""Inside the page component."""

SEARCH_CSS: Final = "@media (max-width: 600px) { .title { display: none !important; } }"
"""Of a page with a search field: on a phone it takes the place of the title."""

STYLE: Final = Path(__file__).with_name("pages.css").read_text(encoding="utf-8")
"""Of everything that a page shows as HTML."""
