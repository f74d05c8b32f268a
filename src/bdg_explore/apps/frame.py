"""The frame of every page, and the guard that keeps a failing page from being a blank one."""

import logging
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final
from urllib.parse import quote

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document
from bokeh.themes import Theme

from bdg_explore.views.theme import CATEGORICAL

from .bridge import Bridge, as_sentence, tell_visitor
from .cards import card
from .theme import PAGE_CSS, ROOT_CSS, SEARCH_CSS, STYLE, THEME

log = logging.getLogger(__name__)

SITE: Final = "BDG Explore"
# A fade curve, in place of Panel's own mark.
_FAVICON: Final = "data:image/svg+xml," + quote(
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    f"<rect width='32' height='32' rx='7' fill='{CATEGORICAL[0]}'/>"
    "<path d='M6 9c9 1 12 3 15 8 2 3 3 5 5 6' fill='none' stroke='#fff' stroke-width='3' "
    "stroke-linecap='round'/></svg>"
)

_BOKEH: Final = Theme(json={"attrs": {"Toolbar": {"logo": None}}})


def frame(
    title: str,
    main: Sequence[Any],
    *,
    sidebar: Sequence[Any] = (),
    header: Sequence[Any] = (),
    bridge: Bridge | None = None,
    links: Sequence[tuple[str, str]] = (),
    main_width: int | None = None,
) -> pmui.Page:
    """Return a page in the look of all pages.

    Parameters
    ----------
    title : str
        Of the page; the browser's tab shows it beside the site's name.
    main, sidebar, header : sequence
        What Panel can show. The sidebar is a drawer on a phone.
    bridge : Bridge, optional
        The page's own, if it has an address to keep; else a plain one is made.
    links : sequence of (text, address)
        Other pages, relative to this one so that a proxy may add a prefix.
    main_width : int, optional
        Widest the main area may be [px].
    """
    pn.config.exception_handler = tell_visitor
    pushed = any("margin-left" in one.styles for one in header)
    navigation = _navigation(links, "top", {} if pushed else {"margin-left": "auto"})
    # On a phone the links find no room in the header.
    drawer = [*sidebar, _navigation([("Home", "./"), *links], "side", {})] if sidebar else []
    return pmui.Page(
        title=SITE,
        meta=pmui.template.base.Meta(title=f"{title} · {SITE}", description=title),
        site_url="./",
        favicon=_FAVICON,
        main=[*main, bridge or Bridge()],
        sidebar=drawer,
        sidebar_width=300,
        sidebar_resizable=False,
        # Without a sidebar the persistent kind would still leave room for one.
        sidebar_variant="auto" if sidebar else "temporary",
        sidebar_open=bool(sidebar) and not _is_phone(),  # the bridge knows the width
        header=[*header, navigation],
        main_width=main_width,
        busy_indicator="linear",
        theme_config=THEME,
        raw_css=[ROOT_CSS],
        stylesheets=[PAGE_CSS, SEARCH_CSS] if sidebar else [PAGE_CSS],
    )


def _navigation(
    links: Sequence[tuple[str, str]], place: str, styles: dict[str, str]
) -> pn.pane.HTML:
    items = "".join(f'<a href="{escape(to, quote=True)}">{escape(text)}</a>' for text, to in links)
    return pn.pane.HTML(
        f'<nav class="{place}" aria-label="Pages">{items}</nav>',
        stylesheets=[STYLE],
        margin=(0, 4, 0, 12),
        align="center" if place == "top" else "start",
        styles=styles,
    )


def _is_phone() -> bool:
    return "Mobi" in str(pn.state.headers.get("User-Agent", ""))


def guarded(build: Callable[[], pmui.Page], title: str) -> Callable[[], None]:
    """Return an app that serves a page, or a page with an error card if building it fails.

    Panel answers an exception while an app loads with an empty page and status 200.

    Parameters
    ----------
    build : callable
        Builds the page of one visitor.
    title : str
        Of the page, for the card and the browser's tab.
    """

    def app() -> None:
        document = pn.state.curdoc
        try:
            _serve(build(), title, document)
        except Exception as error:
            log.exception("The page %s could not be built", title)
            if document is not None:
                document.clear()
            _serve(error_page(title, error), title, document)
        if document is not None and _warming(document):
            # `panel serve --warm` ends this session at once, and stumbles over HoloViews, whose
            # plots leave the set of callbacks while Panel walks through it.
            document.callbacks.session_destroyed_callbacks.clear()

    return app


def _warming(document: Document) -> bool:
    """Whether nobody asked for the page: the server is only getting ready."""
    request = getattr(document.session_context, "request", None)
    return request is not None and getattr(request, "_request", request) is None


def _serve(page: pmui.Page, title: str, document: Document | None) -> None:
    # What .servable() does for a page, but for any document; without one nobody is there to see.
    if document is None:
        return
    document.theme = _BOKEH
    page.server_doc(document, title=f"{title} · {SITE}")
    # The page dresses Bokeh figures and axes for light and dark; legends and titles stay as views
    # made them: small, and without a box over the curves.
    for root in document.roots:
        data: Any = getattr(root, "data", None)
        if hasattr(data, "_custom_theme"):
            data._custom_theme = ["Legend", "Title"]


def error_page(title: str, error: BaseException) -> pmui.Page:
    """Return a page that says what went wrong."""
    message = card(
        f"{title} could not be shown",
        as_sentence(error),
        "Next: reload the page. If it stays, tell whoever runs this server, or open an issue with "
        "the sentence above.",
        kind="error",
    )
    return frame(
        title, [pn.Column(message, sizing_mode="stretch_width", margin=24)], main_width=900
    )
