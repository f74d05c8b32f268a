"""Conversion of one column to how the vocabulary holds it: float64, int64, labels, flags."""

from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ._reader import BadText, Wanted

_LARGEST_COUNT: Final = 2**53  # beyond it a float64 no longer holds every whole number
_NO_NUMBER: Final = pa.array(["nan", "-nan", "+nan", "na", "n/a", "#n/a", "null", "none"])
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def convert(wanted: Wanted, values: Any) -> tuple[Any, str]:
    """Return one column as the canonical frame holds it.

    Parameters
    ----------
    wanted : Wanted
        Which column it is, and its conversion.
    values : Arrow array, numpy array or Series
        What the file holds.

    Returns
    -------
    array
        float64; int64 for counts without gaps; Categorical for text; bool for flags; lists as
        they are.
    str
        What was assumed on the way; empty if nothing was.

    Raises
    ------
    BadText
        A value is not what the column holds.
    """
    note = ""
    if wanted.rule.parse:
        values, note = wanted.rule.parse(values)
    elif wanted.held == "text":
        return _labels(values), ""
    elif wanted.held == "flag":
        return _flags(values), ""
    elif _is_list(values):
        return values.to_pandas().to_numpy(), ""
    if wanted.held == "count" and _is_arrow(values) and pa.types.is_integer(values.type):
        whole = values.cast(pa.int64()).to_numpy(zero_copy_only=False)  # float64 if some are null
        if wanted.rule.scale == 1:
            return _counts(whole), note
    if wanted.held == "count" and _is_small_integer(values) and wanted.rule.scale == 1:
        return values.astype(np.int64) + int(wanted.rule.offset), note
    numbers = linear(_floats(values), wanted.rule.scale, wanted.rule.offset)
    return _counts(numbers) if wanted.held == "count" else numbers, note


def nulls(values: Any, *, exact: bool = False, numeric: bool = False) -> int:
    """Count the records without a value: null, not a number, or a blank text.

    The quick count overlooks NaN and texts of nothing but spaces; `exact` looks at every value. In
    texts of a `numeric` column what says that there is no number counts too.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "biuf":
        if values.dtype.kind != "f":
            return 0
        with np.errstate(invalid="ignore", over="ignore"):
            total = float(values.sum())  # NaN spreads; faster than a look at each
        return int(np.isnan(values).sum()) if np.isnan(total) else 0
    if not _is_arrow(values):
        return int(pd.isna(values).sum())
    if exact and pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    count = int(values.null_count)
    if _is_text(values):
        bare = pc.utf8_trim_whitespace(values) if exact else values
        count += int(pc.sum(pc.equal(pc.binary_length(bare), 0)).as_py() or 0)
        if exact and numeric:
            count += int(pc.sum(pc.is_in(pc.utf8_lower(bare), _NO_NUMBER)).as_py() or 0)
    elif exact and pa.types.is_floating(values.type):
        count += int(pc.sum(pc.is_nan(values)).as_py() or 0)
    return count


def linear(values: Any, scale: float, offset: float) -> Any:
    """Return ``values * scale + offset``; divide where that rounds better (``ms / 1000``)."""
    if scale != 1:
        whole = round(1 / scale) if abs(scale) < 1 else 0
        with np.errstate(over="ignore"):  # a number out of range becomes infinite, and is found
            values = values / whole if whole and 1 / whole == scale else values * scale
    return values + offset if offset else values


def texts(values: Any) -> Any:
    """Return an Arrow array of trimmed texts, empty ones as null."""
    if not _is_arrow(values):
        values = pa.array(pd.Series(values), from_pandas=True)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    trimmed = pc.utf8_trim_whitespace(values.cast(pa.string()))
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def _is_arrow(values: Any) -> bool:
    return isinstance(values, pa.ChunkedArray | pa.Array)


def _is_small_integer(values: Any) -> bool:
    return (
        isinstance(values, np.ndarray) and values.dtype.kind in "iu" and values.dtype.itemsize < 8
    )


def _is_text(values: Any) -> bool:
    return bool(pa.types.is_string(values.type) or pa.types.is_large_string(values.type))


def _is_list(values: Any) -> bool:
    if not _is_arrow(values):
        return False
    kind = values.type
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _floats(values: Any) -> Any:
    if not _is_arrow(values):
        array = np.asarray(values)
        if array.dtype.kind in "biuf":
            return array.astype(np.float64)
        values = texts(values)
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_timestamp(values.type) or pa.types.is_duration(values.type):
        micro = values.cast(
            pa.timestamp("us", values.type.tz)
            if pa.types.is_timestamp(values.type)
            else pa.duration("us"),
            safe=False,
        )
        values = pc.divide(micro.cast(pa.int64()).cast(pa.float64()), 1e6)
    if _is_text(values):
        values = _numbers_in(texts(values))
    if not pa.types.is_float64(values.type):
        values = values.cast(pa.float64(), safe=False)
    return values.to_numpy(zero_copy_only=False)


def _numbers_in(trimmed: Any) -> Any:
    try:
        return trimmed.cast(pa.float64())
    except pa.ArrowInvalid:
        for row, text in enumerate(trimmed.to_pylist()):
            try:
                float(text or 0)
            except ValueError:
                raise BadText(row, text, "a number") from None
        raise


def _counts(numbers: Any) -> Any:
    """Hold whole numbers as int64; where some are missing they stay float64."""
    if numbers.dtype.kind == "i":
        return numbers
    missing = np.isnan(numbers)
    gaps = bool(missing.any())
    given = numbers[~missing] if gaps else numbers
    if len(given) and np.abs(given).max() > _LARGEST_COUNT:
        wrong = np.abs(given) > _LARGEST_COUNT
    else:
        whole = given.astype(np.int64)
        wrong = whole != given
        if not wrong.any():
            return numbers if gaps else whole
    row = int(np.flatnonzero(~missing)[wrong.argmax()])
    raise BadText(row, f"{numbers[row]:g}", "a whole number")


def _labels(values: Any) -> Any:
    """Hold text as categories, in alphabetical order, only those that occur."""
    if not _is_arrow(values) or not pa.types.is_dictionary(values.type):
        values = texts(values).dictionary_encode()
    held: Any = values.to_pandas().array
    names = [str(name).strip() for name in held.categories]
    used = set(np.unique(held.codes).tolist())
    kept = sorted({name for i, name in enumerate(names) if name and i in used})
    place = {name: i for i, name in enumerate(kept)}
    codes = np.array([place.get(name, -1) for name in names] + [-1])  # code -1 is: no value
    return pd.Categorical.from_codes(codes[held.codes], pd.Index(kept, dtype=str), validate=False)


def _flags(values: Any) -> Any:
    if _is_arrow(values):
        values = values.to_pandas()
    given = pd.Series(values)
    if given.dtype == bool:
        return given.to_numpy()
    missing = (given.isna() | (given.astype(str).str.strip() == "")).to_numpy()
    flags = [_TRUTH.get(str(value).strip().lower()) for value in given]
    for row, flag in enumerate(flags):
        if flag is None and not missing[row]:
            raise BadText(row, str(given.iloc[row]), "true or false")
    if missing.any():  # a table of several cells, of which some do not say
        return np.array([np.nan if m else f for f, m in zip(flags, missing, strict=True)], object)
    return np.array(flags, dtype=bool)
