"""HDF5 and what lies in it: tables of every layout, damage, links, and the process that reads."""

import io
import random
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))
from make_hdf5_samples import BATTDAT, mat73, matr, matr_cell, table_of

from bdg_explore import readers
from bdg_explore.errors import BdgError, FrameError, ReadError, UnknownFormatError
from bdg_explore.readers import _hdf5

SERIES = {"test_time_second": [0.0, 1.0], "voltage_volt": [3.5, 3.6], "current_ampere": [1.0, 1.0]}


def _file(build):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        build(file)
    return buffer.getvalue()


def _columns(file, **more):
    for name, values in {**SERIES, **more}.items():
        file[name] = np.array(values)


# --- MATR -----------------------------------------------------------------------------------------


def test_matr_tables_of_one_cell():
    content = matr()
    curves = readers.read(content, table="curves", cells=["b2c1"], cycles=[2])
    assert curves["voltage_volt"].tolist() == [3.5, 3.0, 2.5, 2.0]
    assert curves["discharging_capacity_ah"].tolist() == [0.0, 0.45, 0.9, 1.0]
    assert curves["cell"].unique().tolist() == ["b2c1"]
    cells = readers.read(content, table="cells")
    assert cells["cycle_life"].tolist() == [500.0, 501.0]
    assert cells["batch"].astype(str).tolist() == ["2017-06-30"] * 2


@pytest.mark.parametrize(
    ("rate", "said"), [(1.1, "multiplied by 1.1 Ah"), (1.0, "I: in A"), (2.5, "multiplied by 2.5")]
)
def test_matr_current_is_told_by_its_integral(rate, said):
    frame = readers.read(matr(rate=rate), table="timeseries")
    assert any(said in note for note in frame.attrs["source"]["notes"])
    np.testing.assert_allclose(frame["current_ampere"].iloc[:4], [1.1, 1.1, -2.2, -2.2])


def test_matr_time_is_in_seconds_and_goes_on_over_cycles():
    frame = readers.read(matr(1), table="timeseries")
    assert frame["test_time_second"].tolist()[:5] == [0.0, 3600.0, 3600.0, 5400.0, 5400.0]
    assert frame["test_time_second"].iloc[-1] == 10800.0


def test_matr_counter_agrees_with_the_integral():
    frame = readers.read(matr(1), table="timeseries")
    cycle = frame[frame["cycle_count"] == 1]
    drawn = -np.trapezoid(np.clip(cycle["current_ampere"], None, 0), cycle["test_time_second"])
    counted = cycle["cycle_discharging_capacity_ah"].iloc[-1]
    assert drawn / 3600 == pytest.approx(counted, rel=0.01)


def test_matr_without_a_date_has_plain_names():
    content = mat73({}, {"batch": [matr_cell(9.0), matr_cell(8.0)]})
    assert readers.read(content)["cell"].unique().tolist() == ["c0", "c1"]


def test_matr_cells_that_are_not_there():
    with pytest.raises(ReadError, match="no cell b9c9"):
        readers.read(matr(), cells=["b9c9"])


def test_matr_without_vdlin_names_the_field():
    cells = [matr_cell(1.0), matr_cell(2.0)]
    for cell in cells:
        del cell["Vdlin"]
    with pytest.raises(ReadError, match="no field Vdlin"):
        readers.read(mat73({}, {"batch": cells}), table="curves")


def test_matr_curve_of_another_length():
    cell = matr_cell(1.0)
    cell["Vdlin"] = np.array([3.0, 2.0])
    with pytest.raises(ReadError, match="does not have the 2 points"):
        readers.read(mat73({}, {"batch": [cell, cell]}), table="curves")


# --- BDF and battdat ------------------------------------------------------------------------------


def test_bdf_unit_as_an_attribute():
    def build(file):
        file["Test Time"] = np.array([0, 1000])
        file["Voltage"] = np.array([3500.0, 3600.0])
        file["Current"] = np.array([1.0, 1.0])
        for name, unit in (("Test Time", "ms"), ("Voltage", "mV"), ("Current", "A")):
            file[name].attrs["units"] = unit

    frame = readers.read(_file(build))
    assert frame["test_time_second"].tolist() == [0.0, 1.0]
    assert frame["voltage_volt"].tolist() == [3.5, 3.6]


def test_bdf_in_a_group_and_in_columns_of_one_value_a_row():
    def build(file):
        group = file.create_group("a/b")
        for name, values in SERIES.items():
            group[name] = np.array([values]).T

    frame = readers.read(_file(build))
    assert frame["voltage_volt"].tolist() == [3.5, 3.6]
    assert frame.attrs["source"]["group"] == "/a/b"


def test_bdf_columns_of_another_length_are_not_of_the_table():
    frame = readers.read(_file(lambda file: _columns(file, power_watt=[1.0])))
    assert list(frame.columns) == ["current_ampere", "test_time_second", "voltage_volt"]


def test_bdf_time_backwards():
    def build(file):
        _columns(file)
        file["test_time_second"][...] = [1.0, 0.0]

    with pytest.raises(FrameError, match="runs backwards at row 1"):
        readers.read(_file(build))


def test_battdat_energies_in_watt_hours_stay():
    raw = {**BATTDAT, "cycle_energy_charge": [0.0, 1.875, 1.875, 0.0]}
    frame = readers.read(table_of({"raw_data": raw}, {"battdat_version": "1"}))
    assert frame["cycle_charging_energy_wh"].tolist() == [0.0, 1.875, 1.875, 0.0]
    assert any("in Wh by its values" in note for note in frame.attrs["source"]["notes"])


def test_battdat_several_data_sets_have_a_column_cell():
    content = table_of({"one/raw_data": BATTDAT, "two/raw_data": BATTDAT}, {"battdat_version": "1"})
    frame = readers.read(content)
    assert frame["cell"].astype(str).tolist() == ["one"] * 4 + ["two"] * 4
    assert frame["step_count"].iloc[-1] == 6


def test_battdat_other_tables():
    stats = {
        "cycle_number": [0, 1],
        "capacity_charge": [1.0, 1.0],
        "capacity_discharge": [1.0, 0.9],
        "energy_discharge": [3.5, 99.0],
        "discharge_V_average": [3.5, 3.5],
    }
    eis = {
        "test_id": [0, 0],
        "frequency": [10.0, 1.0],
        "z_real": [1.0, 2.0],
        "z_imag": [-1.0, -2.0],
    }
    content = table_of({"cycle_stats": stats, "eis_data": eis}, {"battdat_version": "1"})
    cycles = readers.read(content)
    assert cycles.attrs["source"]["table"] == "cycles"
    assert cycles["cycle_discharging_capacity_ah"].tolist() == [1.0, 0.9]
    assert any("more than 5 % in 1 cycles" in note for note in cycles.attrs["source"]["notes"])
    spectra = readers.read(content, table="impedance")
    assert spectra["imaginary_impedance_ohm"].tolist() == [-1.0, -2.0]


# --- what must not be followed, and what must not break -------------------------------------------


def test_links_out_of_the_file_are_not_followed(tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        _columns(file)
    with h5py.File(tmp_path / "links.h5", "w") as file:
        for name in SERIES:
            file[name] = h5py.ExternalLink(str(secret), name)
    with pytest.raises(UnknownFormatError):
        readers.read(tmp_path / "links.h5")


def test_data_kept_in_another_file_are_not_read(tmp_path):
    (tmp_path / "raw").write_bytes(np.arange(2.0).tobytes())
    with h5py.File(tmp_path / "external.h5", "w") as file:
        for name in SERIES:
            file.create_dataset(name, (2,), "f8", external=[(str(tmp_path / "raw"), 0, 16)])
    with pytest.raises(ReadError, match="lies in another file"):
        readers.read(tmp_path / "external.h5")


def test_an_array_larger_than_memory_is_refused():
    def build(file):
        for name in SERIES:
            file.create_dataset(name, (2**32,), "f8", chunks=(1024,), compression="gzip")

    with pytest.raises(ReadError, match="more numbers than fit into memory"):
        readers.read(_file(build))


def test_a_file_cut_short_is_told_by_its_length(tmp_path):
    path = tmp_path / "cut.h5"
    path.write_bytes(_file(_columns)[:-600])
    with pytest.raises(ReadError, match="cut short"):
        readers.read(path, format="bdf_h5")


def test_no_hdf5_at_all():
    with pytest.raises(ReadError, match="no HDF5 file"):
        readers.read(b"text,\n1,\n", format="indigo_h5")


def test_an_unknown_table_is_named():
    content = _file(lambda file: file.__setitem__("numbers", np.arange(3)))
    with pytest.raises(ReadError, match="It is no Indigo file"):
        readers.read(content, format="indigo_h5")


@pytest.mark.parametrize("seed", range(4))
def test_damage_neither_hangs_nor_breaks_the_process(seed):
    base = matr()
    rng = random.Random(seed)
    for _ in range(60):
        data = bytearray(base)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            data[at : at + 8] = rng.choice([b"\xff" * 8, b"\0" * 8, bytes([rng.randrange(256)])])
        started = time.perf_counter()
        try:
            readers.read(bytes(data), format="matr_mat", table=rng.choice(["cycles", "timeseries"]))
        except BdgError as error:
            assert len(str(error)) > 20
        assert time.perf_counter() - started < 10


def test_a_helper_that_hangs_is_ended_and_replaced(monkeypatch):
    _hdf5._HELPER.stop()
    monkeypatch.setattr(_hdf5, "_PATIENCE", 0.01)
    monkeypatch.setattr(_hdf5, "_RATE", 1e15)
    with pytest.raises(ReadError, match="no sign of life"):
        readers.read(matr(), format="matr_mat")
    monkeypatch.undo()
    assert len(readers.read(matr())) == 4


def test_a_helper_that_dies_is_replaced():
    assert len(readers.read(matr())) == 4
    _hdf5._HELPER._process.kill()
    _hdf5._HELPER._process.wait()
    assert len(readers.read(matr())) == 4
