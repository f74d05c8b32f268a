"""The archive of HUST: read if it is the one meant; and no pickle runs, whatever it asks."""

import builtins
import codecs
import hashlib
import io
import os
import pickle
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))
import make_hust_samples as made

from bdg_explore import readers
from bdg_explore.columns import CELL, CURRENT, CYCLE, CYCLE_DISCHARGING_CAPACITY, TEST_TIME, VOLTAGE
from bdg_explore.errors import BdgError, ReadError, UnknownFormatError
from bdg_explore.readers import hust_cells, read_hust
from bdg_explore.readers._pickled import Columns, unpickled


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("hust") / "hust_data.zip"
    made.write_archive(path, {name: made.cell(name) for name in ("1-1", "1-2", "10-8")})
    return path


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- what is read ---------------------------------------------------------------------------------


def test_the_records_of_a_cell(archive):
    frame = read_hust(archive, sha256=digest(archive), cells=["1-2"])
    assert set(frame[CELL]) == {"1-2"}
    assert frame[CYCLE].tolist() == [1] * 12 + [2] * 12 + [3] * 12
    assert frame[CURRENT].iloc[:12].tolist() == [5.5] * 3 + [1.1] * 3 + [-4.4] * 3 + [-1.1] * 3
    assert frame[VOLTAGE].iloc[12] == pytest.approx(2.998)
    assert frame[TEST_TIME].iloc[[0, 11, 12, 23, 24]].tolist() == [0, 55, 55, 110, 110]
    assert frame["step_count"].max() == 12
    assert "laid end to end" in " ".join(frame.attrs["source"]["notes"])


def test_the_capacities_and_a_choice_of_cycles(archive):
    sha256 = digest(archive)
    cycles = read_hust(archive, sha256=sha256.upper(), table="cycles")
    assert cycles[CYCLE_DISCHARGING_CAPACITY].tolist() == [1.1, 1.099, 1.098] * 3
    assert list(cycles[CELL].cat.categories) == ["1-1", "1-2", "10-8"]
    assert set(read_hust(archive, sha256=sha256, cycles=[2])[CYCLE]) == {2}
    assert hust_cells(archive) == ("1-1", "1-2", "10-8")


def test_pandas_reads_the_same_from_such_a_pickle():
    """Pandas still knows how its first version wrote frames: the layout is that one."""
    content = made.Writer().pickle(made.frame(made.cycle(1)))
    ours = unpickled(content, "a frame").values
    theirs = pd.read_pickle(io.BytesIO(content))
    assert list(ours) == list(theirs.columns)
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name].to_numpy())


def test_one_cell_of_full_size_is_read_in_bounds():
    frames = {n: made.frame(made.cycle(n, 560)) for n in range(1, 76)}  # a twentieth of a cell
    content = made.Writer().pickle({"1-1": {"dq": {}, "data": frames}})
    tracemalloc.start()
    held = unpickled(content, "a cell")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(held["1-1"]["data"]) == 75
    assert most < 12 * len(content)


# --- what is refused ------------------------------------------------------------------------------


def test_without_a_checksum_or_with_another_nothing_is_read(archive, tmp_path):
    with pytest.raises(UnknownFormatError, match="no catalog that ships states its sha256"):
        read_hust(archive, sha256=None)
    with pytest.raises(UnknownFormatError, match="is not the archive that the catalog means"):
        read_hust(archive, sha256="0" * 64)
    copy = tmp_path / "copy.zip"
    copy.write_bytes(archive.read_bytes())
    sha256 = digest(copy)
    assert len(read_hust(copy, sha256=sha256))
    with copy.open("ab") as file:
        file.write(b" ")
    with pytest.raises(UnknownFormatError, match="is not the archive"):
        read_hust(copy, sha256=sha256)


def test_a_pickle_of_the_users_own_stays_refused(archive, tmp_path):
    assert readers.HUST not in readers.formats().index
    path = tmp_path / "1-1.pkl"
    path.write_bytes(made.cell("1-1"))
    with pytest.raises(UnknownFormatError, match="is a Python pickle"):
        readers.read(path)
    for given in (path, archive):
        with pytest.raises(UnknownFormatError, match="No format is called 'hust_pkl'"):
            readers.read(given, format="hust_pkl")
    with pytest.raises(UnknownFormatError):
        readers.read(archive)


def test_a_cell_that_is_not_there_or_not_whole(archive, tmp_path):
    with pytest.raises(ReadError, match="has no cell 9-9"):
        read_hust(archive, sha256=digest(archive), cells=["9-9"])
    for name, members in {
        "another.zip": {"1-1": made.cell("1-2")},
        "cut.zip": {"1-1": made.cell("1-1")[:-900]},
        "empty.zip": {},
        "text.zip": {"1-1": b"no pickle"},
    }.items():
        path = tmp_path / name
        made.write_archive(path, members)
        with pytest.raises(ReadError):
            read_hust(path, sha256=digest(path))
    bomb = tmp_path / "bomb.zip"
    made.write_archive(bomb, {"1-1": b"\0" * 200_000_000})
    with pytest.raises(ReadError, match="It is not read"):
        read_hust(bomb, sha256=digest(bomb))


class Calls:
    """Pickles as a call of anything."""

    def __init__(self, call, *given, state=None):
        self._made = (call, given) if state is None else (call, given, state)

    def __reduce_ex__(self, protocol):
        return self._made


def deep(depth):
    return b"\x80\x04" + b"]" * depth + b"a" * (depth - 1) + b"."


MALICE = {
    "os.system": pickle.dumps(Calls(os.system, "touch ran")),
    "eval": pickle.dumps(Calls(builtins.eval, "open('ran', 'w')")),
    "exec": pickle.dumps(Calls(builtins.exec, "open('ran', 'w')"), protocol=2),
    "popen": pickle.dumps(Calls(subprocess.Popen, ["touch", "ran"])),
    "getattr": b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93\x8c\x02os\x8c\x06system\x86R.",
    "import": pickle.dumps(Calls(__import__, "os")),
    "codecs": pickle.dumps(Calls(codecs.encode, "x", "rot13")),
    "open": pickle.dumps(Calls(open, "ran", "w")),
    "dotted": b"\x80\x04\x8c\x05numpy\x8c\x12ndarray.__class__.x\x93.",
    "dotted pandas": b"\x80\x04\x8c\x11pandas.core.frame\x8c\x16DataFrame.eval.__init__\x93.",
    "pandas eval": pickle.dumps(Calls(pd.eval, "1+1")),
    "read_pickle": pickle.dumps(Calls(pd.read_pickle, "x.pkl")),
    "numpy load": b"\x80\x04\x8c\x05numpy\x8c\x04load\x93\x8c\x01x\x85R.",
    "numpy fromfile": b"\x80\x04\x8c\x05numpy\x8c\x08fromfile\x93\x8c\x0b/etc/passwd\x85R.",
    "protocol 0": b"cos\nsystem\n(S'touch ran'\ntR.",
    "INST": b"(S'touch ran'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch ran'\no.",
    "EXT1": b"\x80\x02\x82\x01.",
    "PERSID": b"Pabc\n.",
    "BINPERSID": b"\x80\x04\x8c\x01aQ.",
    "NEWOBJ_EX": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93)}\x92.",
    "BUILD on a name": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93}\x8c\x01a\x4b\x01sb.",
    "BUILD twice": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93)R}b}b.",
    "call of a record": b"\x80\x04\x8c\x05numpy\x8c\x07ndarray\x93)R)R.",
    "call of a text": b"\x80\x04\x8c\x01a)R.",
    "NEXT_BUFFER": b"\x80\x05\x97.",
    "frozenset": b"\x80\x04(\x91.",
    "deep": deep(200_000),
    "deep tuples": b"\x80\x04)" + b"\x85" * 200_000 + b".",
    "deep key": b"\x80\x04})" + b"\x85" * 100_000 + b"Ns.",
    "many": b"\x80\x04]" + b"}a" * 510_000 + b".",
    "marks": b"\x80\x04" + b"(" * 200_000 + b".",
    "memo": b"\x80\x04]" + b"r\xff\xff\xff\xff" + b"j\xff\xff\xff\x00.",
    "long": b"\x80\x04\x8b\xff\xff\xff\x7f.",
    "length": b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
    "text length": b"\x80\x04X\xff\xff\xff\xff.",
    "laughter": b"\x80\x04]\x94" + b"".join(
        b"](" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"e\x94" for i in range(30)) + b".",
    "itself": b"\x80\x04]\x94h\x00a.",
    "huge array": made.Writer().pickle(
        made.Call(made.Name("numpy.core.multiarray", "_reconstruct"),
                  (made.Name("numpy", "ndarray"), (0,), b"b"),
                  (1, (2_000_000_000,), made.array(np.zeros(1)).state[2], False, b""))),
    "object of objects": made.Writer().pickle(
        made.Call(made.Name("numpy.core.multiarray", "_reconstruct"),
                  (made.Name("numpy", "ndarray"), (0,), b"b"),
                  (1, (1,), made.array(np.array(["a"], dtype=object)).state[2], False, [[1]]))),
    "empty": b"", "nothing": b"\x80\x04", "no stop": b"\x80\x04N", "bare stop": b".",
}  # fmt: skip


@pytest.mark.parametrize("name", MALICE)
def test_nothing_of_a_malicious_pickle_is_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReadError):
        unpickled(MALICE[name], "a pickle")
    assert list(tmp_path.iterdir()) == []
    # not even in an archive whose checksum somebody vouched for
    path = tmp_path / "hust_data.zip"
    made.write_archive(path, {"1-1": MALICE[name]})
    with pytest.raises(BdgError):
        read_hust(path, sha256=digest(path))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["laughter", "huge array", "memo", "length"])
def test_no_pickle_fills_the_memory(name):
    tracemalloc.start()
    with pytest.raises(ReadError):
        unpickled(MALICE[name], "a pickle")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200e6


def test_bent_pickles_end_in_an_error_or_in_plain_values():
    content = made.cell("1-1", 1)
    chance = random.Random(7)
    for _ in range(1000):
        bent = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        try:
            held = unpickled(bytes(bent), "a pickle")
        except ReadError:
            continue
        assert type(held).__module__ in ("builtins", "numpy") or isinstance(held, Columns)


def test_no_module_that_could_run_a_pickle_is_used():
    folder = Path(readers.__file__).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "import pickle\n" not in text and "pickle.load" not in text, path.name
