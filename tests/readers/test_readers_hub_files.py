"""Files of hubs: BEEP, Oxford, CALCE text, NASA's index, BDF as JSON, and what holds no data."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))
from make_hdf5_samples import mat5, oxford_part
from reader_samples import notes_of

from bdg_explore import readers
from bdg_explore.errors import FrameError, ReadError, UnknownFormatError

BEEP = {
    "@module": "beep.structure",
    "@class": "ProcessedCyclerRun",
    "barcode": "x",
    "summary": {"cycle_index": [0, 1], "discharge_capacity": [1.0, 0.9], "charge_capacity": [1, 1]},
    "cycles_interpolated": {
        "cycle_index": [0, 0],
        "voltage": [3.0, 3.1],
        "discharge_capacity": [1.0, 0.5],
    },
}


def _beep(**changes):
    return json.dumps({**BEEP, **changes}).encode()


# --- BEEP -----------------------------------------------------------------------------------------


def test_beep_curves():
    frame = readers.read(_beep(), table="curves")
    assert frame["discharging_capacity_ah"].tolist() == [1.0, 0.5]
    assert frame.attrs["source"]["barcode"] == "x"


def test_beep_cycles_of_the_diagnostics_alone_are_appended():
    more = {
        "cycle_index": [1, 2],
        "cycle_type": ["reset", "hppc"],
        "discharge_capacity": [0.9, 0.8],
    }
    frame = readers.read(_beep(diagnostic_summary=more))
    assert frame["cycle_discharging_capacity_ah"].tolist() == [1.0, 0.9, 0.8]
    assert frame["cycle_type"].astype(object).tolist()[1:] == ["reset", "hppc"]
    assert np.isnan(frame["cycle_charging_capacity_ah"].iloc[2])
    assert "1 cycles stand in diagnostic_summary alone" in notes_of(frame)


def test_beep_columns_of_different_lengths():
    summary = {"cycle_index": [0, 1, 2], "discharge_capacity": [1.0]}
    with pytest.raises(ReadError, match="discharge_capacity has 1 values"):
        readers.read(_beep(summary=summary))


@pytest.mark.parametrize("summary", [None, {}, [], "text"])
def test_beep_without_a_summary(summary):
    with pytest.raises(ReadError, match=r"no summary or it is empty|no table of columns"):
        readers.read(_beep(summary=summary))


def test_beep_cut_short():
    with pytest.raises(ReadError, match="not a whole JSON text"):
        readers.read(_beep()[:-30])


def test_json_nested_without_end_is_refused():
    with pytest.raises(ReadError, match="not a whole JSON"):
        readers.read(b"[" * 200_000, format="beep_json")


def test_beep_a_text_among_capacities():
    summary = {"cycle_index": [0, 1], "discharge_capacity": [1.0, "much"]}
    with pytest.raises(ReadError, match="'much' is not a number"):
        readers.read(_beep(summary=summary))


# --- BDF as JSON ----------------------------------------------------------------------------------

SERIES = {"test_time_second": [0, 1], "voltage_volt": [3.5, 3.6], "current_ampere": [1, 1]}


@pytest.mark.parametrize(
    "content",
    [
        SERIES,
        [{name: values[i] for name, values in SERIES.items()} for i in range(2)],
        {name: {str(i): v for i, v in enumerate(values)} for name, values in SERIES.items()},
        {"columns": list(SERIES), "index": [0, 1], "data": [[0, 3.5, 1], [1, 3.6, 1]]},
        {"meta": {"maker": "x"}, "data": SERIES},
    ],
)
def test_bdf_json_in_every_layout(content):
    frame = readers.read(json.dumps(content).encode())
    assert frame.attrs["source"]["format"] == "bdf_json"
    assert frame["voltage_volt"].tolist() == [3.5, 3.6]


def test_bdf_json_a_record_without_a_value():
    lines = [{"test_time_second": 0, "voltage_volt": 3.5}, {"test_time_second": 1}]
    text = "\n".join(map(json.dumps, lines)).encode()
    with pytest.raises(FrameError, match="current_ampere"):
        readers.read(text)
    frame = readers.read(text, check=False)
    assert frame.attrs["source"]["columns"]["voltage_volt"]["nulls_in"] == 1


def test_bdf_json_a_number_larger_than_any_float():
    content = {**SERIES, "voltage_volt": [3.5, 10**400]}
    frame = readers.read(json.dumps(content).encode())
    assert np.isinf(frame["voltage_volt"].iloc[1])


# --- Oxford ---------------------------------------------------------------------------------------

UP, DOWN = (2.75, 3.75, 4.25), (4.25, 3.75, 2.75)


def _oxford(**more):
    parts = {"C1ch": oxford_part(735000.0, 740.0, UP), "C1dc": oxford_part(735001.0, -740.0, DOWN)}
    return mat5({"Cell1": {"cyc0000": {**parts, **more}}})


def test_oxford_cycles_and_time_series():
    cycles = readers.read(_oxford(), table="cycles")
    assert cycles["cycle_discharging_capacity_ah"].tolist() == [0.74]
    frame = readers.read(_oxford(), table="timeseries")
    assert frame["test_time_second"].tolist() == [0, 21600, 43200, 86400, 108000, 129600]
    assert frame["unix_time_second"].iloc[0] == (735000 - 719529) * 86400
    assert frame["step_count"].tolist() == [1, 1, 1, 2, 2, 2]
    np.testing.assert_allclose(frame["current_ampere"], [0.74 / 12] * 3 + [-0.74 / 12] * 3)
    assert "the file has no current" in notes_of(frame)


def test_oxford_example_with_a_current():
    content = mat5(
        {
            "ExampleDC_C1": {
                "ch": oxford_part(735000.0, 740.0, UP, i=740.0),
                "dc": oxford_part(735001.0, -740.0, DOWN, i=-740.0),
            }
        }
    )
    frame = readers.read(content, table="timeseries")
    assert frame["current_ampere"].tolist() == [0.74] * 3 + [-0.74] * 3
    assert "no current" not in notes_of(frame)


def test_oxford_columns_of_different_lengths():
    part = oxford_part(735002.0, 740.0, UP)
    part["v"] = part["v"][:2]
    with pytest.raises(ReadError, match="cycle 0, OCVch: its columns are not of one length"):
        readers.read(_oxford(OCVch=part))


def test_oxford_without_voltage():
    part = oxford_part(735002.0, 740.0, UP)
    del part["v"]
    with pytest.raises(ReadError, match="no numbers called v"):
        readers.read(_oxford(OCVch=part))


# --- CALCE text -----------------------------------------------------------------------------------


def _calce(rows, heads="Time\tmA\tmV\tCharge count"):
    return "\n".join([heads, *("\t".join(map(str, row)) for row in rows)]).encode() + b"\n"


def test_calce_magnitudes_are_signed_by_the_voltage():
    up = [(60 * i, 550, 3500 + 20 * i, 0) for i in range(12)]
    down = [(720 + 60 * i, 550, 3700 - 20 * i, 1) for i in range(12)]
    frame = readers.read(_calce([*up, *down]))
    assert frame["current_ampere"].tolist() == [0.55] * 12 + [-0.55] * 12
    assert frame["cycle_count"].tolist() == [1] * 24
    assert "told by the voltage" in notes_of(frame)


def test_calce_clock():
    rows = [("0:00:00", 550, 3500, 2), ("25:00:00", -550, 3400, 3)]
    frame = readers.read(_calce(rows))
    assert frame["test_time_second"].tolist() == [0.0, 90000.0]
    assert frame["cycle_count"].tolist() == [2, 2]


# --- the index of NASA's data ---------------------------------------------------------------------

INDEX = "type,start_time,ambient_temperature,battery_id,test_id,uid,filename,Capacity,Re,Rct"


def test_nasa_index_leaves_out_and_counts():
    rows = [
        "charge,[2010 1 1 0 0 0],24,B1,0,1,1.csv,,,",
        "discharge,[2010 1 1 1 0 0],24,B1,1,2,2.csv,1.5,,",
        "impedance,[2010 1 1 2 0 0],24,B1,2,3,3.csv,,(1+2j),0.1",
        "discharge,[2010 1 1 3 0 0],24,B1,3,4,4.csv,0,,",
    ]
    frame = readers.read("\n".join([INDEX, *rows]).encode())
    source = frame.attrs["source"]
    assert (source["rows_in"], source["rows_out"], source["rows_left_out"]) == (4, 2, 2)
    assert frame["cycle_count"].tolist() == [1, 2]
    assert frame["cycle_discharging_capacity_ah"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["discharge,[2010 1 1 1 0 0],24,B1"], "line 2: 4 fields under 10"),
        (["charge,[2010 1 1 0 0 0],24,B1,0,1,1.csv,,,"], "lists no discharges"),
    ],
)
def test_nasa_index_that_is_not_whole(rows, said):
    with pytest.raises(ReadError, match=said):
        readers.read("\n".join([INDEX, *rows]).encode())


# --- what holds no measurements -------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"Data Description:\nA set of four cells was cycled at room temperature until it failed.\n",
        b"README\n\nThis folder holds the files of our test, one for each of the cells we had.\n",
        b'{"@context": "https://w3id.org/x", "@graph": [{"@id": "a", "@type": "b"}]}',
    ],
)
def test_companions_are_named(content):
    with pytest.raises(UnknownFormatError, match="holds no measurements"):
        readers.read(content)


def test_a_table_is_no_companion():
    with pytest.raises(UnknownFormatError, match="No format is known"):
        readers.read(b"a,b\n1,2\n")
