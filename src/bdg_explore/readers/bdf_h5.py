"""Battery Data Format files as HDF5: a data set a column, a compound table, or a pandas store.

Headers are of either dialect, in any unit, as in the csv form: see `bdf`. A unit may also be an
attribute ``unit`` or ``units`` of a column's data set.

References
----------
Battery Data Alliance, Battery Data Format, https://github.com/battery-data-alliance
"""

from collections.abc import Callable

from bdg_explore.errors import ReadError

from ._h5tables import H5Table, find, load, tables
from ._headers import vocabulary_columns
from ._reader import Raw, Reader, Request
from ._source import Head, listed
from .bdf import READERS as BDF
from .bdf import is_bdf
from .bdf_json import is_spectrum


def _is(table: str) -> Callable[[H5Table], bool]:
    def accepts(found: H5Table) -> bool:
        headers = set(found.columns)
        return is_bdf(headers) and (table == "impedance") is is_spectrum(headers)

    return accepts


def _recognises(table: str) -> Callable[[Head], bool]:
    return lambda head: find(head, _is(table)) is not None


def _loads(table: str) -> Callable[[Request], Raw]:
    def load_one(request: Request) -> Raw:
        source = request.source
        found = [one for one in tables(source) if _is(table)(one)]
        if not found:
            names = [one.path or "/" for one in tables(source)]
            raise ReadError(
                f"{source.name} holds no table with the columns of BDF; its tables are "
                f"{listed(names) or 'none'}."
            )
        raw = load(request, max(found, key=lambda one: one.rows))
        if len(found) > 1:
            others = [one.path or "/" for one in found]
            raw.notes.append(f"several tables ({listed(others)}); the longest is read")
        return raw

    return load_one


READERS = [
    Reader(
        name="bdf_h5",
        description="Battery Data Format, HDF5",
        known_by="an HDF5 table whose columns are names of BDF",
        recognises=_recognises(table),
        load=_loads(table),
        columns=vocabulary_columns,
        table=table,
        suffixes=(".bdf.h5", ".h5", ".hdf5"),
        finish=BDF[0].finish,
    )
    for table in ("timeseries", "impedance")
]
