"""Look at files of a battery tester: `panel serve dashboards/bring.py`."""

from bdg_explore.apps import bring, guarded

app = guarded(bring, "Bring your own data")
app()  # serves the page, or an error card in its place
