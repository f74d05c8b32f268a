"""On real files: what is known to be wrong is found, and what is sound is let alone."""

import numpy as np
import pytest

import bdg_explore as bdg
from bdg_explore.curation import check, fingerprint, require_sign, sign_votes
from bdg_explore.errors import BdgError

DEMO = ["demo-lfp", "demo-nmc811", "demo-nmc532"]
# what the makers of the demo fleet did to five of its cells on purpose
SPOILT = {
    "LFP_25C_0-100_0.5-1C_c": ({"Q03"}, {"Q03"}),
    "LFP_25C_0-100_3-1C_b": ({"Q14"}, set()),
    "NMC532_10C_0-100_0.5-1C_b": (set(), {"Q12"}),
    "NMC532_25C_0-100_0.5-1C_c": (set(), {"Q18"}),
    "NMC811_25C_0-100_0.5-1C_b": ({"Q09"}, {"Q16"}),
}


@pytest.fixture(scope="module")
def hubs():
    return bdg.open_hubs()


@pytest.mark.parametrize("dataset", DEMO)
def test_demo_cells_score_one_but_those_that_were_spoilt(hubs, dataset):
    cells = hubs.cells[hubs.cells["dataset"] == dataset]
    facts = {
        name: cells[name]
        for name in (
            "nominal_capacity_ah",
            "minimum_voltage_volt",
            "maximum_voltage_volt",
            "soc_minimum",
            "soc_maximum",
        )
    }
    for place, table in enumerate(("timeseries", "cycles")):
        report = check(hubs.table(table, list(cells.index)), **facts)
        found: dict[str, set[str]] = {}
        for one in report.found:
            found.setdefault(one.cell.split("/")[1], set()).add(one.id)
        wanted = {
            name: ids[place]
            for name, ids in SPOILT.items()
            if ids[place] and f"{dataset}/{name}" in cells.index
        }
        assert found == wanted, table
    assert check(hubs.table("curves", list(cells.index)[:4])).score == 1.0


def test_the_wild_voltages_of_a_demo_cell_are_found_to_the_row(hubs):
    records = hubs.timeseries("demo-nmc811/NMC811_25C_0-100_0.5-1C_b")
    (spikes,) = check(records).found
    volts = records["voltage_volt"].to_numpy()[spikes.rows]
    np.testing.assert_allclose(volts, [4.8123, 1.0341, 0.0127], atol=1e-3)
    assert set(records["cycle_count"].to_numpy()[spikes.rows]) == {100}


def test_the_time_bug_is_found_in_its_19_rows(mirror):
    name = "SINTEF__SLPBA842124HV__2024-10-23__Rate_25degC__Neware__Time_Bug.bdf.csv"
    records = bdg.read(mirror / "bdf" / name, check=False)
    (time,) = check(records).found
    assert (time.id, time.severity, time.count) == ("Q01", "error", 19)
    assert (np.diff(records["test_time_second"])[time.rows - 1] < 0).all()


def test_the_same_test_without_the_bug_is_sound(mirror):
    for name in ("csv", "parquet"):
        path = mirror / "bdf" / f"fivestar_structured_battery_data.bdf.{name}"
        assert check(bdg.read(path)).score == 1.0


def test_two_files_of_one_test_are_one_cell(mirror):
    one, other = (
        bdg.read(mirror / "bdf" / f"fivestar_structured_battery_data.bdf.{name}")
        for name in ("csv", "parquet")
    )
    assert fingerprint(one).matches(fingerprint(other)) == "content"
    assert [f.id for f in check(one, known={"parquet": fingerprint(other)}).found] == ["Q22"]


def test_a_published_file_whose_clock_runs_3600_times_too_fast(mirror):
    name = "DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv"
    (time,) = check(bdg.read(mirror / "bdf" / name)).found
    assert (time.id, time.severity) == ("Q04", "error")
    assert "36000 s" in time.evidence


def test_aborted_discharges_of_nasa_cells(mirror):
    """B0039 begins with discharges of 0.119 and 0.163 Ah; the cell holds 2 Ah."""
    report = check(bdg.read(mirror / "nasa_pcoe" / "B0039.mat"), nominal_capacity_ah=2.0)
    found = report.findings.set_index("id")
    assert found.loc["Q19", "rows"].tolist()[:2] == [1, 3]
    assert found.loc["Q19", "evidence"].endswith("the least 0.119 Ah.")
    assert report.ok
    assert report.measures["counter_deviation"] > 0.005


def test_thermometers_that_were_never_connected(mirror):
    name = "SINTEF__LiGrR2032__2024-04-30__25degC__Landt.csv"
    (found,) = check(bdg.read(mirror / "raw" / "landt" / name)).found
    assert found.id == "Q14"
    assert found.evidence.count(" reads 0 ") == 3


def severson(mirror, table: str):
    hubs = bdg.open_hubs()
    cells = hubs.cells.index[hubs.cells["dataset"] == "severson-2019"]
    try:
        return hubs.table(table, list(cells))
    except BdgError as error:
        pytest.skip(f"Severson's tables are not to be had here: {error}")


@pytest.mark.filterwarnings("ignore::bdg_explore.errors.MissingDataWarning")
def test_severson_curves_that_reverse_and_that_are_far_too_large(mirror):
    found = check(severson(mirror, "curves")).findings
    reversals = found[found["id"] == "Q11"].set_index("cell")
    assert reversals["count"].sum() == 6 + 29  # train and primary test
    spikes = {
        (row.cell.split("/")[1], number)
        for row in found[found["id"] == "Q10"].itertuples()
        for number in row.rows.tolist()
    }
    assert spikes == {("b1c3", 12), ("b1c21", 13), ("b1c36", 73), ("b1c4", 12), ("b1c20", 13)}


@pytest.mark.filterwarnings("ignore::bdg_explore.errors.MissingDataWarning")
def test_severson_batch_one_begins_at_its_second_cycle(mirror):
    report = check(severson(mirror, "cycles"), nominal_capacity_ah=1.1)
    missing = report.findings[report.findings["id"] == "Q12"]
    assert {cell.split("/")[1][:3] for cell in missing["cell"]} == {"b1c"}
    assert all(rows.tolist() == [1] for rows in missing["rows"])
    assert len(missing) == 41
    assert report.ok


# files of many testers: which errors they deserve; none has a current of the wrong sign
DESERVED = {
    "SINTEF__SLPBA842124HV__2024-10-23__Rate_25degC__Neware__Time_Bug.bdf.csv": {"Q01"},
    "DLR__LiLNMOHydra0b__20221125__POCV__25degC__Basytec.bdf.csv": {"Q04"},
    "cycle_index_shared.csv": {"Q20"},  # capacity is the text [] in 25 rows
    "preparenovonix_example_data.csv": {"Q13"},  # the number falls from 2 to 1 in the file itself
}


@pytest.mark.parametrize(
    "folder", ["raw", "bdf", "calce", "nasa_pcoe", "module", "battery_archive"]
)
def test_real_files_give_the_errors_they_deserve_and_no_others(mirror, folder):
    seen = 0
    for path in sorted((mirror / folder).rglob("*.*")):
        try:
            frame = bdg.read(path, check=False)
        except BdgError:
            continue  # what does not read is the business of the readers' tests
        report = check(frame)
        errors = {one.id for one in report.found if one.severity == "error"}
        assert errors == DESERVED.get(path.name, set()), f"{path.name}\n{report}"
        if report.table == "timeseries":
            seen += 1
            assert sign_votes(frame).verdict != "wrong", path.name
            assert require_sign(frame) is frame
        assert max(map(len, str(report).splitlines())) <= 100
    assert seen
