"""The vocabulary: every column's name, label, unit and meaning, in one place.

Test columns carry the machine-readable names of the Battery Data Format (BDF), whose grammar is
``<scope>_<quantity>_<unit>``; the label is what an axis shows (``Voltage / V``). Positive current
charges the cell; capacities and energies are positive; fractions run from 0 to 1.

References
----------
Battery Data Alliance, Battery Data Format ontology 1.3.0,
https://w3id.org/battery-data-alliance/ontology/battery-data-format
"""

from typing import Final

from bdg_explore.errors import UnknownNameError, did_you_mean

from . import (
    abuse,
    cells,
    curves,
    cycles,
    features,
    groups,
    impedance,
    lives,
    modes,
    pulses,
    records,
    store,
)
from ._column import BDF_NAMESPACE as BDF_NAMESPACE
from ._column import Column as Column
from ._column import Kind as Kind
from .abuse import *
from .cells import *
from .curves import *
from .cycles import *
from .features import *
from .groups import *
from .impedance import *
from .lives import *
from .modes import *
from .pulses import *
from .records import *
from .store import *

COLUMNS: Final[dict[str, Column]] = {
    c.name: c
    for c in (
        *records.RECORDS,
        *cycles.CYCLES,
        *lives.LIVES,
        *abuse.ABUSE,
        *cells.CELLS,
        *store.STORE,
        *curves.CURVES,
        *impedance.IMPEDANCES,
        *features.LIFE_FEATURES,
        *modes.MODES,
        *pulses.PULSES,
        *groups.GROUPS,
    )
}


def column(name: str) -> Column:
    """Return the record of a column.

    Parameters
    ----------
    name : str
        Machine-readable name.

    Returns
    -------
    Column
        Label, unit and meaning.

    Raises
    ------
    UnknownNameError
        If the vocabulary has no such column; names the nearest one.
    """
    try:
        return COLUMNS[name]
    except KeyError:
        raise UnknownNameError(
            f"No column is called {name!r}.{did_you_mean(name, COLUMNS)} "
            "bdg_explore.columns.COLUMNS lists them all."
        ) from None


def axis(name: str) -> str:
    """Return what an axis shows for a column, for instance ``Voltage / V``.

    Parameters
    ----------
    name : str
        Machine-readable name; one that the vocabulary lacks is shown as it stands.
    """
    known = COLUMNS.get(name)
    return known.label if known else name
