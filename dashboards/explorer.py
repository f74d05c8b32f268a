"""Find cells across hubs and see how they fade: `panel serve dashboards/explorer.py`."""

import panel as pn

import bdg_explore as bdg
from bdg_explore.apps import explorer, guarded

# Opened once for all visitors; BDG_CATALOGS adds catalogs of your own.
app = guarded(lambda: explorer(pn.state.as_cached("hubs", bdg.open_hubs)), "Explorer")
app()  # serves the page, or an error card in its place
