"""NASA PCoE files: how operations become a time series, and how cycles are counted."""

import io

import numpy as np
import pytest
from scipy.io import savemat

from bdg_explore import readers
from bdg_explore.errors import FrameError, ReadError
from bdg_explore.readers import nasa_pcoe_mat


def _data(kind, records=3, *, capacity=1.5, load="load", time=None):
    n = records
    time = np.arange(n) * 10.0 if time is None else np.asarray(time, dtype=float)
    current = np.full(n, 1.5 if kind == "charge" else -2.0)
    name = "charge" if kind == "charge" else load
    fields = {
        "Voltage_measured": np.linspace(4.0, 2.6, n),
        "Current_measured": current,
        "Temperature_measured": np.full(n, 24.0),
        f"Current_{name}": current,
        f"Voltage_{name}": np.full(n, 3.0),
        "Time": time,
    }
    if kind == "discharge":
        fields["Capacity"] = np.empty((0, 0)) if capacity is None else capacity
    return fields


def _mat(operations, *, battery="B9000", **changes):
    """Write operations as a file: letters c, d, i, or (letter, minute it starts, data)."""
    words = {"c": "charge", "d": "discharge", "i": "impedance"}
    names = ["type", "ambient_temperature", "time", "data"]
    cycle = np.zeros((1, len(operations)), dtype=[(name, object) for name in names])
    for i, operation in enumerate(operations):
        letter, minute, data = (operation, 60 * i, None) if len(operation) == 1 else operation
        kind = words[letter]
        if data is None:
            data = {"Re": 0.05} if kind == "impedance" else _data(kind)
        start = minute if np.ndim(minute) else [2010, 3, 1, minute // 60, minute % 60, 0.0]
        cycle[0, i] = (kind, 24.0 + i, np.asarray(start, dtype=float), data)
    buffer = io.BytesIO()
    savemat(buffer, {battery: {"cycle": cycle}, **changes})
    return buffer.getvalue()


def _cycles(letters):
    """Cycle number of each charge and discharge, in order."""
    frame = readers.read(_mat(letters))
    return frame.groupby("step_count")["cycle_count"].first().tolist()


@pytest.mark.parametrize(
    ("operations", "cycles"),
    [
        ("dcdcdc", [1, 1, 2, 2, 3, 3]),  # begins with a discharge
        ("idicidic", [1, 1, 2, 2]),  # impedance sweeps do not count
        ("dccdc", [1, 1, 1, 2, 2]),
        ("ddc", [1, 2, 2]),
        ("cdcd", [1, 1, 2, 2]),  # begins with a charge
        ("icicdcd", [1, 1, 1, 2, 2]),
        ("cdcdcc", [1, 1, 2, 2, 3, 3]),  # charges after the last discharge
        ("cddcd", [1, 1, 2, 3, 3]),
        ("ccc", [1, 1, 1]),
        ("d", [1]),
    ],
)
def test_rule_for_cycles(operations, cycles):
    assert _cycles(operations) == cycles


@pytest.mark.parametrize("seed", range(30))
def test_no_cycle_has_two_discharges_and_none_is_skipped(seed):
    rng = np.random.default_rng(seed)
    letters = "".join(rng.choice(list("cdi"), size=rng.integers(1, 25))) + "c"
    frame = readers.read(_mat(letters))
    discharges = frame[frame["step_type"] == "discharge"]
    assert discharges.groupby("cycle_count")["step_count"].nunique().max() <= 1 or (
        "d" not in letters
    )
    assert discharges["cycle_count"].nunique() == letters.count("d")
    assert np.diff(frame["cycle_count"]).min() >= 0
    assert sorted(frame["cycle_count"].unique()) == list(range(1, frame["cycle_count"].max() + 1))


def test_capacity_stands_on_the_last_record_of_its_discharge_and_nowhere_else():
    operations = [
        ("d", 0, _data("discharge", capacity=1.75)),
        ("c", 60, None),
        ("d", 120, _data("discharge", capacity=None)),  # written as []
        ("d", 180, _data("discharge", capacity=0.0)),  # never came below 2.7 V
        ("d", 240, _data("discharge", capacity="[]")),
    ]
    frame = readers.read(_mat(operations))
    stated = frame["cycle_discharging_capacity_ah"].dropna()
    assert stated.to_dict() == {2: 1.75}
    source = frame.attrs["source"]
    assert source["capacities_stated"] == 1
    assert source["capacities_missing"] == 3


def test_steps_keep_their_place_and_impedance_is_told():
    frame = readers.read(_mat("idic"))
    assert sorted(frame["step_count"].unique()) == [2, 4]
    assert frame.attrs["source"]["operations"] == {"impedance": 2, "discharge": 1, "charge": 1}
    assert "data.Re" in frame.attrs["source"]["unmapped"]
    assert frame.groupby("step_count")["ambient_temperature_celsius"].first().tolist() == [25, 27]


def test_charging_is_positive_whatever_the_load_is_called():
    frame = readers.read(_mat([("c", 0, None), ("d", 60, _data("discharge", load="charge"))]))
    sign = frame.groupby("step_type", observed=True)["current_ampere"].mean()
    assert sign["charge"] > 0 > sign["discharge"]
    assert "data.Current_charge" in frame.attrs["source"]["unmapped"]


def test_time_goes_on_from_operation_to_operation():
    frame = readers.read(_mat([("d", 0, None), ("i", 30, None), ("c", 61, None)]))
    assert frame["test_time_second"].tolist() == [0, 10, 20, 3660, 3670, 3680]
    assert frame["unix_time_second"].iloc[0] == 1267401600.0  # 2010-03-01 00:00, read as UTC
    assert any("zone not stated" in note for note in frame.attrs["source"]["notes"])


def test_operations_that_overlap_or_are_undated_do_not_run_backwards():
    long = _data("discharge", 3, time=[0.0, 60.0, 120.0])
    nan = [np.nan] * 6
    frame = readers.read(_mat([("d", 0, long), ("c", 1, None), ("d", nan, None)]))
    assert frame["test_time_second"].tolist() == [0, 60, 120, 120, 130, 140, 140, 150, 160]
    assert any("2 operations" in note for note in frame.attrs["source"]["notes"])
    assert frame["unix_time_second"].isna().sum() == 3


def test_time_backwards_inside_an_operation_is_an_error():
    back = _data("discharge", 3, time=[0.0, 60.0, 30.0])
    with pytest.raises(FrameError, match=r"nasa_pcoe_mat.*runs backwards at row 2"):
        readers.read(_mat([("d", 0, back)]))


def test_operation_without_records_is_told_and_counted():
    frame = readers.read(_mat([("d", 0, _data("discharge", 0)), ("c", 60, None), ("d", 120, None)]))
    assert frame["cycle_count"].unique().tolist() == [1, 2]
    assert any("1 operations have no records" in n for n in frame.attrs["source"]["notes"])


def test_broken_files_are_named():
    whole = _mat("dcdc")
    for broken in (whole[: len(whole) // 2], whole[:200]):
        with pytest.raises(ReadError, match=r"not a whole MATLAB file|no charge and no discharge"):
            readers.read(broken, format="nasa_pcoe_mat")
    with pytest.raises(ReadError, match="no MATLAB version 5 file but a text file"):
        readers.read(b"a,b\n1,2\n", format="nasa_pcoe_mat")
    short = _data("discharge")
    short["Voltage_measured"] = np.array([4.0])
    with pytest.raises(ReadError, match=r"operation 1 \(discharge\): 1 values of Voltage_measured"):
        readers.read(_mat([("d", 0, short)]))
    del short["Voltage_measured"]
    with pytest.raises(ReadError, match="has no field Voltage_measured"):
        readers.read(_mat([("d", 0, short)]))
    with pytest.raises(ReadError, match="no charge and no discharge"):
        readers.read(_mat("ii"))


def test_other_matlab_files_are_not_taken_for_it():
    buffer = io.BytesIO()
    savemat(buffer, {"Cell1": {"cyc0000": {"t": np.arange(3.0)}}})
    assert not nasa_pcoe_mat.READER.recognises(readers.Source(None, buffer.getvalue()).head)
    with pytest.raises(ReadError, match="Cell1 and not one battery"):
        readers.read(buffer.getvalue(), format="nasa_pcoe_mat")


def test_compressed_as_nasa_wrote_them():
    buffer = io.BytesIO()
    cycle = np.zeros((1, 1), dtype=[(n, object) for n in ("type", "ambient_temperature", "time",
                                                          "data")])  # fmt: skip
    cycle[0, 0] = ("discharge", 24, np.array([2010.0, 3, 1, 0, 0, 0]), _data("discharge"))
    savemat(buffer, {"B0001": {"cycle": cycle}}, do_compression=True)
    assert readers.detect(buffer.getvalue()).name == "nasa_pcoe_mat"
    assert len(readers.read(buffer.getvalue())) == 3
