"""What a visitor of Binder meets: the explorer through the proxy of a JupyterLab."""

import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]


def test_the_proxy_is_told_apps_that_exist():
    told = yaml.safe_load((ROOT / "jupyter-panel-proxy.yml").read_text(encoding="utf-8"))
    apps = [path.stem for pattern in told["apps"] for path in ROOT.glob(pattern)]
    assert {"explorer", "find-a-cell"} <= set(apps)
    assert told["index"] in apps
    assert not told["dev"], "development mode would watch every file"


def test_binder_installs_this_package_on_a_python_it_supports():
    requirements = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").split()
    assert requirements == ["-e", ".[lab]"]
    runtime = (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    pinned = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert runtime == f"python-{pinned}"


@pytest.mark.ui
@pytest.mark.timeout(400)
def test_the_explorer_renders_through_the_proxy(tmp_path, monkeypatch):
    pytest.importorskip("panel_server", reason="jupyter-panel-proxy is not installed")
    from apps.browser import chromium, quiet_page
    from widgets.jupyterlab_server import jupyterlab

    # As in Binder's shell, where the environment is active: the proxy starts `panel` by name.
    scripts = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", scripts + os.pathsep + os.environ["PATH"])
    shutil.copy(ROOT / "jupyter-panel-proxy.yml", tmp_path)
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards")
    with (
        jupyterlab(tmp_path) as address,
        chromium() as browser,
        quiet_page(browser) as page,
    ):
        page.goto(f"{address}/panel/explorer", timeout=180_000)
        page.wait_for_selector("table tbody tr", timeout=60_000)
        page.wait_for_selector("canvas", timeout=60_000)
        assert "LFP" in page.inner_text("table")
