"""A made-up collection whose numbers can be worked out by hand, and the one that ships."""

from copy import deepcopy

from bdg_explore.hubs.catalogs import records_in
from bdg_explore.hubs.collection import Hubs
from bdg_explore.hubs.entries import Hub, dataset_from_entry
from bdg_explore.shipped import catalogs_folder

FIRST = Hub("first", "First hub", "The First Institute")
SECOND = Hub("second", "Second hub", "Second Lab; The first institute")
EMPTY = Hub("empty", "An index", "Nobody knows")
DEMO_HUB = Hub("demo", "Demo", "bdg-explore")

WHOLE = {
    "objective_of_test": ["cycle_aging", "fast_charge"],
    "anode_chemistry": "graphite",
    "cathode_chemistry": "NCA, NCM or LFP",
    "nominal_capacity_ah": 1.5,
    "test_equipment": "Arbin",
    "contact_details": "Cells Group, The First Institute",
}
BARE = {"cathode_chemistry": "LFP", "contact_details": "someone@second.org"}


def entry(primary, *, downloads=(), tables=None, **metadata):
    usual = {
        "segment": "full_cell",
        "kind": "experimental",
        "licence": "unknown",
        "access": "open",
        "primary": primary,
        "citation": {"title": "T", "authors": "Ada Lovelace", "year": 2026, "doi": "10.1234/a"},
        "landing_url": "https://example.org/",
    }
    args = {"downloads": list(downloads), "tables": tables or {}}
    return {"description": "Made up", "args": args, "metadata": {**usual, **metadata}}


DOI = "10.5281/zenodo.1"
# Whole and sure; half of it unverified; the same data elsewhere; a sibling; next to nothing.
ENTRIES = {
    "whole": (FIRST, entry(
        WHOLE, licence="CC-BY-4.0", doi=DOI, siblings=["sibling"],
        downloads=[{"name": "a.csv", "url": "https://example.org/a.csv", "bytes": 1000}],
    )),
    "doubtful": (FIRST, entry(
        WHOLE, licence="CC-BY-4.0", unverified=["licence", "cathode_chemistry", "test_equipment"],
        downloads=[{"name": "a.csv", "url": "https://example.org/a.csv"},
                   {"name": "b.csv", "url": "https://example.org/b.csv"}],
    )),
    "copy": (SECOND, entry(BARE, doi=DOI.upper(), segment="field")),
    "sibling": (FIRST, entry(BARE, doi=DOI)),
    "bare": (SECOND, entry({}, kind="synthetic", access="on_request")),
    "demo-x": (DEMO_HUB, entry(WHOLE, kind="synthetic", licence="CC0-1.0")),
}  # fmt: skip


def made_hubs(**changes):
    """Return the collection; `changes` replace keys of an entry's metadata by data set."""
    datasets = []
    for name, (hub, held) in ENTRIES.items():
        held = deepcopy(held)
        held["metadata"] |= changes.get(name, {})
        datasets.append(dataset_from_entry(name, held, hub, "made up"))
    return Hubs([EMPTY, *datasets])


def shipped_hubs():
    """Return the collection that ships, without a mirror or a catalog of the user's."""
    return Hubs(records_in(catalogs_folder() / "bdg.yaml"))
