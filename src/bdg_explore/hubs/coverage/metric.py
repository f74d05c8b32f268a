"""What an impact metric is, and those that no catalog can tell."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One number about a collection, and how far it can be trusted.

    Attributes
    ----------
    name, title : str
        Machine-readable name; what people read.
    value : float or None
        None where it cannot be computed; `unknown` then says why.
    unit : str
        As printed; ``1`` for counts and shares.
    formula : str
        How it is computed.
    counts : str
        What it counts.
    unknown : str
        What is not known and therefore not in the value; the reason where there is no value.
    """

    name: str
    title: str
    value: float | None
    unit: str = "1"
    formula: str = ""
    counts: str = ""
    unknown: str = ""


def metrics_table(metrics: Iterable[Metric]) -> pd.DataFrame:
    """Return metrics as a table, one a row, indexed by name; an unknown value is missing."""
    table = pd.DataFrame([asdict(one) for one in metrics]).set_index("name")
    return table.assign(value=table["value"].astype(float))


NOT_FROM_A_CATALOG: Final = (
    Metric(
        name="hubs_opened", title="Interconnected hubs, opened in the last 90 days", value=None,
        unknown="A catalog lists addresses; it does not open them. Listed hubs are counted above.",
    ),
    Metric(
        name="annual_downloads", title="Downloads per calendar year", value=None,
        unknown="The hubs count downloads; their counters were not asked, and views are no "
        "downloads.",
    ),
    Metric(
        name="organisation_types", title="Users by type of organisation", value=None,
        unknown="The local usage log stores no address of a visitor, so it cannot tell.",
    ),
    Metric(
        name="publications_on_bdg", title="Publications that reference the Battery Data Genome",
        value=None, unknown="Needs a list of citing DOIs; no catalog holds one.",
    ),
    Metric(
        name="publications_using_data", title="Publications that use the data", value=None,
        unknown="An entry names the article that presents the data, not those that use them.",
    ),
    Metric(
        name="protocols", title="Share of entries with a machine-readable protocol", value=None,
        unknown="Catalogs state protocols in words; whether a machine can read them is not stated.",
    ),
    Metric(
        name="questionnaires", title="Innovation and questionnaires", value=None,
        unknown="Gathered by hand.",
    ),
)  # fmt: skip
"""Metrics of the list that no catalog can tell, each with its reason."""
