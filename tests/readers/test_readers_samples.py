"""Each format has a sample, and each sample gives exactly its frame."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reader_samples import FILES

from bdg_explore import readers
from bdg_explore.columns import COLUMNS


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _expected(path: Path) -> dict:
    return json.loads(path.with_name(path.name + ".expected.json").read_text())


def assert_gives(frame: pd.DataFrame, expected: dict) -> None:
    assert list(frame.columns) == list(expected["columns"])
    for name, values in expected["columns"].items():
        kind = COLUMNS[name].kind if name in COLUMNS else "float"
        held = frame[name]
        if kind == "text":
            assert isinstance(held.dtype, pd.CategoricalDtype), name
            assert held.astype(object).tolist() == values, name
        elif kind == "flag":
            assert held.dtype == bool, name
            assert held.tolist() == values, name
        else:
            assert held.dtype == (np.int64 if kind == "count" else np.float64), name
            wanted = np.array([np.nan if v is None else v for v in values], dtype=held.dtype)
            np.testing.assert_array_equal(held.to_numpy(), wanted, err_msg=name)


def test_every_format_has_a_sample_named_as_it():
    folders = {path.parent.name for path in FILES}
    assert folders == set(readers.formats().index)


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_sample_is_recognised_and_gives_exactly_its_frame(path):
    assert readers.detect(path).name == path.parent.name
    frame = readers.read(path)
    expected = _expected(path)
    assert_gives(frame, expected)
    source = frame.attrs["source"]
    assert source["format"] == path.parent.name
    assert source["table"] == expected["table"]
    assert source["unmapped"] == expected["unmapped"]
    assert source["rows_out"] == len(frame)
    assert source["rows_in"] == len(frame) + source.get("rows_left_out", 0)
    assert all(c["nulls_in"] == c["nulls_out"] for c in source["columns"].values())
    json.dumps(frame.attrs)


@pytest.mark.parametrize("path", FILES, ids=_id)
def test_sample_reads_the_same_from_bytes_a_buffer_and_gzip(path, tmp_path):
    frame = readers.read(path)
    packed = tmp_path / "no_suffix_at_all"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with path.open("rb") as stream:
        for given in (path.read_bytes(), stream, packed, str(path)):
            other = readers.read(given)
            pd.testing.assert_frame_equal(other, frame)
