"""Facts tables: what is known about cells without any measurement at hand."""

import re
from collections import Counter
from pathlib import Path
from statistics import mean, median

import pytest

from bdg_explore.columns import COLUMNS
from bdg_explore.metadata.battery_archive_names import parse_cell_name

COUNTS = {
    "severson-2019": 124,
    "nasa-pcoe-battery": 34,
    "ba-snl-lfp": 30,
    "ba-snl-nca": 24,
    "ba-snl-nmc": 32,
    "ba-ul-pur": 22,
    "ba-hnei": 15,
    "ba-calce": 7,
    "ba-oxford": 8,
    "ba-mich-form": 40,
    "ba-mich-exp": 18,
    "hust-2022": 77,
    "ampworks-electrodes": 2,
    "xjtu-2024": 55,
    "bdf-dlr-hydra-halfcells": 2,
    "attia-2020": 45,
    "calce-cs2": 8,
    "calce-cx2": 7,
    "cmu-evtol": 22,
    "deng-20-ev": 20,
    "fei-bus": 4,
    "kit-luh-blank-2024": 228,
    "nasa-randomized": 28,
    "oxford-degradation-1": 8,
    "pybamm-ocp": 7,
    "rwth-home-storage": 21,
    "rwth-li-2021": 48,
    "stanford-pozzato-2022": 10,
    "tumftm-uds": 2,
    "zhang-2020-eis": 12,
    "zhu-2022-relaxation": 130,
}
# Native ids of the others are not known, and none is invented.
PARTLY = {"attia-2020": 240, "calce-cs2": 15, "calce-cx2": 12, "pybamm-ocp": 10, "tumftm-uds": 7}
ARCHIVE = [name for name in COUNTS if name.startswith("ba-")]


def test_every_table_belongs_to_an_entry(facts, entries):
    named = {
        name: Path(entry["args"]["cells"]).stem
        for name, entry in entries.items()
        if entry["args"].get("cells", "").endswith(".csv")
    }
    assert set(named.values()) == set(facts) == set(COUNTS)
    # The results of the long KIT test are about the cells of its log.
    other = {name: table for name, table in named.items() if name != table}
    assert other == {"kit-luh-blank-2024-results": "kit-luh-blank-2024"}


@pytest.mark.parametrize("dataset", COUNTS)
def test_tables_are_whole(dataset, facts, entries):
    table = facts[dataset]
    metadata = entries[dataset]["metadata"]
    stated = metadata["cells_stated"] or next(iter(metadata["counted"].values()))
    assert len(table) == COUNTS[dataset]
    assert stated == PARTLY.get(dataset, COUNTS[dataset])
    columns = list(next(iter(table.values())))
    assert columns[0] == "native_id" and set(columns) <= set(COLUMNS)
    for row in table.values():
        for name, text in row.items():
            assert text == text.strip()
            if text and COLUMNS[name].kind == "float":
                float(text)


def test_native_ids_are_unique(facts):
    # Reading into a dict would hide a repeat, so count the lines.
    for dataset, table in facts.items():
        assert len(table) == COUNTS[dataset], dataset


def test_fractions_are_fractions(facts):
    for table in facts.values():
        for row in table.values():
            if row.get("soc_minimum"):
                assert 0 <= float(row["soc_minimum"]) < float(row["soc_maximum"]) <= 1


def lives(facts, split):
    return [
        float(row["cycle_life"]) for row in facts["severson-2019"].values() if row["split"] == split
    ]


@pytest.mark.parametrize(
    ("split", "count", "middle", "average", "least", "most"),
    [
        ("train", 41, 527, 673.8, 300, 2160),
        ("test1", 43, 561, 709.3, 148, 2237),
        ("test2", 40, 964.5, 1032, 541, 1935),
    ],
)
def test_severson_lives_are_the_published_ones(facts, split, count, middle, average, least, most):
    found = lives(facts, split)
    assert (len(found), median(found), min(found), max(found)) == (count, middle, least, most)
    assert mean(found) == pytest.approx(average, abs=0.5)


def test_severson_batches_and_exclusions(facts):
    table = facts["severson-2019"]
    assert Counter(row["batch"] for row in table.values()) == {
        "2017-05-12": 41, "2017-06-30": 43, "2018-04-12": 40,
    }  # fmt: skip
    for native, row in table.items():
        assert row["batch"] == ["2017-05-12", "2017-06-30", "2018-04-12"][int(native[1]) - 1]
    excluded = {
        "b1c8", "b1c10", "b1c12", "b1c13", "b1c22", "b3c37", "b3c2", "b3c23", "b3c32", "b3c42",
        "b3c43", "b2c7", "b2c8", "b2c9", "b2c15", "b2c16",
    }  # fmt: skip
    assert not excluded & set(table)
    assert {"b1c0", "b3c38", "b3c39"} <= set(table)


def test_severson_joined_cells_name_their_continuation(facts):
    table = facts["severson-2019"]
    joined = {"b1c0": "b2c7", "b1c1": "b2c8", "b1c2": "b2c9", "b1c3": "b2c15", "b1c4": "b2c16"}
    for native, other in joined.items():
        assert f" {other} " in table[native]["note"]
    assert [float(table[native]["cycle_life"]) for native in joined] == [
        1852,
        2160,
        2237,
        1434,
        1709,
    ]


def test_severson_guesses_nothing_about_the_second_test_part(facts):
    rows = [row for row in facts["severson-2019"].values() if row["split"] == "test2"]
    assert {row[name] for row in rows for name in ("protocol", "barcode", "also_known_as")} == {""}


def test_severson_also_known_as_is_one_to_one(facts):
    names = [
        row["also_known_as"] for row in facts["severson-2019"].values() if row["also_known_as"]
    ]
    expected = [f"train_cell{i:02d}" for i in range(1, 42)]
    expected += [f"test1_cell{i:02d}" for i in range(1, 44)]
    assert sorted(names) == sorted(expected)


def test_nasa_cells(facts):
    numbers = [5, 6, 7, 18, *range(25, 35), 36, *range(38, 57)]
    assert list(facts["nasa-pcoe-battery"]) == [f"B{number:04d}" for number in numbers]


def test_nasa_limits_stand_in_the_protocol_too(facts):
    for row in facts["nasa-pcoe-battery"].values():
        assert row["protocol"].endswith(f" to {row['minimum_voltage_volt']} V")
        assert float(row["minimum_voltage_volt"]) in {2.0, 2.2, 2.5, 2.7}


def test_nasa_rates_are_load_over_two_ampere_hours(facts):
    for row in facts["nasa-pcoe-battery"].values():
        load = row["protocol"].split("discharge ")[1].split(" to ")[0]
        if row["discharging_c_rate"]:
            assert load == f"{2 * float(row['discharging_c_rate']):g} A"
        else:
            assert "," in load or "and" in load or "square wave" in load


@pytest.mark.parametrize("dataset", ARCHIVE)
def test_archive_facts_are_what_the_names_say(dataset, facts):
    for native, row in facts[dataset].items():
        said = parse_cell_name(native)
        for name in set(said) & set(COLUMNS):
            value = said[name]
            if isinstance(value, float):
                assert float(row[name]) == pytest.approx(value), (native, name)
            else:
                assert row[name] == (value or ""), (native, name)


def test_archive_groups_hold_their_own(facts):
    heads = {dataset: {native.split("_")[0] for native in facts[dataset]} for dataset in ARCHIVE}
    assert heads == {
        "ba-snl-lfp": {"SNL"}, "ba-snl-nca": {"SNL"}, "ba-snl-nmc": {"SNL"},
        "ba-ul-pur": {"UL-PUR"}, "ba-hnei": {"HNEI"}, "ba-calce": {"CALCE"}, "ba-oxford": {"OX"},
        "ba-mich-form": {"MICH"}, "ba-mich-exp": {"MICH"},
    }  # fmt: skip
    assert sum(len(facts[dataset]) for dataset in ARCHIVE) == 196


def test_archive_groups_of_one_chemistry_agree_with_their_entry(facts, entries):
    for dataset in ARCHIVE:
        stated = entries[dataset]["metadata"]["primary"]["cathode_chemistry"]
        assert {row["cathode_chemistry"] for row in facts[dataset].values()} == {stated}


def test_tongji_facts_are_what_the_names_say(facts):
    rates = {"025": 0.25, "05": 0.5, "1": 1.0}
    for native, row in facts["zhu-2022-relaxation"].items():
        said = re.fullmatch(r"(NCA|NCM|NCM_NCA)_CY(\d\d)-(\d+)_(\d)-#(\d+)", native)
        assert row["cathode_chemistry"] == said[1].replace("_", "+")
        assert row["ambient_temperature_celsius"] == said[2]
        assert float(row["charging_c_rate"]) == rates[said[3]]
        assert float(row["discharging_c_rate"]) == float(said[4])
        assert row["also_known_as"] == f"{row['batch']}/{native[len(said[1]) + 1 :]}"
    held = Counter(row["cathode_chemistry"] for row in facts["zhu-2022-relaxation"].values())
    assert held == {"NCA": 66, "NCM": 55, "NCM+NCA": 9}


def test_hust_schedules_are_all_different(facts):
    schedules = [row["protocol"] for row in facts["hust-2022"].values()]
    assert len(set(schedules)) == 77
    assert facts["hust-2022"]["1-1"]["protocol"].startswith("discharge 5C to 60 %, 1C to 40 %")


def test_kit_sets_of_conditions_have_three_cells_each(facts):
    table = facts["kit-luh-blank-2024"]
    assert set(Counter(row["batch"] for row in table.values()).values()) == {3}
    assert Counter(row["objective_of_test"] for row in table.values()) == {
        "calendar_aging": 48, "cycle_aging": 144, "drive_cycle": 36,
    }  # fmt: skip


def test_nasa_random_walks_are_seven_regimes_of_four_cells(facts):
    regimes = Counter(row["batch"] for row in facts["nasa-randomized"].values())
    assert len(regimes) == 7 and set(regimes.values()) == {4}


def test_calce_cells_name_their_copies_in_battery_archive(facts):
    named = {r["also_known_as"] for r in facts["calce-cx2"].values() if r["also_known_as"]}
    assert len(named) == 6 and named < set(facts["ba-calce"])
