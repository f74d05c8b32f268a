"""The house stands: light import, a small documented face, and a README that is true."""

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bdg_explore as bdg
from bdg_explore.columns import BDF_NAMESPACE, COLUMNS, axis, column
from bdg_explore.errors import BdgError, UnknownNameError, did_you_mean

ROOT = Path(__file__).resolve().parents[1]


def test_import_is_light():
    heavy = ("pandas", "panel", "holoviews", "bokeh", "intake", "duckdb", "pyarrow", "ipywidgets")
    code = f"import sys, bdg_explore; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_opening_hubs_needs_no_screen():
    heavy = ("panel", "holoviews", "bokeh", "intake", "ipywidgets", "requests")
    code = (
        "import sys, bdg_explore as b; b.open_hubs().find('lfp'); "
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_analyses_load_scipy_when_they_use_it():
    code = "import sys, bdg_explore.analysis; print([m for m in sys.modules if 'scipy.' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_public_face_is_small_and_documented():
    assert len(bdg.__all__) < 30
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in bdg.__all__:
        thing = getattr(bdg, name)
        assert name.startswith("__") or inspect.getdoc(thing), f"{name} has no docstring"
        if callable(thing) and not inspect.isclass(thing):
            assert name in readme, f"{name} is not in the README"
    assert set(dir(bdg)) == set(bdg.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = bdg.no_such_name


@pytest.mark.parametrize("name", ["analysis.kramers_kronig", "views.capacity_fade"])
def test_a_room_is_there_before_anything_of_it_was_used(name):
    code = f"import bdg_explore as bdg; print(callable(bdg.{name}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "True", done.stdout + done.stderr


def test_import_contracts_hold():
    lint = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if lint is None:
        pytest.skip("import-linter is not installed: pip install -e '.[dev]'")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_dashboards_are_thin():
    for path in (ROOT / "dashboards").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 30, path


def test_every_error_is_one_of_ours():
    from bdg_explore import errors

    for name, thing in vars(errors).items():
        if inspect.isclass(thing) and issubclass(thing, Exception) and name.endswith("Error"):
            assert issubclass(thing, BdgError), name


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_every_column_has_unit_label_and_meaning(name):
    known = column(name)
    assert known.meaning.endswith(".")
    assert known.kind == "text" or known.kind == "flag" or known.unit
    suffixes = {"Ah": "_ah", "Wh": "_wh", "V": "_volt", "A": "_ampere", "s": "_second",
                "°C": "_celsius", "Ω": "_ohm", "Hz": "_hertz", "W": "_watt", "Pa": "_pa",
                "°": "_degree"}  # fmt: skip
    if known.unit in suffixes:
        assert name.endswith(suffixes[known.unit])
        assert axis(name).endswith(f"/ {known.unit}")
    assert (known.iri == BDF_NAMESPACE + name) is known.bdf


def test_a_column_that_is_not_known_is_told():
    with pytest.raises(UnknownNameError, match="Did you mean voltage_volt"):
        column("voltage_volts")
    assert axis("something_else") == "something_else"


def test_the_nearest_word():
    assert did_you_mean("newware_csv", ["neware_csv", "arbin_csv"]) == " Did you mean neware_csv?"
    assert did_you_mean("zzz", ["neware_csv"]) == ""


def test_what_the_readme_names_exists():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target
