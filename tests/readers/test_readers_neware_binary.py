"""Neware .ndax and .nda: what is joined and counted on, every layout, and what is wrong."""

import numpy as np
import pytest
from reader_samples import SAMPLES, cycler_maker, notes_of

from bdg_explore import readers
from bdg_explore.columns import (
    CURRENT,
    CYCLE,
    RECORD,
    STEP,
    STEP_CHARGING_CAPACITY,
    STEP_DISCHARGING_CAPACITY,
    STEP_ID,
    STEP_TYPE,
    TEST_TIME,
    UNIX_TIME,
    VOLTAGE,
)
from bdg_explore.errors import ReadError
from bdg_explore.readers._nda import LAYOUTS as NDA_LAYOUTS
from bdg_explore.readers._ndc import LAYOUTS as NDC_LAYOUTS
from bdg_explore.readers._neware import multiplier
from real_files import folder_with, needs_real

MAKE = cycler_maker()
ndax, ndc, parts, nda = MAKE["ndax"], MAKE["ndc"], MAKE["neware_parts"], MAKE["nda"]
REAL = folder_with("raw/neware") / "raw/neware"
real = needs_real("raw/neware")


# --- .ndax ----------------------------------------------------------------------------------------


def test_records_between_two_times_are_counted_on_and_told():
    frame = readers.read(ndax(parts()))
    assert "4 of 8 records have no time and no counters" in notes_of(frame)
    assert "unverified" not in notes_of(frame)


def test_records_before_the_first_time_are_left_out_and_told():
    without = parts()
    run = without["data_runInfo.ndc"]
    page = bytearray(run[4096:])
    page[4] &= ~0b0010  # the entry of the first record
    without["data_runInfo.ndc"] = run[:4096] + bytes(page)
    frame = readers.read(ndax(without))
    source = frame.attrs["source"]
    assert frame[RECORD].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert source["rows_in"] == 8 == source["rows_out"] + source["rows_left_out"]
    assert "1 records before the first one with a time are left out" in notes_of(frame)


def _renumbered(version: int, members: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name: data[:2] + bytes([version]) + data[3:] if name.endswith("ndc") else data
        for name, data in members.items()
    }


def test_a_version_known_from_public_readers_alone_is_marked():
    bare = {n: d for n, d in parts().items() if "runInfo" not in n}
    run = MAKE["records"]({
        "t": ("<u4", [0, 1000]), "_0": ("u1", [0, 0]), "cc": ("<f4", [0, 0.5]),
        "dc": ("<f4", [0, 0]), "ce": ("<f4", [0, 0]), "de": ("<f4", [0, 0]),
        "_1": ("V8", [b""] * 2), "dt": ("<i4", [0, 1000]), "date": ("<u4", [10, 11]),
        "step": ("<u4", [1, 1]), "index": ("<u4", [1, 2]), "ms": ("<u2", [0, 0]),
    })  # fmt: skip
    frame = readers.read(ndax(_renumbered(12, bare | {"data_runInfo.ndc": ndc(18, 12, run, 47)})))
    assert "unverified layout: version 12" in notes_of(frame)
    assert frame[STEP_CHARGING_CAPACITY].iloc[1] == 0.5
    assert frame[TEST_TIME].iloc[[0, 1]].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: {**p, "data.ndc": b""}, "is empty"),
        (lambda p: _renumbered(15, p), "version 15, kind 1, whose layout is not known.*BTSDA"),
        (lambda p: {**p, "data.ndc": p["data.ndc"][:-1]}, "no whole number of pages"),
        (lambda p: {**p, "data.ndc": p["data.ndc"][:4096]}, "has no records"),
        (lambda p: {**p, "data_step.ndc": p["data_step.ndc"][:4096]}, "are of 2 steps, .* lists 0"),
        (lambda p: {n: d for n, d in p.items() if n != "data.ndc"}, r"has no data\.ndc"),
    ],
)
def test_damage_in_an_archive_is_told(change, message):
    with pytest.raises(ReadError, match=message):
        readers.read(ndax(change(parts())), format="neware_ndax")


def test_channels_that_are_not_described_keep_their_values_without_a_meaning():
    bare = {n: d for n, d in parts().items() if n != "TestInfo.xml"}
    frame = readers.read(ndax(bare))
    assert frame.attrs["source"]["unmapped"] == ["auxiliary 1 (?)", "auxiliary 2 (?)"]


def test_a_description_that_expands_is_refused_and_the_records_are_read():
    bomb = '<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'
    frame = readers.read(ndax(parts() | {"TestInfo.xml": bomb.encode()}))
    assert len(frame) == 8
    assert "document type" in notes_of(frame)


def test_the_unit_of_a_range():
    ranges = np.array([1, 50, 100, 1000, 60000, -5, -10, -100, -1000, -200000, 0])
    units = [1e-4, 1e-3, 1e-2, 0.1, 0.1, 1e-5, 1e-4, 1e-3, 1e-2, 1e-2, 0.1]
    np.testing.assert_allclose(multiplier(ranges), units)


def test_layouts_have_the_sizes_of_their_records():
    sizes = {version: layout.record.itemsize for version, layout in NDA_LAYOUTS.items()}
    assert {v: sizes[v] for v in (5, 9, 11, 14, 25, 29)} == {
        5: 59,
        9: 60,
        11: 69,
        14: 86,
        25: 70,
        29: 86,
    }
    ndc_sizes = {key: layout.record.itemsize for key, layout in NDC_LAYOUTS.items()}
    expected = {(2, 1): 94, (5, 1): 87, (5, 5): 87, (14, 1): 8, (14, 18): 55, (11, 18): 47,
                (16, 18): 100, (11, 7): 37, (16, 7): 100}  # fmt: skip
    assert {key: ndc_sizes[key] for key in expected} == expected


# --- .nda -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [14, 16, 17, 20, 22, 23, 24, 26, 28, 29])
def test_every_version_with_four_counters_gives_the_same_frame(version):
    frame = readers.read(
        nda(version, MAKE["nda_29"](dated=version < 26), auxiliary=MAKE["nda_channel"]())
    )
    expected = readers.read(SAMPLES / "neware_nda" / "version_29.nda")
    for name in (TEST_TIME, UNIX_TIME, VOLTAGE, CURRENT, CYCLE, STEP, STEP_CHARGING_CAPACITY):
        np.testing.assert_allclose(frame[name], expected[name], err_msg=name)
    assert ("unverified layout" in notes_of(frame)) == (version != 29)


@pytest.mark.parametrize("version", [5, 6, 7, 8, 9, 11, 12, 13, 15, 18, 25, 27])
def test_a_shared_counter_is_split_by_the_type_of_the_step(version):
    layout = NDA_LAYOUTS[version]
    given = {
        "_tag": [0x55] * 3, "index": [1, 2, 3], "cycle": [int(version in (6, 8))] * 3,
        "step index": [1, 2, 3], "step type": [1, 2, 4], "voltage (0.1 mV)": [40_000] * 3,
        "current (range)": [100, -100, 0], "capacity (range.s)": [3600, 7200, 0],
        "energy (range.s)": [7200, 3600, 0], "date (s)": [1_704_110_400] * 3, "range": [0] * 3,
        "step time (s)": [1, 2, 3], "step time (ms)": [1000, 2000, 3000],
    }  # fmt: skip
    packed = MAKE["records"](
        {n: (t, given.get(n, [0] * 3 if t[0] != "V" else [b""] * 3)) for n, t in layout.fields}
    )
    frame = readers.read(nda(version, packed, fixed_range=1000))
    assert frame[CURRENT].tolist() == [0.01, -0.01, 0]
    assert frame[TEST_TIME].tolist() == [1, 3, 6]
    assert frame[CYCLE].tolist() == [1, 1, 1]
    np.testing.assert_allclose(frame[STEP_CHARGING_CAPACITY], [1e-4, 0, 0])
    np.testing.assert_allclose(frame[STEP_DISCHARGING_CAPACITY], [0, 2e-4, 0])
    assert frame[UNIX_TIME].tolist() == [1_704_110_400] * 3


def test_blocks_of_bts_9_are_joined():
    frame = readers.read(MAKE["nda_130"](blocks=2))
    assert frame[TEST_TIME].tolist() == [0, 10.5, 20, 30]
    assert frame[STEP_TYPE].tolist() == ["Rest", "Rest", "CC DChg", "CC DChg"]


def test_records_that_come_twice_or_out_of_order_are_told():
    packed = MAKE["nda_29"]()
    rows = [packed[i : i + 86] for i in range(0, len(packed), 86)]
    frame = readers.read(nda(29, b"".join([rows[1], rows[0], rows[1], *rows[2:]])))
    source = frame.attrs["source"]
    assert frame[RECORD].tolist() == [1, 2, 3, 4]
    assert source["rows_in"] == 5 == source["rows_out"] + source["rows_left_out"]
    assert "1 records come a second time" in notes_of(frame)
    assert "put in that order" in notes_of(frame)


WHOLE = (SAMPLES / "neware_nda" / "version_29.nda").read_bytes()
BTS_9 = (SAMPLES / "neware_nda" / "bts_9.nda").read_bytes()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WHOLE[:14] + b"\x02" + WHOLE[15:], "version 2, whose layout is not known.*BTSDA"),
        (WHOLE[:14] + b"\xff" + WHOLE[15:], "version 255, whose layout"),
        (WHOLE[:-1], "cut short: its records end at byte"),
        (WHOLE[:100], "cut short"),
        (nda(29, b""), "has no records"),
        (BTS_9[:16] + b"\x07" + BTS_9[17:], r"version 130 \(records of version 7\)"),
        (BTS_9[:-1], "cut short"),
        (BTS_9[:82] + bytes(16) + BTS_9[98:], "bytes a record.*whose layout is not known"),
    ],
)
def test_damage_in_an_nda_file_is_told(content, message):
    with pytest.raises(ReadError, match=message):
        readers.read(content)


# --- real files: the numbers are those that fastnda 1.3 reads -------------------------------------


@real
@pytest.mark.parametrize(
    ("name", "rows", "seconds", "steps", "cycles", "volts", "milliampere_hours"),
    [  # the last: of the largest counter, net
        ("fastnda_nw4-120-1-6-53.ndax", 18700, 173045.9, 480, 150, 4.99997, 1.6405452),
        ("navani_test.ndax", 1464, 43800.0, 4, 1, 4.3998, 0.6254508),
        ("newarenda_Unit27_Example.ndax", 301, 300.0, 1, 1, 2.983053, 0.0),
        ("navani_test.nda", 439, 721.6, 6, 1, 0.1010, 0.007009194),
        ("newarenda_TestFile.nda", 6670, 72373.26, 11, 3, 4.200059, 5806.6465),
    ],
)
def test_real_files(name, rows, seconds, steps, cycles, volts, milliampere_hours):
    frame = readers.read(REAL / name)
    assert len(frame) == rows
    assert frame[RECORD].tolist() == list(range(1, rows + 1))
    assert frame[TEST_TIME].iloc[-1] == pytest.approx(seconds)
    assert frame[STEP].iloc[-1] == steps
    assert frame[CYCLE].iloc[-1] == cycles
    assert frame[VOLTAGE].abs().max() == pytest.approx(volts, abs=1e-5)
    both = frame[[STEP_CHARGING_CAPACITY, STEP_DISCHARGING_CAPACITY]]
    assert both.max().max() * 1e3 == pytest.approx(milliampere_hours, rel=1e-6)
    assert "unverified" not in notes_of(frame)


@real
@pytest.mark.parametrize("name", ["fastnda_nw4-120-1-6-53.ndax", "newarenda_TestFile.nda"])
def test_real_counters_agree_with_the_integral(name):
    frame = readers.read(REAL / name)
    time, current = frame[TEST_TIME].to_numpy(), frame[CURRENT].to_numpy()
    charge = np.diff(time) * (current[1:] + current[:-1]) / 7200
    inside = frame[STEP].to_numpy()[1:] == frame[STEP].to_numpy()[:-1]
    ends = frame.groupby(STEP)[[STEP_CHARGING_CAPACITY, STEP_DISCHARGING_CAPACITY]].last()
    for counter, sign in zip(ends.columns, (1, -1), strict=True):
        passed = np.where(inside, np.maximum(sign * charge, 0), 0).sum()
        assert passed == pytest.approx(ends[counter].sum(), rel=0.01), counter


@real
def test_real_signs_are_right_by_both_votes():
    frame = readers.read(REAL / "newarenda_TestFile.nda")
    charge, discharge = frame[frame[CURRENT] > 0], frame[frame[CURRENT] < 0]
    assert charge[VOLTAGE].mean() > discharge[VOLTAGE].mean()
    for part, sign in ((charge, 1), (discharge, -1)):
        steady = max((g for _, g in part.groupby(STEP)), key=len)
        slope = np.polyfit(steady[TEST_TIME], steady[VOLTAGE], 1)[0]
        assert np.sign(slope) == sign
    assert set(frame[STEP_TYPE]) >= {"Rest"}
    assert frame[STEP_ID].min() == 1
