"""MATLAB files: what the usual library reads, ours reads too; damaged ones are an error."""

import io

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from bdg_explore.errors import ReadError
from bdg_explore.readers import Source
from bdg_explore.readers._mat5 import load_mat5


def _written(compressed: bool) -> bytes:
    buffer = io.BytesIO()
    cells = np.empty(3, dtype=object)
    cells[:] = ["text", np.arange(3.0), np.int16(7)]
    content = {
        "matrix": np.arange(6, dtype=np.float32).reshape(2, 3),
        "whole": np.array([1, 2**40], dtype=np.int64),
        "complex": np.array([1 + 2j, -3j]),
        "truth": np.array([True, False]),
        "name": "Zelle Ω",
        "names": np.array(["ab", "cd"]),
        "nested": {"inner": {"value": 1.5, "empty": np.empty((0, 0))}, "list": cells},
    }
    savemat(buffer, content, do_compression=compressed, oned_as="row")
    return buffer.getvalue()


@pytest.mark.parametrize("compressed", [False, True])
def test_every_class_of_value(compressed):
    got = load_mat5(Source(None, _written(compressed)))
    truth = loadmat(io.BytesIO(_written(compressed)))
    for name in ("matrix", "whole", "complex", "truth"):
        np.testing.assert_array_equal(got[name], truth[name])
    assert got["name"] == "Zelle Ω"
    assert got["names"] == "ab\ncd"
    (nested,) = got["nested"]
    assert nested["inner"][0]["value"] == 1.5
    assert nested["inner"][0]["empty"].size == 0
    assert nested["list"][0] == "text"
    np.testing.assert_array_equal(nested["list"][1], [[0, 1, 2]])


@pytest.mark.parametrize("compressed", [False, True])
def test_any_cut_is_an_error(compressed):
    whole = _written(compressed)
    names = set(load_mat5(Source(None, whole)))
    for end in range(1, len(whole), 7):
        try:
            got = load_mat5(Source(None, whole[:end]))
        except ReadError:
            continue
        assert set(got) < names  # cut exactly between two variables


def test_flipped_bytes_never_do_worse_than_an_error():
    rng = np.random.default_rng(7)
    whole = _written(compressed=False)
    told = 0
    for _ in range(2000):
        data = bytearray(whole)
        for place in rng.integers(128, len(data), size=3):
            data[place] = rng.integers(256)
        try:
            load_mat5(Source(None, bytes(data)))
        except ReadError as error:
            told += 1
            assert "not a whole MATLAB file" in str(error)
    assert told > 500


def test_what_decompresses_without_end_is_refused(monkeypatch):
    from bdg_explore.readers import _mat5

    buffer = io.BytesIO()
    savemat(buffer, {"zeros": np.zeros(200_000)}, do_compression=True)
    monkeypatch.setattr(_mat5, "_LARGEST", 100_000)
    with pytest.raises(ReadError, match="larger than 1 GiB once decompressed"):
        load_mat5(Source(None, buffer.getvalue()))
