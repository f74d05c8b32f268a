"""Write archives of the layout of HUST with invented numbers: pickles as pandas 1 wrote them.

The pickles are put together step by step, for no pandas of today writes them so; pandas of today
still reads them (`pandas.read_pickle`), which is how this script is checked.
"""

import struct
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

STATUS = (
    "Constant current charge", "Constant current-constant voltage charge",
    "Constant current discharge_0", "Constant current discharge_1",
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    """What a pickle imports."""

    module: str
    name: str


@dataclass(frozen=True)
class Call:
    """What a pickle calls, with what, and the state it gives to what comes out."""

    called: Any
    given: tuple[Any, ...]
    state: Any = None
    new: bool = False


class Writer:
    """Writes pickles of protocol 4, repeated texts as pandas' columns of objects have them."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}

    def pickle(self, value: Any) -> bytes:
        return b"\x80\x04" + self.write(value) + b"."

    def write(self, value: Any) -> bytes:
        if value is None:
            return b"N"
        if isinstance(value, bool):
            return b"\x88" if value else b"\x89"
        if isinstance(value, int):
            return b"J" + struct.pack("<i", value)
        if isinstance(value, float):
            return b"G" + struct.pack(">d", value)
        if isinstance(value, bytes):
            return b"B" + struct.pack("<I", len(value)) + value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, tuple):
            return b"(" + b"".join(map(self.write, value)) + b"t"
        if isinstance(value, list):
            return b"](" + b"".join(map(self.write, value)) + b"e"
        if isinstance(value, dict):
            items = (self.write(key) + self.write(one) for key, one in value.items())
            return b"}(" + b"".join(items) + b"u"
        if isinstance(value, Name):
            return self.write(value.module) + self.write(value.name) + b"\x93"
        step = b"\x81" if value.new else b"R"
        made = self.write(value.called) + self.write(value.given) + step
        return made if value.state is None else made + self.write(value.state) + b"b"

    def _text(self, text: str) -> bytes:
        if text in self._texts:
            return b"j" + struct.pack("<I", self._texts[text])
        self._texts[text] = len(self._texts)
        raw = text.encode()
        return b"X" + struct.pack("<I", len(raw)) + raw + b"\x94"


def array(values: npt.NDArray[Any]) -> Call:
    """Return the steps that make an array."""
    kind = values.dtype.str[1:]
    order = "|" if kind == "O" else "<"
    dtype = Call(
        Name("numpy", "dtype"),
        ("O8" if kind == "O" else kind, False, True),
        (3, order, None, None, None, -1, -1, 63 if kind == "O" else 0),
    )
    data = values.ravel().tolist() if kind == "O" else values.tobytes()
    made = (Name("numpy", "ndarray"), (0,), b"b")
    return Call(
        Name("numpy.core.multiarray", "_reconstruct"), made,
        (1, tuple(values.shape), dtype, False, data),
    )  # fmt: skip


def index(data: dict[str, Any], kind: str = "base.Index") -> Call:
    """Return the steps that make an index."""
    home, name = kind.split(".")
    made = (Name(f"pandas.core.indexes.{home}", name), data)
    return Call(Name("pandas.core.indexes.base", "_new_Index"), made)


def frame(columns: dict[str, npt.NDArray[Any]]) -> Call:
    """Return the steps that make a frame, as pandas 1.0 to 1.2 wrote them."""
    headers, rows = list(columns), len(next(iter(columns.values())))
    axes = [
        index({"data": array(np.array(headers, dtype=object)), "name": None}),
        index({"name": None, "start": 0, "stop": rows, "step": 1}, "range.RangeIndex"),
    ]
    blocks = []
    for kind in ("f", "i", "O"):
        places = [i for i, name in enumerate(headers) if columns[name].dtype.kind == kind]
        if places:
            values = array(np.stack([columns[headers[i]] for i in places]))
            blocks.append({"values": values, "mgr_locs": _places(places)})
    state = (axes, [b["values"] for b in blocks], [], {"0.14.1": {"axes": axes, "blocks": blocks}})
    manager = Call(Name("pandas.core.internals.managers", "BlockManager"), (), state, new=True)
    said = {"_mgr": manager, "_typ": "dataframe", "_metadata": [], "attrs": {}}
    return Call(Name("pandas.core.frame", "DataFrame"), (), said, new=True)


def _places(places: list[int]) -> Call:
    step = places[1] - places[0] if len(places) > 1 else 1
    if places == list(range(places[0], places[-1] + 1, step)):
        return Call(Name("builtins", "slice"), (places[0], places[-1] + 1, step))
    return array(np.array(places, dtype=np.int64))


def cycle(number: int, rows: int = 12) -> dict[str, npt.NDArray[Any]]:
    """Return one invented cycle: charged with 5.5 A, discharged with 4.4 A."""
    third = rows // 4
    at = np.repeat(np.arange(4), third)
    return {
        "Status": np.array([STATUS[i] for i in at], dtype=object),
        "Cycle number": np.full(4 * third, number, dtype=np.int64),
        "Current (mA)": np.array([5500.0, 1100.0, -4400.0, -1100.0])[at],
        "Voltage (V)": 3.0 + 0.01 * np.arange(4 * third) - 0.001 * number,
        "Capacity (mAh)": np.linspace(0.0, 1100.0, 4 * third),
        "Time (s)": 5 * np.arange(4 * third, dtype=np.int64),
    }


def scalar(value: float) -> Call:
    """Return the steps that make a numpy number."""
    data = np.float64(value).tobytes()
    dtype = Call(Name("numpy", "dtype"), ("f8", False, True),
                 (3, "<", None, None, None, -1, -1, 0))  # fmt: skip
    return Call(Name("numpy.core.multiarray", "scalar"), (dtype, data))


def cell(name: str, cycles: int = 3) -> bytes:
    """Return the pickle of an invented cell that loses 1 mAh a cycle."""
    numbers = range(1, cycles + 1)
    held = {
        "rul": {n: cycles - n + 1 for n in numbers},
        "dq": {n: scalar(1101.0 - n) for n in numbers},
        "data": {n: frame(cycle(n)) for n in numbers},
    }
    return Writer().pickle({name: held})


def write_archive(path: Path, members: dict[str, bytes]) -> None:
    """Write the zip archive of some cells."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("our_data/", b"")
        for name, content in members.items():
            archive.writestr(f"our_data/{name}.pkl", content)


if __name__ == "__main__":
    names = ("1-1", "1-2", "10-8")
    write_archive(Path(sys.argv[1]), {name: cell(name) for name in names})
