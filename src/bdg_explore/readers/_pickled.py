"""What a pickle of pandas frames holds, without running any of it.

A pickle is a program for a small machine: it pushes values, and calls what it names. Here is that
machine without its hands. It imports nothing and calls nothing; a name it does not know ends it,
and the few it knows (those with which pandas and numpy write frames and arrays) make inert records
of what they were given. What comes out are dicts, lists, texts, numbers and `Columns`.
"""

import pickletools
import struct
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

_MOST_STEPS: Final = 20_000_000
_MOST_OBJECTS: Final = 500_000
_MOST_VALUES: Final = 50_000_000  # of one array
_MARK: Final = object()

# What pandas (1.0 to 2.x) and numpy name in a pickled frame, and the part each plays.
_KNOWN: Final = {
    ("pandas.core.frame", "DataFrame"): "frame",
    ("pandas.core.internals.managers", "BlockManager"): "manager",
    ("pandas.core.internals", "BlockManager"): "manager",
    ("pandas._libs.internals", "_unpickle_block"): "block",
    ("pandas.core.indexes.base", "_new_Index"): "new index",
    ("pandas.core.indexes.base", "Index"): "index",
    ("pandas.core.indexes.numeric", "Int64Index"): "index",
    ("pandas.core.indexes.range", "RangeIndex"): "index",
    ("numpy", "ndarray"): "array",
    ("numpy", "dtype"): "dtype",
    ("numpy.core.multiarray", "_reconstruct"): "new array",
    ("numpy._core.multiarray", "_reconstruct"): "new array",
    ("numpy.core.multiarray", "scalar"): "scalar",
    ("numpy._core.multiarray", "scalar"): "scalar",
    ("builtins", "slice"): "slice",
}
_WORDS: Final = {str, int, float, bool, type(None)}
_TYPES: Final = frozenset(
    ("f8", "f4", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1", "O", "O8")
)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that the pickle gives; nothing is imported for it."""

    part: str


@dataclass(slots=True)
class _Made:
    """What a name was called with, and the state it was given after."""

    part: str
    given: tuple[Any, ...]
    state: Any = field(default=None)


@dataclass(frozen=True, slots=True)
class Columns:
    """A frame: header -> values, all of one length."""

    values: dict[str, npt.NDArray[Any]]


def unpickled(data: bytes, where: str) -> Any:
    """Return what a pickle holds; frames are `Columns`.

    Parameters
    ----------
    data : bytes
        The pickle, protocol 2 to 5.
    where : str
        What to call it in an error.

    Raises
    ------
    ReadError
        It names anything but the parts of pandas frames and numpy arrays, holds more than a file
        of measurements does, or is not whole.
    """
    machine = _Machine(data, where)
    try:
        return _plain(machine.run(), where)
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise ReadError(f"{where} is no whole pickle of frames ({error!r:.120}).") from error
    except RecursionError:
        raise ReadError(f"{where} is nested deeper than frames are. It is not read.") from None


class _Machine:
    """Carries a pickle out with records in place of objects."""

    def __init__(self, data: bytes, where: str) -> None:
        self._data, self._where = data, where
        self._at = 0
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._objects = 0

    def run(self) -> Any:
        # The three steps of a column of texts stand here, for there are a million of them.
        data, memo, push = self._data, self._memo, self._stack.append
        at, end = 0, len(data)
        for _ in range(_MOST_STEPS):
            if at >= end:
                raise ValueError("it ends too early")
            code = data[at]
            at += 1
            if code == 0x6A:  # LONG_BINGET
                push(memo[int.from_bytes(data[at : at + 4], "little")])
                at += 4
            elif code == 0x68:  # BINGET
                push(memo[data[at]])
                at += 1
            elif code == 0x94:  # MEMOIZE
                memo[len(memo)] = self._stack[-1]
            elif code == 0x2E:  # STOP
                return self.pop()
            else:
                step = _STEPS.get(code)
                if step is None:
                    self._refuse(f"the step {_called(code)}")
                self._at = at
                step(self)
                at = self._at
        return self._refuse(f"more than {_MOST_STEPS} steps")

    def _refuse(self, what: str) -> NoReturn:
        raise ReadError(
            f"{self._where} is a pickle that asks for {what}, which files of measurements do not. "
            "It is not read, and nothing of it was run."
        )

    # --- bytes --------------------------------------------------------------------------------

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if count < 0 or end > len(self._data):
            raise ValueError("it ends too early")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def _whole(self, width: int) -> int:
        return int.from_bytes(self._take(width), "little")

    def _line(self) -> str:
        end = self._data.index(b"\n", self._at)
        line = self._data[self._at : end].decode()
        self._at = end + 1
        return line

    # --- values -------------------------------------------------------------------------------

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def made(self, value: Any) -> None:
        self._objects += 1
        if self._objects > _MOST_OBJECTS:
            self._refuse(f"more than {_MOST_OBJECTS} objects")
        self._stack.append(value)

    def text(self, width: int) -> None:
        self.push(self._take(self._whole(width)).decode("utf-8", "surrogatepass"))

    def raw(self, width: int) -> None:
        self.push(self._take(self._whole(width)))

    def number(self, code: str) -> None:
        self.push(struct.unpack(code, self._take(struct.calcsize(code)))[0])

    def long(self) -> None:
        self.push(int.from_bytes(self._take(self._take(1)[0]), "little", signed=True))

    def to_mark(self) -> list[Any]:
        at = len(self._stack) - 1
        while self._stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise ValueError("a mark is missing")
        items = self._stack[at + 1 :]
        del self._stack[at:]
        return items

    def pop(self) -> Any:
        value = self._stack.pop()
        if value is _MARK:
            raise ValueError("a mark stands where a value should")
        return value

    def tuple(self, count: int | None = None) -> None:
        items = self.to_mark() if count is None else [self.pop() for _ in range(count)][::-1]
        self.made(tuple(items))

    def append(self, items: list[Any]) -> None:
        if type(self._stack[-1]) is not list:
            raise TypeError("no list to add to")
        self._stack[-1].extend(items)

    def set(self, items: list[Any]) -> None:
        if type(self._stack[-1]) is not dict:
            raise TypeError("no dict to add to")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if type(key) not in (str, int):  # anything deeper could be hashed without end
                raise TypeError("a key is no word or number")
            self._stack[-1][key] = value

    def keep(self, width: int) -> None:
        self._memo[self._whole(width)] = self._stack[-1]

    # --- names --------------------------------------------------------------------------------

    def name(self, module: Any, name: Any) -> None:
        part = _KNOWN.get((module, name)) if isinstance(module, str) else None
        if part is None:
            self._refuse(f"{module!s:.60}.{name!s:.60}")
        self.made(_Name(part))

    def call(self) -> None:
        given, called = self.pop(), self.pop()
        if type(called) is not _Name or type(given) is not tuple:
            self._refuse("a call of something else than a name")
        self.made(_Made(called.part, given))

    def state(self) -> None:
        state, made = self.pop(), self._stack[-1]
        if type(made) is not _Made or made.state is not None:
            self._refuse("a change of something that is not just made")
        made.state = state


def _called(code: int) -> str:
    known = (one.name for one in pickletools.opcodes if one.code == chr(code))
    return next(known, f"0x{code:02x}")


_STEPS: Final[dict[int, Any]] = {
    ord("\x80"): lambda m: m._take(1),  # PROTO
    ord("\x95"): lambda m: m._take(8),  # FRAME
    ord("("): lambda m: m.push(_MARK),
    ord("0"): lambda m: m.pop(),
    ord("N"): lambda m: m.push(None),
    ord("\x88"): lambda m: m.push(True),
    ord("\x89"): lambda m: m.push(False),
    ord("J"): lambda m: m.number("<i"),
    ord("K"): lambda m: m.number("<B"),
    ord("M"): lambda m: m.number("<H"),
    ord("G"): lambda m: m.number(">d"),
    ord("\x8a"): lambda m: m.long(),
    ord("X"): lambda m: m.text(4),
    ord("\x8c"): lambda m: m.text(1),
    ord("\x8d"): lambda m: m.text(8),
    ord("C"): lambda m: m.raw(1),
    ord("B"): lambda m: m.raw(4),
    ord("\x8e"): lambda m: m.raw(8),
    ord("]"): lambda m: m.made([]),
    ord("}"): lambda m: m.made({}),
    ord(")"): lambda m: m.push(()),
    ord("t"): lambda m: m.tuple(),
    ord("\x85"): lambda m: m.tuple(1),
    ord("\x86"): lambda m: m.tuple(2),
    ord("\x87"): lambda m: m.tuple(3),
    ord("a"): lambda m: m.append([m.pop()]),
    ord("e"): lambda m: m.append(m.to_mark()),
    ord("s"): lambda m: m.set([m.pop(), m.pop()][::-1]),
    ord("u"): lambda m: m.set(m.to_mark()),
    ord("q"): lambda m: m.keep(1),
    ord("r"): lambda m: m.keep(4),
    ord("c"): lambda m: m.name(m._line(), m._line()),
    ord("\x93"): lambda m: m.name(*[m.pop(), m.pop()][::-1]),
    ord("R"): lambda m: m.call(),
    ord("\x81"): lambda m: m.call(),
    ord("b"): lambda m: m.state(),
}


# --- what the records mean ------------------------------------------------------------------------


def _plain(value: Any, where: str, depth: int = 0) -> Any:
    """Return dicts, lists, texts, numbers and frames; refuse what is neither."""
    if type(value) in _WORDS:
        return value
    if depth > 8:
        raise RecursionError
    if type(value) is dict:
        return {key: _plain(one, where, depth + 1) for key, one in value.items()}
    if type(value) in (list, tuple):
        return [_plain(one, where, depth + 1) for one in value]
    if type(value) is _Made and value.part == "scalar":
        return _scalar(value)
    if type(value) is _Made and value.part == "new array":
        return _array(value)
    if type(value) is _Made and value.part == "frame":
        return _frame(value)
    raise TypeError(f"{type(value).__name__} where a value should be")


def _dtype(made: Any) -> "np.dtype[Any]":
    name = made.given[0]
    if made.part != "dtype" or name not in _TYPES:
        raise ValueError("values of a kind that measurements do not have")
    order = made.state[1] if made.state is not None else "="
    if order not in ("<", ">", "|", "="):
        raise ValueError("values of a kind that measurements do not have")
    dtype: np.dtype[Any] = np.dtype(name).newbyteorder(order)
    return dtype


def _scalar(made: _Made) -> Any:
    dtype, data = made.given
    return np.frombuffer(data, _dtype(dtype), 1)[0].item()


def _array(made: _Made) -> npt.NDArray[Any]:
    if made.part != "new array":
        raise TypeError("no array")
    _, shape, described, fortran, data = made.state
    count = 1
    for length in shape:
        if type(length) is not int or not 0 <= length <= _MOST_VALUES:
            raise ValueError("an array of no such length")
        count *= length
    dtype = _dtype(described)
    if count > _MOST_VALUES or len(shape) > 2:
        raise ValueError("an array of no such length")
    if dtype.kind == "O":
        values = np.empty(count, dtype=object)
        if not set(map(type, data)) <= _WORDS:
            raise TypeError("a column of something else than words and numbers")
        values[:] = data
    else:
        values = np.frombuffer(data, dtype)
    if len(values) != count:
        raise ValueError("an array of another length than it says")
    return values.reshape(shape, order="F" if fortran else "C")


def _places(given: Any) -> Any:
    """Return which columns of a frame a block holds."""
    if type(given) is _Made and given.part == "slice":
        if not all(one is None or type(one) is int for one in given.given):
            raise TypeError("no slice")
        return slice(*given.given)
    return _array(given)


def _labels(made: Any) -> list[str]:
    if made.part != "new index":
        raise TypeError("no index")
    _, said = made.given
    return [str(label) for label in _array(said["data"]).tolist()]


def _frame(made: _Made) -> Columns:
    state = made.state
    manager = state["_mgr"] if "_mgr" in state else state["_data"]
    if manager.part != "manager":
        raise TypeError("no blocks")
    if manager.given:  # pandas 1.3 and later
        held, axes = manager.given[:2]
        blocks = [(one.given[0], one.given[1]) for one in held if one.part == "block"]
    else:
        said = manager.state[3]["0.14.1"]
        axes, blocks = said["axes"], [(one["values"], one["mgr_locs"]) for one in said["blocks"]]
    headers = np.array(_labels(axes[0]), dtype=object)
    columns: dict[str, npt.NDArray[Any]] = {}
    for values, places in blocks:
        rows = _array(values)
        names = headers[_places(places)]
        if rows.ndim != 2 or len(rows) != len(names):
            raise ValueError("a block of another width than it says")
        columns |= dict(zip(names.tolist(), rows, strict=True))
    if len(columns) != len(headers) or len({len(one) for one in columns.values()}) > 1:
        raise ValueError("columns of different lengths")
    return Columns({name: columns[name] for name in headers.tolist()})
