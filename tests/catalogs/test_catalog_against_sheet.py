"""The catalogs against an independent sheet of facts beside the mirror; skipped without it.

The sheet says which of its values nobody has verified. None of those may stand in a catalog
without being named in the entry's `unverified`.
"""

import re

import pytest
import yaml

from real_files import FOLDERS

# Values that whoever wrote the sheet took from titles or general knowledge.
LIKELY = {
    "cathode": "cathode_chemistry",
    "anode": "anode_chemistry",
    "nominal_capacity_ah": "nominal_capacity_ah",
    "contact_organisation": "contact_details",
    "cell_model": "cell_model",
    "manufacturer": "manufacturer",
    "form_factor": "form_factor",
}
DOUBTS = {
    "licence": ["licence"],
    "nominal_capacity": ["nominal_capacity_ah"],
    "chemistry": ["anode_chemistry", "cathode_chemistry"],
    "chemistry list": ["anode_chemistry", "cathode_chemistry"],
    "cathode": ["cathode_chemistry"],
    "cathode composition": ["cathode_chemistry"],
    "anode": ["anode_chemistry"],
    "voltages": ["minimum_voltage_volt", "maximum_voltage_volt"],
    "voltage_limits_v": ["minimum_voltage_volt", "maximum_voltage_volt"],
    "temperature": ["ambient_temperature_celsius"],
    "temperature_c": ["ambient_temperature_celsius"],
    "c_rates": ["charging_c_rate", "discharging_c_rate"],
    "tester": ["test_equipment"],
    "manufacturer": ["manufacturer"],
    "model": ["cell_model"],
    "form_factor": ["form_factor"],
    "form factor": ["form_factor"],
    "authors": ["citation.authors"],
    "organisation": ["contact_details"],
}


@pytest.fixture(scope="module")
def sheet():
    """Data sets of the sheet by id."""
    paths = [folder / ".." / "reference" / "hubs.yaml" for folder in FOLDERS]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        pytest.skip("no sheet of facts beside a folder of BDG_MIRROR")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506


def values_of(entry):
    """Return every value of an entry that the sheet may doubt, by our name."""
    metadata = entry["metadata"]
    return {
        **metadata["primary"],
        **(metadata.get("secondary") or {}),
        "licence": None if metadata["licence"] == "unknown" else metadata["licence"],
        "citation.authors": metadata["citation"]["authors"],
        "citation.doi": metadata["citation"]["doi"],
    }


def test_hubs_and_data_sets_are_those_of_the_sheet(sheet, hub_files, entries):
    assert {hub["id"] for hub in sheet["hubs"]} == set(hub_files) - {"demo", "ampworks"}
    assert len(sheet["datasets"]) == 142
    for said in sheet["datasets"]:
        metadata = entries[said["id"]]["metadata"]
        assert metadata["hub"] == said["hub"]
        assert metadata["segment"] == said["segment"]
        assert metadata["kind"] == said["kind"]


def test_what_the_sheet_does_not_know_is_empty_or_doubted(sheet, entries):
    for said in sheet["datasets"]:
        entry = entries[said["id"]]
        values, doubted = values_of(entry), set(entry["metadata"].get("unverified") or [])
        for theirs, ours in {**LIKELY, "tester": "test_equipment", "licence": "licence"}.items():
            text = str(said[theirs])
            if text == "UNKNOWN" or "UNVERIFIED" in text:
                assert values.get(ours) is None or ours in doubted, (said["id"], ours)


def test_no_value_the_sheet_doubts_is_shown_as_fact(sheet, entries):
    for said in sheet["datasets"]:
        entry = entries[said["id"]]
        values, doubted = values_of(entry), set(entry["metadata"].get("unverified") or [])
        for doubt in said["unverified"]:
            for ours in DOUBTS.get(doubt, []):
                whole = ours.split(".")[0] in doubted
                assert values.get(ours) is None or ours in doubted or whole, (said["id"], ours)


def test_likely_values_of_new_entries_are_named_as_unverified(sheet, entries):
    # Traced to an index, an archive or a paper when their tables were made, or our own.
    looked_up = {"severson-2019", "nasa-pcoe-battery", "hust-2022", "xjtu-2024"}
    looked_up |= {"zhu-2022-relaxation", "bdg-mechanistic-lfp", "bdg-pybamm-lfp"}
    looked_up |= {n for n, e in entries.items() if n.startswith("ba-") and e["args"].get("cells")}
    for said in sheet["datasets"]:
        if said["id"] in looked_up:
            continue
        entry = entries[said["id"]]
        values, doubted = values_of(entry), set(entry["metadata"]["unverified"])
        for ours in LIKELY.values():
            assert values.get(ours) is None or ours in doubted, (said["id"], ours)


def test_stated_counts_sizes_and_sums_are_those_of_the_sheet(sheet, entries):
    for said in sheet["datasets"]:
        metadata = entries[said["id"]]["metadata"]
        stated = metadata["cells_stated"] or next(iter((metadata.get("counted") or {}).values()), 0)
        assert stated == (0 if said["n"] == "UNKNOWN" else said["n"]), said["id"]
        args = entries[said["id"]]["args"]
        files = {f["name"]: f for f in args.get("downloads") or []}
        # A file that a table is read from goes by its address.
        files |= {t["url"]: t for t in (args.get("tables") or {}).values() if "bytes" in t}
        for theirs in said["files"]:
            for key in ("bytes", "sha256", "md5"):
                if key in theirs:
                    ours = files.get(theirs["name"]) or files[theirs["url"]]
                    assert ours[key] == theirs[key]


def test_no_sentence_is_copied(sheet, hub_files):
    theirs = set()
    for said in [*sheet["hubs"], *sheet["datasets"]]:
        for value in said.values():
            for text in value if isinstance(value, list) else [value]:
                theirs |= sentences(str(text))
    ours = set()
    for file in hub_files.values():
        ours |= sentences(str(file["metadata"]["hub"].get("notes") or ""))
        for entry in (file["sources"] or {}).values():
            for key in ("notes", "how_to_get", "title"):
                ours |= sentences(str(entry["metadata"].get(key) or ""))
            ours |= sentences(entry["description"])
    assert not ours & theirs


def sentences(text):
    """Return the sentences of more than twelve words, in one spelling."""
    parts = re.split(r"(?<=[.;:!?])\s+", text)
    return {" ".join(p.lower().split()).rstrip(".;:") for p in parts if len(p.split()) > 12}
