"""The modules of a BioLogic ``.mpr`` file, and the records of its data module."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bdg_explore.errors import ReadError

from ._archive import AGAIN
from ._biologic import COLUMNS, FLAGS
from ._source import Source

MAGIC: Final = b"BIO-LOGIC MODULAR FILE\x1a"
_FIRST_MODULE: Final = 52
_NEW: Final = 0xFFFFFFFF  # stands for the length in headers of EC-Lab 11.50 and later
# Where records begin, by the version in an older header; and how the columns' numbers are stored.
_OLD_LAYOUTS: Final = {0: (100, "u1"), 2: (405, "<u2"), 3: (406, "<u2")}
_NEW_LAYOUT: Final = (1007, ">u2")
_BLOCK: Final = 2048  # records


@dataclass(frozen=True)
class Module:
    """A part of the file: its name, header and content."""

    name: str
    new: bool
    version: int
    date: str
    begin: int
    data: memoryview


def modules_of(content: bytes, source: Source) -> Iterator[Module]:
    """Walk the modules; raises `ReadError` where one is not where the one before ends."""
    at = _FIRST_MODULE
    while at < len(content):
        if content[at : at + 6] != b"MODULE":
            raise ReadError(
                f"{source.name} has no module at byte {at}, where the one before ends: it is "
                f"damaged or cut short. {AGAIN}."
            )
        name = content[at + 6 : at + 16].decode("latin-1").strip()
        (length,) = struct.unpack_from("<I", content, at + 41)
        new = length == _NEW
        if new:
            length, version = struct.unpack_from("<II", content, at + 45)
        else:
            (version,) = struct.unpack_from("<I", content, at + 45)
        begin = at + (65 if new else 57)
        date = content[begin - 8 : begin].decode("latin-1")
        if begin + length > len(content):
            raise ReadError(
                f"{source.name} is cut short: its module {name!r} at byte {at} has {length} bytes, "
                f"and {len(content) - begin} follow. {AGAIN}."
            )
        yield Module(name, new, version, date, begin, memoryview(content)[begin : begin + length])
        at = begin + length


def record_type(module: Module, source: Source) -> tuple[np.dtype[Any], list[str], int]:
    """Return what a record is made of, the flags in it, and where the records begin."""
    layout = _NEW_LAYOUT if module.new else _OLD_LAYOUTS.get(module.version)
    if layout is None:
        raise ReadError(
            f"{source.name} has a data module of version {module.version}, whose layout is not "
            "known. Export the test as text (.mpt) from EC-Lab."
        )
    start, stored = layout
    numbers = np.frombuffer(module.data, stored, count=module.data[4], offset=5).tolist()
    width = np.dtype(stored).itemsize
    fields: list[tuple[str, str]] = []
    flags: list[str] = []
    for place, number in enumerate(numbers):
        if number in FLAGS:
            if not flags:
                fields.append(("flags", "u1"))
            flags.append(FLAGS[number][0])
        elif number in COLUMNS:
            name, kind = COLUMNS[number]
            times = sum(field.partition("\0")[0] == name for field, _ in fields)
            fields.append((name + "\0" * times if times else name, kind))
        else:
            raise ReadError(
                f"{source.name} has a column of number {number} (the {place + 1}. of its "
                f"{len(numbers)} columns, byte {module.begin + 5 + place * width}), whose meaning "
                "is not known, so its records cannot be told apart. Export the test as text "
                "(.mpt) from EC-Lab, and please report the number."
            )
    return np.dtype(fields), flags, start


def records_of(module: Module, source: Source) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Return the records of a data module and the names of the flags in them."""
    (count,) = struct.unpack_from("<I", module.data)
    kind, flags, start = record_type(module, source)
    if start + count * kind.itemsize != len(module.data):
        raise ReadError(
            f"{source.name} states {count} records of {kind.itemsize} bytes, as its columns make "
            f"them, but has {max(len(module.data) - start, 0)} bytes of records: it is damaged, or "
            f"a column is wider than known. {AGAIN}, or export it as text (.mpt)."
        )
    return np.frombuffer(module.data, kind, count, start), flags


def unpacked(views: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Copy columns out of records, all of them block by block.

    A block stays in the processor's cache while its columns are taken out one after the other;
    column by column the whole file would pass through memory each time.
    """
    columns = [np.empty(view.shape, view.dtype) for view in views]
    rows = len(views[0]) if views else 0
    for begin in range(0, rows, _BLOCK):
        for column, view in zip(columns, views, strict=True):
            column[begin : begin + _BLOCK] = view[begin : begin + _BLOCK]
    return columns
