"""PowerSuite (Princeton Applied Research), impedance exported as text.

One line of names, ``Frequency<TAB> Zre<TAB> Zimg``, and the records with TABs between. No unit is
stated; frequencies are in Hz and impedances in ohm. ``Zimg`` is negative for a capacitor, as it
stands.
"""

from bdg_explore.columns import FREQUENCY, IMAGINARY_IMPEDANCE, REAL_IMPEDANCE

from ._delimited import delimited
from ._reader import From, Reader
from ._source import Head
from ._spectra import finish_spectrum


def is_powersuite(head: Head) -> bool:
    """Whether the first line is that of PowerSuite."""
    return head.has_headers("Frequency", "Zre", "Zimg")


READER = Reader(
    name="powersuite_txt",
    description="PowerSuite, impedance exported as text",
    tester="Princeton Applied Research",
    recognises=is_powersuite,
    load=delimited(),
    table="impedance",
    columns={
        FREQUENCY: From("Frequency"),
        REAL_IMPEDANCE: From("Zre"),
        IMAGINARY_IMPEDANCE: From("Zimg"),
    },
    known_by="the names Frequency, Zre and Zimg",
    suffixes=(".txt",),
    finish=finish_spectrum,
)
