"""Which readers there are: the public modules of this folder, and installed plug-ins."""

import bz2
import lzma
import pkgutil
import re
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

import pandas as pd

from bdg_explore.errors import ParameterError, ReadError, UnknownFormatError, did_you_mean

from ._companions import companion
from ._reader import ANY_TABLE, Reader
from ._source import Head, Source, as_source, listed

ENTRY_POINTS: Final = "bdg_explore.readers"
_PICKLE: Final = re.compile(
    rb"\x80[\x02-\x05]|\(dp\d|\(lp\d|c__builtin__\n|ccopy_reg\n|ZF0x|[\]}]q\0"
)
_PICKLE_HEAD: Final = 64
_LZMA_MEMORY: Final = 67_108_864
_PICKLE_SUFFIXES: Final = (".pkl", ".pickle", ".pkl.gz", ".joblib", ".dill")


@cache
def readers() -> dict[tuple[str, str], Reader]:
    """Return every reader by its name and table.

    Raises
    ------
    UnknownFormatError
        Two readers have one name and table, or a module of this folder declares none.
    """
    found: dict[tuple[str, str], Reader] = {}
    homes: dict[tuple[str, str], str] = {}
    for home, reader in (*_of_folder(), *_of_plugins()):
        key = (reader.name, reader.table)
        if key in found:
            raise UnknownFormatError(
                f"Two readers are called {reader.name!r}: in {homes[key]} and in {home}. "
                "Rename one, or uninstall it."
            )
        found[key], homes[key] = reader, home
    return found


def _of_folder() -> Iterator[tuple[str, Reader]]:
    package = __name__.rpartition(".")[0]
    for info in pkgutil.iter_modules(import_module(package).__path__):
        if not info.name.startswith("_"):
            module = import_module(f"{package}.{info.name}")
            declared = list(_declared(module))
            if not declared:
                raise UnknownFormatError(f"{module.__name__} declares no READER and no READERS.")
            yield from ((module.__name__, reader) for reader in declared)


def _of_plugins() -> Iterator[tuple[str, Reader]]:
    for point in entry_points(group=ENTRY_POINTS):
        home = f"the plug-in {point.value}"
        try:
            declared = list(_declared(point.load()))
        except Exception as error:  # noqa: BLE001  (a plug-in may fail in any way)
            _warn(f"{home} does not load ({error}); its formats are missing.")
            continue
        if not declared:
            _warn(f"{home} declares no Reader; its formats are missing.")
        yield from ((home, reader) for reader in declared)


def _warn(text: str) -> None:
    warnings.warn(text[:1].upper() + text[1:], UserWarning, stacklevel=2)


def _declared(given: Any) -> Iterable[Reader]:
    """Find the readers in a Reader, several of them, or a module that declares them."""
    if isinstance(given, Reader):
        return [given]
    if isinstance(given, list | tuple):
        return [reader for reader in given if isinstance(reader, Reader)]
    one = getattr(given, "READER", None)
    return [*([one] if isinstance(one, Reader) else []), *getattr(given, "READERS", ())]


def reader(name: str, table: str | None = None, head: Head | None = None) -> Reader:
    """Return the reader of a format.

    Parameters
    ----------
    name : str
        Name of the format.
    table : str, optional
        Which of its tables, where the format holds several; by default the first it declares.
    head : Head, optional
        The file to read; the default is then the first table that the file has.

    Raises
    ------
    UnknownFormatError
        There is no such format; names the nearest one.
    ParameterError
        The format does not give that table.
    """
    named = [r for r in readers().values() if r.name == name]
    if not named:
        known = sorted({r.name for r in readers().values()})
        raise UnknownFormatError(
            f"No format is called {name!r}.{did_you_mean(name, known)} "
            "bdg.formats() lists them all."
        )
    if table is None or named[0].table == ANY_TABLE:
        there = (r for r in named if head is not None and r.recognises(head))
        return named[0] if len(named) == 1 else next(there, named[0])
    for one in named:
        if one.table == table:
            return one
    raise ParameterError(
        f"The format {name} gives {listed([r.table for r in named])}, not {table!r}."
    )


def readers_of(name: str) -> list[Reader]:
    """Return the readers of all tables that a format gives, in the order they are declared."""
    return [one for one in readers().values() if one.name == name]


def detect(path: object) -> Reader:
    """Recognise a file by its magic bytes, its preamble or its columns; never by its suffix.

    Parameters
    ----------
    path : path, bytes or file
        What to look at; only its first bytes are read.

    Returns
    -------
    Reader
        The one reader that recognises it.

    Raises
    ------
    UnknownFormatError
        No reader recognises it, or more than one does; or it is a Python pickle, which is refused
        because loading one runs whatever code is inside.
    ReadError
        There is no such file, or it is empty.
    """
    return recognise(as_source(path), None)


def recognise(source: Source, table: str | None) -> Reader:
    """Recognise a source; `table` chooses where one format gives several."""
    head = source.head
    if not head.raw:
        raise ReadError(f"{source.name} is empty (0 bytes). Fetch, copy or export it again.")
    if _is_pickle(source):
        raise UnknownFormatError(
            f"{source.name} is a Python pickle. It is refused, because loading a pickle runs "
            "whatever code is inside. Ask its makers for Parquet or csv, or convert it where you "
            "trust it."
        )
    candidates = {r.name: r for r in reversed(readers().values()) if r.recognises(head)}
    own = {name: r for name, r in candidates.items() if r.table != ANY_TABLE}
    candidates = own or candidates  # a format of its own goes before any table with such columns
    if len(candidates) > 1:
        raise UnknownFormatError(
            f"{source.name} could be any of {listed(sorted(candidates))}. Say which with format=."
        )
    if not candidates:
        beside = companion(head)
        if beside:
            raise UnknownFormatError(f"{source.name} is {beside}.")
        raise UnknownFormatError(
            f"No format is known for {source.name}, {head.describe()}. "
            "Give format= (bdg.formats() lists them), or for a table of your own "
            "columns={their header: canonical name}."
        )
    (name,) = candidates
    return reader(name, table, head)


def _is_pickle(source: Source) -> bool:
    """Whether it is a pickle by its name or its bytes, plain or packed as joblib packs it."""
    suffixed = source.path is not None and source.path.name.lower().endswith(_PICKLE_SUFFIXES)
    raw = source.head.raw
    begin = raw[:_PICKLE_HEAD]
    packings: tuple[tuple[bytes, Callable[[], Any]], ...] = (
        (b"x", zlib.decompressobj),
        (b"BZh", bz2.BZ2Decompressor),
        (b"\xfd7zXZ", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, _LZMA_MEMORY)),
    )
    for magic, unpack in packings:
        if raw.startswith(magic):
            with suppress(zlib.error, OSError, EOFError, lzma.LZMAError):
                begin = unpack().decompress(raw, _PICKLE_HEAD)
    inside = raw.startswith(b"PK\x03\x04") and b"/data.pkl" in raw[:256]  # saved by PyTorch
    return suffixed or inside or bool(_PICKLE.match(begin))


def formats() -> pd.DataFrame:
    """List the formats that `read` knows.

    Returns
    -------
    DataFrame
        One row a format, the index its name: `description`, the `table` it gives, usual
        `suffixes`, the `tester` it comes from, and the extra it `needs`.
    """
    rows: dict[str, dict[str, str]] = {}
    for one in sorted(readers().values(), key=lambda r: r.name):
        row = rows.setdefault(
            one.name,
            {
                "description": one.description,
                "table": "",
                "suffixes": " ".join(one.suffixes),
                "tester": one.tester,
                "needs": one.needs,
            },
        )
        row["table"] = f"{row['table']} {one.table}".strip()
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("format")
