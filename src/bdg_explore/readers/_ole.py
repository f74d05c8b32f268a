"""Compound documents (OLE), the files inside old Office files, with every chain checked.

References
----------
Microsoft, [MS-CFB]: Compound File Binary File Format.
"""

import struct
from collections.abc import Mapping
from typing import Final

import numpy as np

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = 512
_LAST: Final = 0xFFFFFFFA  # larger numbers are no sectors but marks
_ENTRY: Final = 128
_STREAM, _ROOT = 2, 5
_IN_HEADER: Final = 109


def streams(content: bytes) -> Mapping[str, bytes]:
    """Return the files in a compound document by their names.

    Raises
    ------
    ValueError
        It is damaged: a chain of sectors leads out of the file, or back to itself.
    """
    if not content.startswith(OLE) or len(content) < _HEADER:
        raise ValueError("it is no compound document")
    shift, mini_shift = struct.unpack_from("<HH", content, 30)
    tables, first_entry = struct.unpack_from("<II", content, 44)
    cutoff, first_mini, _, first_more = struct.unpack_from("<IIII", content, 56)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("its sectors have an unusual size")
    size = 1 << shift

    def sector(number: int) -> bytes:
        begin = (number + 1) << shift
        if number >= _LAST or begin >= len(content):
            raise ValueError(f"sector {number} lies outside the file")
        return content[begin : begin + size].ljust(size, b"\0")

    heads = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
    more, seen = first_more, 0
    while more < _LAST:
        numbers = struct.unpack(f"<{size // 4}I", sector(more))
        heads.extend(numbers[:-1])
        more, seen = numbers[-1], seen + 1
        if seen > len(content) >> shift:
            raise ValueError("its sector table runs in a circle")
    fat = np.frombuffer(b"".join(sector(n) for n in heads[:tables] if n < _LAST), "<u4").tolist()

    def chain(start: int, table: list[int]) -> list[int]:
        found: list[int] = []
        while start < _LAST:
            if start >= len(table) or len(found) > len(table):
                raise ValueError("a chain of sectors has no end")
            found.append(start)
            start = table[start]
        return found

    def read(start: int) -> bytes:
        return b"".join(sector(n) for n in chain(start, fat))

    directory = read(first_entry)
    entries = [directory[i : i + _ENTRY] for i in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
    root = next((e for e in entries if e[66] == _ROOT), None)
    mini = read(struct.unpack_from("<I", root, 116)[0]) if root else b""
    mini_fat = np.frombuffer(read(first_mini), "<u4").tolist() if first_mini < _LAST else []
    found: dict[str, bytes] = {}
    for entry in entries:
        if entry[66] != _STREAM:
            continue
        length = min(struct.unpack_from("<H", entry, 64)[0], 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", errors="replace")
        start, bytes_ = struct.unpack_from("<II", entry, 116)
        if bytes_ < cutoff:
            parts = (mini[n << mini_shift : (n + 1) << mini_shift] for n in chain(start, mini_fat))
            found.setdefault(name, b"".join(parts)[:bytes_])
        else:
            found.setdefault(name, read(start)[:bytes_])
    return found
