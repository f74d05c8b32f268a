"""Reading a csv costs hardly more than Arrow reading the same columns of the same file."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from bdg_explore import readers

ROWS = 1_000_000


def _cost(work) -> float:
    """Processor time [s], which other people's work on the machine disturbs less."""
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.slow
def test_a_million_records_of_an_arbin_csv(tmp_path, capsys):
    rng = np.random.default_rng(1)
    k = np.arange(ROWS)
    numbers = {
        "Data_Point": k + 1,
        "Test_Time": (k * 10 + rng.random(ROWS)).round(4),
        "DateTime": (1.6e9 + k * 10.25).round(2),
        "Step_Index": k % 1000 // 250,
        "Cycle_Index": k // 1000 + 1,
        "Current": rng.normal(0, 1, ROWS).round(7),
        "Voltage": rng.normal(3.3, 0.1, ROWS).round(7),
        "Charge_Capacity": rng.random(ROWS).round(8),
        "Discharge_Capacity": rng.random(ROWS).round(8),
        "Temperature": rng.normal(30, 1, ROWS).round(5),
    }
    path = tmp_path / "arbin.csv"
    pacsv.write_csv(pa.table(numbers), path)
    options = pacsv.ConvertOptions(column_types=dict.fromkeys(numbers, pa.float64()))

    def arrow():
        return pacsv.read_csv(path, convert_options=options).to_pandas()

    frame = readers.read(path)
    assert len(frame) == ROWS
    assert frame.attrs["source"]["unmapped"] == []
    assert frame["voltage_volt"].sum() == pytest.approx(numbers["Voltage"].sum(), rel=1e-12)
    costs = [(_cost(arrow), _cost(lambda: readers.read(path))) for _ in range(5)]
    theirs, ours = (min(column) for column in zip(*costs, strict=True))
    with capsys.disabled():
        print(f"\n1M-row csv: {ours / theirs:.2f} x pyarrow.csv with the same columns")
    assert ours / theirs <= 1.3
