"""Battery Data Format files as JSON: a record a line, a list of records, or lists of columns.

Headers are of either dialect, in any unit, as in the csv form: see `bdf`.

References
----------
Battery Data Alliance, Battery Data Format, https://github.com/battery-data-alliance
"""

from collections.abc import Callable

from bdg_explore.columns import CURRENT, FREQUENCY, TEST_TIME, VOLTAGE

from ._headers import vocabulary_columns
from ._json import columns_in, keys, load_json, raw_of
from ._reader import Raw, Reader, Request
from ._source import Head
from .bdf import READERS as BDF
from .bdf import is_bdf


def _has(table: str) -> Callable[[Head], bool]:
    def recognises(head: Head) -> bool:
        found = keys(head)
        if not found or not is_bdf(found):
            return False
        return (table == "impedance") is is_spectrum(found)

    return recognises


def is_spectrum(headers: set[str]) -> bool:
    """Whether columns of BDF are those of spectra alone, without a time series."""
    names = set(vocabulary_columns(sorted(headers)))
    series = TEST_TIME in names and {VOLTAGE, CURRENT} <= names
    return FREQUENCY in names and not series


def _load(request: Request) -> Raw:
    return raw_of(request, columns_in(load_json(request.source), request.source))


READERS = [
    Reader(
        name="bdf_json",
        description="Battery Data Format, JSON",
        known_by="JSON whose keys are names of BDF: test time, and voltage or current",
        recognises=_has(table),
        load=_load,
        columns=vocabulary_columns,
        table=table,
        suffixes=(".bdf.json", ".json"),
        finish=BDF[0].finish,
    )
    for table in ("timeseries", "impedance")
]
