"""Metrohm Autolab NOVA, impedance exported as text.

One line of names and the records, ``;``, TAB or ``,`` between:
``Index;Frequency (Hz);Z' (Ω);-Z'' (Ω);Z (Ω);-Phase (°);Time (s)``, in any order and with further
columns (those of a fit, of the direct voltage and current). The minus sign in ``-Z''`` and
``-Phase`` is undone: the imaginary impedance is negative for a capacitor. Primes may be written as
back-quotes, and the ohm and degree signs may be lost in the encoding. Decimal commas are
understood. The time counts from the start of the sweep.
"""

from ._delimited import delimited
from ._reader import Reader
from ._source import Head, squeeze
from ._spectra import finish_spectrum, is_spectrum, spectrum_columns


def is_nova(head: Head) -> bool:
    """Whether the first line spells frequency and both parts of the impedance as NOVA does."""
    quotes = str.maketrans({"`": "'", "′": "'", "’": "'", '"': "''", "″": "''"})
    found = {squeeze(header).translate(quotes).split("(")[0] for header in head.headers}
    stated = any(squeeze(header) == "frequency(hz)" for header in head.headers)
    return stated and {"z'", "-z''"} <= found and is_spectrum(spectrum_columns(head.headers))


READER = Reader(
    name="nova_txt",
    description="Metrohm Autolab NOVA, impedance exported as text",
    tester="Metrohm Autolab",
    recognises=is_nova,
    load=delimited(),
    table="impedance",
    columns=spectrum_columns,
    known_by="the names Frequency (Hz), Z' and -Z''",
    suffixes=(".txt", ".csv"),
    finish=finish_spectrum,
)
