"""MATLAB version 5 files (``.mat`` up to 7.2), read with every length checked.

The usual library reads them too, but a damaged file can take the whole process down with it; here
it is an error. Numbers, text, cells and structures are read; sparse arrays and objects are not.

References
----------
The MathWorks, MAT-File Format, section "Level 5 MAT-file format".
"""

import struct
import zlib
from typing import Any, Final

import numpy as np

from bdg_explore.errors import ReadError

from ._source import HEAD_BYTES, Head, Source

PREAMBLE: Final = 128
_LARGEST: Final = 1_073_741_824
_DEEPEST: Final = 24
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR = 1, 2, 4
_NUMERIC: Final = range(6, 16)
_COMPLEX: Final = 0x0800
_STORED: Final = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
_LETTERS: Final = (1, 2, 4)
_TEXTS: Final = {16: "utf-8", 17: "utf-16", 18: "utf-32"}


class _Broken(Exception):  # noqa: N818  (told to the caller as a ReadError)
    """The file does not keep to its format."""


def opening(head: Head) -> bytes:
    """Return the beginning of the first variable, decompressed; empty if the head is no such file.

    The names of its fields stand there.
    """
    if not head.raw.startswith(b"MATLAB 5.0") or len(head.raw) < PREAMBLE + 8:
        return b""
    body = head.raw[PREAMBLE:]
    try:
        (kind,) = struct.unpack_from(f"{_order(head.raw)}I", body)
        return (
            zlib.decompressobj().decompress(body[8:], HEAD_BYTES) if kind == _COMPRESSED else body
        )
    except (zlib.error, _Broken):
        return b""


def load_mat5(source: Source) -> dict[str, Any]:
    """Read all variables of a MATLAB version 5 file.

    Parameters
    ----------
    source : Source
        The file.

    Returns
    -------
    dict
        {name: value}: numbers as arrays, text as str, cells as lists, structures as lists of
        dicts, in the order MATLAB counts them.

    Raises
    ------
    ReadError
        It is no such file, or damaged, or larger than 1 GiB once decompressed.
    """
    content = source.content(_LARGEST + 1)
    if not content.startswith(b"MATLAB 5.0") or len(content) < PREAMBLE:
        raise ReadError(f"{source.name} is no MATLAB version 5 file but {source.head.describe()}.")
    try:
        if len(content) > _LARGEST:
            raise _Broken("it is larger than 1 GiB")
        return dict(_variables(memoryview(content)[PREAMBLE:], _order(content)))
    except (_Broken, struct.error, zlib.error, ValueError, UnicodeError) as error:
        raise ReadError(
            f"{source.name} is not a whole MATLAB file ({error}). Fetch or copy it again."
        ) from error


def _order(content: bytes) -> str:
    mark = bytes(content[126:128])
    if mark not in (b"IM", b"MI"):
        raise _Broken("it does not state its byte order")
    return "<" if mark == b"IM" else ">"


def _variables(body: memoryview, order: str) -> list[tuple[str, Any]]:
    found = []
    while len(body):
        kind, data, body = _element(body, order)
        if kind == _COMPRESSED:
            stream = zlib.decompressobj()
            data = memoryview(stream.decompress(data, _LARGEST))
            if stream.unconsumed_tail:
                raise _Broken("it is larger than 1 GiB once decompressed")
            if not stream.eof:
                raise _Broken("its compressed part is cut short")
            kind, data, _ = _element(data, order)
        if kind != _MATRIX:
            raise _Broken(f"a variable of unknown kind {kind}")
        found.append(_matrix(data, order, 0))
    return found


def _element(data: memoryview, order: str) -> tuple[int, memoryview, memoryview]:
    """Split off one element: its type, its content, and what follows it."""
    kind, size = struct.unpack_from(f"{order}II", data)
    if kind >> 16:  # a small element: type, size and content in eight bytes
        kind, size, start, following = kind & 0xFFFF, kind >> 16, 4, 8
        if size > 4:
            raise _Broken("a small element of more than four bytes")
    else:
        start = 8
        following = 8 + (size if kind == _COMPRESSED else -(-size // 8) * 8)
    if start + size > len(data):
        raise _Broken("a part is longer than what is left of the file")
    return kind, data[start : start + size], data[following:]


def _matrix(data: memoryview, order: str, depth: int) -> tuple[str, Any]:
    """Read one array of any class: its name and its value."""
    if not len(data):
        return "", np.empty(0)
    if depth > _DEEPEST:
        raise _Broken("structures nested too deeply")
    _, flags, data = _element(data, order)
    _, dims, data = _element(data, order)
    _, name, data = _element(data, order)
    (flag,) = struct.unpack_from(f"{order}I", flags)
    shape = [int(n) for n in np.frombuffer(dims, f"{order}i4")]
    if not shape or min(shape) < 0:
        raise _Broken("an array without a shape")
    count = 1
    for n in shape:
        count *= n
    return bytes(name).decode("ascii"), _value(flag, shape, count, data, order, depth)


def _value(
    flag: int, shape: list[int], count: int, data: memoryview, order: str, depth: int
) -> Any:
    kind = flag & 0xFF
    if kind in _NUMERIC:
        values, data = _numbers(data, order, count)
        if flag & _COMPLEX:
            imaginary, data = _numbers(data, order, count)
            values = values + 1j * imaginary
        return values.reshape(shape, order="F")
    if kind == _CHAR:
        return _text(data, order, shape, count)
    if kind not in (_CELL, _STRUCT):
        return None  # sparse arrays, objects, functions
    fields = [""]
    if kind == _STRUCT:
        fields, data = _fields(data, order)
    if count * len(fields) * 8 > len(data):  # each holds at least its own tag
        raise _Broken("a structure with more entries than the file has room for")
    entries = []
    for _ in range(count):
        entry = {}
        for field in fields:
            inner, content, data = _element(data, order)
            if inner != _MATRIX:
                raise _Broken(f"a field of unknown kind {inner}")
            entry[field] = _matrix(content, order, depth + 1)[1]
        entries.append(entry)
    return entries if kind == _STRUCT else [entry[""] for entry in entries]


def _numbers(data: memoryview, order: str, count: int) -> tuple[Any, memoryview]:
    stored, content, rest = _element(data, order)
    if stored not in _STORED:
        raise _Broken(f"numbers of unknown type {stored}")
    values = np.frombuffer(content, order + _STORED[stored])
    if len(values) != count:
        raise _Broken(f"{len(values)} numbers for a shape of {count}")
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64), rest


def _text(data: memoryview, order: str, shape: list[int], count: int) -> str:
    if not count:
        return ""
    stored, content, _ = _element(data, order)
    if stored in _TEXTS:
        big = "" if stored == 16 else {"<": "-le", ">": "-be"}[order]
        text = bytes(content).decode(_TEXTS[stored] + big)
    elif stored in _LETTERS:
        codes = np.frombuffer(content, order + _STORED[stored])
        text = "".join(map(chr, codes.tolist()))
    else:
        raise _Broken(f"text of unknown type {stored}")
    rows = shape[0]  # letters stand column by column
    return "\n".join(text[row::rows] for row in range(rows)) if 1 < rows <= len(text) else text


def _fields(data: memoryview, order: str) -> tuple[list[str], memoryview]:
    _, length, data = _element(data, order)
    _, names, data = _element(data, order)
    (size,) = struct.unpack_from(f"{order}i", length)
    if size <= 0:
        raise _Broken("a structure without field names")
    raw = bytes(names)
    parts = [raw[i : i + size].split(b"\0")[0] for i in range(0, len(raw), size)]
    fields = [part.decode("ascii") for part in parts]
    return fields, data
