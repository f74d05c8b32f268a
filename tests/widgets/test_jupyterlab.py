"""The browser in a real JupyterLab: what the mouse does there is what the kernel holds."""

import re
import shutil

import nbformat
import pytest

from apps.browser import chromium, quiet_page
from bdg_explore.shipped import notebooks_folder

from . import made_up
from .jupyterlab_server import jupyterlab

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.ui, pytest.mark.slow]

# No extension is loaded and no earlier cell is run: the browser must need neither.
CELLS = [
    "import made_up\nimport bdg_explore as bdg\n"
    "browser = bdg.CellBrowser(made_up.FakeHubs(made_up.fleet()))\nbrowser",
    "print('selection', browser.selection)\nprint('drawn', browser.fade.wanted())",
]
PICKED = ("demo-lfp/lfp-10c-r0", "demo-lfp/lfp-45c-r6")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install .[lab]")
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(made_up.__file__, folder / "made_up.py")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "browse.ipynb")
    with jupyterlab(folder) as address:
        yield address


def run(page, cell: int) -> None:
    """Run a cell; once more if the kernel was still connecting and the wish got lost."""
    code = page.locator(".jp-CodeCell").nth(cell)
    for _ in range(4):
        code.locator(".jp-InputArea").click()
        # not waited for: of a wish that got lost the promise is never kept
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-cell'); }")
        started = code.locator(".jp-InputPrompt", has_text=re.compile(r"\[(\*|\d+)\]"))
        try:
            started.wait_for(timeout=10_000)
        except sync_api.TimeoutError:
            continue
        return
    raise AssertionError(f"JupyterLab did not run cell {cell}")


def test_search_and_pick_with_the_mouse(lab: str) -> None:
    with (
        chromium() as browser,
        quiet_page(browser, viewport={"width": 1400, "height": 1100}) as page,
    ):
        page.set_default_timeout(60_000)
        page.goto(f"{lab}/lab/tree/browse.ipynb?reset")
        page.wait_for_selector(".jp-CodeCell")
        page.wait_for_function("window.jupyterapp !== undefined")
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        run(page, 0)
        page.wait_for_selector(".bdg-plot[data-drawn] .bk-Figure")
        assert page.locator(".bdg-table tbody tr").count() == 10

        # type a query: letters are text here, not shortcuts of JupyterLab
        page.get_by_placeholder("lfp 45c").press_sequentially("lfp", delay=60)
        page.locator(".bdg-status", has_text="1–4 of 4").wait_for()
        assert page.locator(".jp-Cell").count() == len(CELLS)

        drawn = int(page.locator(".bdg-plot").get_attribute("data-drawn"))
        page.get_by_role("rowheader", name=PICKED[0]).click()
        page.get_by_role("checkbox", name=f"Select {PICKED[1]}").click()
        page.get_by_text("2 selected").wait_for()  # said by the kernel
        page.wait_for_function(
            f"Number(document.querySelector('.bdg-plot').dataset.drawn) > {drawn}"
        )
        run(page, 1)
        output = page.locator(".jp-CodeCell").nth(1).locator(".jp-OutputArea-output")
        output.filter(has_text="drawn").wait_for()
        assert f"selection {PICKED!r}" in output.inner_text()
        assert f"drawn {PICKED!r}" in output.inner_text()

        # keys in the table move, select and open; JupyterLab hears none of them
        page.get_by_role("rowheader", name=PICKED[1]).click()  # takes it back
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
        page.get_by_role("checkbox", name="Select demo-lfp/lfp-25c-r3").wait_for()
        assert page.get_by_role("checkbox", name="Select demo-lfp/lfp-25c-r3").is_checked()
        page.locator(".bdg-part input[type=text]").first.fill("20")
        page.keyboard.press("Enter")
        page.locator(".bdg-status", has_text="1–2 of 2").wait_for()
        assert page.locator(".jp-Cell").count() == len(CELLS)


# The dialog that asks for a kernel, where it comes, is answered with what it proposes.
KERNEL_IS_IDLE = """() => {
    document.querySelector(".jp-Dialog .jp-mod-accept")?.click();
    const context = window.jupyterapp.shell.currentWidget?.sessionContext;
    return context?.session?.kernel?.status === "idle";
}"""
ASK_KERNEL = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const asked = kernel.requestExecute({code});
    let said = "";
    asked.onIOPub = message => { said += message.content.text ?? message.content.evalue ?? ""; };
    const tooLong = new Promise(end => setTimeout(end, 120000));
    await Promise.race([asked.done, tooLong]);
    return said;
}"""


@pytest.mark.timeout(400)
def test_notebook_01_runs_and_follows_the_mouse(tmp_path) -> None:
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: pip install .[lab]")
    shutil.copy(notebooks_folder() / "01_find_a_cell.ipynb", tmp_path)
    with (
        jupyterlab(tmp_path) as address,
        chromium() as browser,
        quiet_page(browser, viewport={"width": 1400, "height": 3000}) as page,
    ):
        page.set_default_timeout(120_000)
        page.goto(f"{address}/lab/tree/01_find_a_cell.ipynb?reset")
        page.wait_for_function("window.jupyterapp !== undefined")
        page.wait_for_function(KERNEL_IS_IDLE)
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_selector(".bdg-plot[data-drawn] .bk-Figure")
        said = page.evaluate(ASK_KERNEL, "print(len(life), sorted(trace.columns)[:1])")
        assert said.startswith("6 "), said  # asked behind the last cell: all of them have run

        page.get_by_placeholder("lfp 45c").press_sequentially("demo nmc811 45", delay=60)
        page.locator(".bdg-status", has_text="of 6").wait_for()
        drawn = int(page.locator(".bdg-plot").get_attribute("data-drawn"))
        names = page.locator(".bdg-table tbody th").all_inner_texts()[:2]
        for name in names:
            page.get_by_role("checkbox", name=f"Select {name}").click()
        page.get_by_text("2 selected").wait_for()
        page.wait_for_function(
            f"Number(document.querySelector('.bdg-plot').dataset.drawn) > {drawn}"
        )
        told = page.evaluate(ASK_KERNEL, "print(browser.selection, browser.fade.wanted())")
        assert told.strip() == f"{tuple(names)!r} {tuple(names)!r}"
