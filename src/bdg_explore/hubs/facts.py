"""What a catalog's facts table says about its cells: text, numbers, and nothing that runs."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bdg_explore.columns import COLUMNS, NATIVE_ID
from bdg_explore.errors import CatalogError, did_you_mean

from .fetching.fetch import fetch
from .parsing import UNSEEN
from .places import Place

_LARGEST: Final = 512_000_000  # bytes
_MOST: Final = 2_000_000  # cells of one data set
_MOST_VALUES: Final = 50_000_000
_LONGEST: Final = 4_000  # characters of a text
_NO_FACTS: Final = pd.DataFrame(index=pd.Index([], name=NATIVE_ID, dtype=str))


def read_facts(dataset: str, address: str | None, place: Place | None = None) -> pd.DataFrame:
    """Return a facts table, indexed by native id.

    Parameters
    ----------
    dataset : str
        Id of the data set, for messages.
    address : str or None
        Path or web address of a csv or Parquet file; without one there are no facts.
    place : Place, optional
        The catalog that names it.

    Raises
    ------
    CatalogError
        The table is missing, has no `native_id`, repeats one, has an unknown column, a text where
        a number should be, or more in it than facts about cells are.
    """
    if address is None:
        return _NO_FACTS
    path = _fetched(dataset, address, place) if "://" in address else Path(address)
    if not path.is_file():
        raise CatalogError(f"{dataset}: the catalog names {path}, which is not there.")
    state = path.stat()
    if state.st_size > _LARGEST:
        raise CatalogError(_too_large(path))
    return _read(path, state.st_mtime_ns, state.st_size)


def _fetched(dataset: str, address: str, place: Place | None) -> Path:
    def stop(received: int, total: int | None) -> None:
        if max(received, total or 0) > _LARGEST:
            raise CatalogError(_too_large(f"{dataset}: {address}"))

    return fetch(address, progress=stop, private_hosts=place.private_hosts if place else None)


def _too_large(where: object) -> str:
    return (
        f"{where} holds more than {_MOST:,} cells or {_LARGEST // 10**6} MB. Facts are one row a "
        "cell; measurements belong in a table."
    )


@lru_cache(maxsize=512)
def _read(path: Path, _changed: int, _size: int) -> pd.DataFrame:
    """Return a facts table; the same file, unchanged, is read once."""
    try:
        facts = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    except (OSError, ValueError, pa.ArrowException, pd.errors.ParserError) as error:
        raise CatalogError(f"{path} is no table of cells: {error}.") from error
    if len(facts) > _MOST:
        raise CatalogError(_too_large(path))
    if NATIVE_ID not in facts.columns:
        raise CatalogError(f"{path}: a table of cells needs a column {NATIVE_ID}.")
    for name in facts.columns:
        if name not in COLUMNS:
            raise CatalogError(
                f"{path}: no column is called {name!r}.{did_you_mean(str(name), COLUMNS)}"
            )
        facts[name] = _texts(facts, name, path) if _is_text(name) else _numbers(facts, name, path)
    if facts[NATIVE_ID].isna().any() or (facts[NATIVE_ID] == "").any():
        raise CatalogError(f"{path}: a row has no {NATIVE_ID}. Give each cell a name.")
    if facts[NATIVE_ID].duplicated().any():
        twice = facts.loc[facts[NATIVE_ID].duplicated(), NATIVE_ID].iloc[0]
        raise CatalogError(f"{path}: {NATIVE_ID} {twice} stands there twice.")
    return facts.set_index(NATIVE_ID)


def _csv(path: Path) -> pd.DataFrame:
    text = {name: str for name, known in COLUMNS.items() if known.kind == "text"}
    # Packed files are not unpacked: a small one may unpack to fill a disk.
    return pd.read_csv(path, dtype=text, nrows=_MOST + 1, compression=None, encoding="utf-8-sig")


def _parquet(path: Path) -> pd.DataFrame:
    with pq.ParquetFile(path) as file:
        fields = list(file.schema_arrow)
    if nested := [field.name for field in fields if pa.types.is_nested(field.type)]:
        raise CatalogError(f"{path}: {nested[0]!r} holds lists. A fact is one value.")
    texts = [field.name for field in fields if pa.types.is_string(field.type)]
    # What stands there a million times is written once: it is counted before it is spelt out.
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        if file.metadata.num_rows > _MOST or file.metadata.num_rows * len(fields) > _MOST_VALUES:
            raise CatalogError(_too_large(path))
        table = file.read()
    if sum(_characters(table[name]) for name in texts) > _LARGEST:
        raise CatalogError(_too_large(path))
    frame: pd.DataFrame = table.to_pandas()
    return frame.astype(dict.fromkeys(texts, "str"))


def _characters(column: Any) -> int:
    pieces = (
        pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py()
        for chunk in column.chunks
    )
    return sum(piece or 0 for piece in pieces)


def _is_text(name: str) -> bool:
    return name == NATIVE_ID or COLUMNS[name].kind == "text"


def _texts(facts: pd.DataFrame, name: str, path: Path) -> "pd.Series[str]":
    texts = facts[name].astype("str")
    known = [text for text in texts.unique() if isinstance(text, str)]
    if UNSEEN.search("\n".join(known)):
        raise CatalogError(f"{path}: {name} holds characters that cannot be seen.")
    if known and max(map(len, known)) > _LONGEST:
        raise CatalogError(f"{path}: a text in {name} has more than {_LONGEST} characters.")
    return texts


def _numbers(facts: pd.DataFrame, name: str, path: Path) -> "pd.Series[float]":
    given = facts[name]
    numbers = pd.to_numeric(given, errors="coerce").astype(float)
    wrong = (numbers.isna() & given.notna()) | np.isinf(numbers)
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        raise CatalogError(
            f"{path}: {name} of row {row + 1} is {str(given.iloc[row])[:60]!r}. Write a number "
            f"alone, or leave it empty."
        )
    return numbers
