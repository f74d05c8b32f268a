"""Made-up entries of catalogs, and strategies for their fields."""

from hypothesis import strategies as st

from bdg_explore.metadata.bricks import OBJECTIVES

SEED = {
    "primary": {
        "uid": "6",
        "objective_of_test": "Calendar Aging",
        "anode_chemistry": "Graphite",
        "cathode_chemistry": "NMC",
        "nominal_capacity_ah": 2.0,
        "test_equipment": "Maccor 123",
        "contact_details": "abc@def.edu",
    },
    "segment": "full_cell",
    "kind": "experimental",
    "licence": "CC-BY-4.0",
    "access": "open",
}
"""The example of Table S1 of the Battery Data Genome."""

ENTRY = {
    "driver": "bdg_dataset",
    "description": "Two synthetic cells",
    "args": {
        "tables": {
            "cycles": {
                "url": "https://example.org/data/{cell}.csv",
                "format": "bdf_csv",
                "cells": ["a", "b"],
            },
            "timeseries": {
                "format": "parquet",
                "files": [
                    {"cell": "a", "url": "https://example.org/a.parquet", "bytes": 1024},
                    {"cell": "b", "url": "/home/someone/b.parquet", "bytes": 2048},
                ],
            },
        },
        "downloads": [{"name": "all.zip", "url": None, "layout": "zip of csv"}],
    },
    "metadata": {
        "hub": "lab",
        "title": "Two made cells",
        "segment": "full_cell",
        "kind": "synthetic",
        "licence": "CC0-1.0",
        "access": "open",
        "cells_stated": 2,
        "citation": {
            "title": "Cells & 100 % of their {lives}",
            "authors": "Ada Lovelace; Alessandro Volta",
            "journal": "J. Power Sources 196, 10314-10321",
            "year": 2026,
            "doi": "10.1234/article",
        },
        "doi": "10.5281/zenodo.1",
        "landing_url": "https://example.org/record",
        "primary": {
            "objective_of_test": ["cycle_aging", "fast_charge"],
            "anode_chemistry": "graphite",
            "cathode_chemistry": "LFP",
            "nominal_capacity_ah": 1.1,
            "test_equipment": None,
            "contact_details": "a@example.org",
        },
        "secondary": {
            "cell_model": "X1",
            "manufacturer": "Maker",
            "form_factor": "18650",
            "ambient_temperature_celsius": 25.0,
            "cycle_life": 500.0,
        },
        "unverified": ["anode_chemistry", "citation.bibliographic_detail"],
        "notes": None,
    },
}

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1
).filter(lambda w: w.lower() not in ("unknown", "n/a", "tbd", "?"))
PRIMARIES = st.fixed_dictionaries(
    {},
    optional={
        "uid": WORDS.map(lambda w: f"set/{w}"),
        "objective_of_test": st.sampled_from(OBJECTIVES),
        "anode_chemistry": WORDS,
        "cathode_chemistry": WORDS,
        "nominal_capacity_ah": st.floats(1e-6, 1e4),
        "test_equipment": WORDS,
        "contact_details": WORDS,
    },
)
