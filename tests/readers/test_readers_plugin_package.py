"""A new format is one file and one sample: a package with an entry point, installed by pip."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from bdg_explore import readers
from bdg_explore.errors import UnknownFormatError

PACKAGE = Path(__file__).parents[1] / "plugin_package"
SAMPLE = PACKAGE / "samples" / "kelvinlog_txt" / "rest_and_discharge.txt"
LOOK = """
import json, sys, warnings
warnings.simplefilter("error")
import bdg_explore as bdg
frame = bdg.read(sys.argv[1])
given = json.loads(frame.astype({"step_type": str}).to_json(orient="split"))
known = bdg.formats().loc["kelvinlog_txt"]
print(json.dumps({"frame": given, "source": frame.attrs["source"], "known": known.to_dict()}))
"""


def _wheel(folder: Path) -> Path:
    """Pack the package as its build backend would; that would have to be downloaded."""
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())
    name, version = project["project"]["name"].replace("-", "_"), project["project"]["version"]
    points = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in members.items())
        for group, members in project["project"]["entry-points"].items()
    ]
    info = f"{name}-{version}.dist-info"
    files = {
        file: (PACKAGE / file).read_text()
        for file in project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    }
    files |= {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "\n".join(points),
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return wheel


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    pytest.importorskip("pip", reason="this environment has no pip to install the package with")
    folder = tmp_path_factory.mktemp("plugin")
    target = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps",
         "--disable-pip-version-check", "--target", str(target), str(_wheel(folder))],
        check=True, timeout=120,
    )  # fmt: skip
    return target


def _run(code: str, *arguments: str, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(target)},
    )  # fmt: skip


def test_installed_package_is_known_and_reads_its_sample(installed):
    done = _run(LOOK, str(SAMPLE), target=installed)
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    expected = json.loads(SAMPLE.with_name(SAMPLE.name + ".expected.json").read_text())
    rows = zip(*given["frame"]["data"], strict=True)
    assert dict(zip(given["frame"]["columns"], map(list, rows), strict=True)) == expected["columns"]
    source = given["source"]
    assert source["format"] == "kelvinlog_txt"
    assert source["table"] == expected["table"]
    assert source["unmapped"] == expected["unmapped"]
    assert source["rows_in"] == source["rows_out"] == 3
    assert source["columns"]["surface_temperature_celsius"]["nulls_in"] == 1
    assert given["known"]["tester"] == "Kelvinlog"


def test_it_is_not_known_where_it_is_not_installed():
    with pytest.raises(UnknownFormatError, match="begins with 'KELVINLOG 2'"):
        readers.read(SAMPLE)


def test_the_format_is_one_file_and_one_sample():
    held = sorted(p.relative_to(PACKAGE).as_posix() for p in PACKAGE.rglob("*") if p.is_file())
    code = [name for name in held if name.endswith(".py") and "__pycache__" not in name]
    assert code == ["kelvinlog_txt.py"]
    assert [name for name in held if name.startswith("samples/")] == [
        "samples/kelvinlog_txt/rest_and_discharge.txt",
        "samples/kelvinlog_txt/rest_and_discharge.txt.expected.json",
    ]
