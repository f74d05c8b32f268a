"""What hubs share, how well it is described: `panel serve dashboards/hubs-at-a-glance.py`."""

import panel as pn

import bdg_explore as bdg
from bdg_explore.apps import glance, guarded

# Opened once for all visitors; BDG_CATALOGS adds catalogs of your own.
app = guarded(lambda: glance(pn.state.as_cached("hubs", bdg.open_hubs)), "Hubs at a glance")
app()  # serves the page, or an error card in its place
