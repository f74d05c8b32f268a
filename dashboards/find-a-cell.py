"""The notebook "Find a cell" as a page: `panel serve dashboards/find-a-cell.py`."""

from bdg_explore.apps import guarded
from bdg_explore.apps.notebook_page import notebook_page
from bdg_explore.apps.notebooks import read_notebook
from bdg_explore.shipped import notebooks_folder

notebook = read_notebook(notebooks_folder() / "01_find_a_cell.ipynb")
app = guarded(lambda: notebook_page(notebook), notebook.title)
app()  # serves the page, or an error card in its place
