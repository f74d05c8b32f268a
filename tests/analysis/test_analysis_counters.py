"""What the tester counted: how it restarts, and when it is believed."""

import numpy as np
import pandas as pd
import pytest
from made_records import cc_cycles, frame

from bdg_explore.analysis import summarize_cycles
from bdg_explore.analysis.cycles.counters import read_counter
from bdg_explore.columns import (
    CAPACITY_DEVIATION,
    CAPACITY_SOURCE,
    CHARGING_CAPACITY,
    COULOMBIC_EFFICIENCY,
    CURRENT,
    CYCLE,
    CYCLE_CHARGING_CAPACITY,
    CYCLE_DISCHARGING_CAPACITY,
    CYCLE_DISCHARGING_ENERGY,
    DISCHARGING_CAPACITY,
    ENERGY_EFFICIENCY,
    MEAN_DISCHARGING_VOLTAGE,
    SCHEDULE_CHARGING_CAPACITY,
    SCHEDULE_DISCHARGING_CAPACITY,
    TEST_TIME,
    VOLTAGE_EFFICIENCY,
)
from bdg_explore.errors import ParameterError


def passed(records: pd.DataFrame, sign: int) -> np.ndarray:
    """Charge passed in one direction since the test began [Ah]; these steps have no ramps."""
    time, current = records[TEST_TIME].to_numpy(), records[CURRENT].to_numpy()
    inwards = np.maximum(sign * current, 0.0)
    moved = 0.5 * (inwards[1:] + inwards[:-1]) * np.diff(time) / 3600
    return np.concatenate(([0.0], np.cumsum(moved)))


def restarted(values: np.ndarray, labels: pd.Series) -> np.ndarray:
    """Let a counter begin from zero wherever the label changes."""
    begins = labels.ne(labels.shift())
    before = pd.Series(values).shift(fill_value=0.0).where(begins).ffill()
    return values - before.to_numpy()


def read(values: np.ndarray, records: pd.DataFrame, sign: int, scope: str = "test", step=None):
    cycle = records[CYCLE].to_numpy()
    starts = np.flatnonzero(np.diff(cycle, prepend=cycle[0] - 1))
    return read_counter(
        values,
        records[CURRENT].to_numpy(),
        cycle[starts],
        starts,
        sign=sign,
        scope=scope,
        step=step,
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_the_kind_of_a_counter_is_found_in_its_data(sign):
    records = cc_cycles(3)
    total = passed(records, sign)
    steps = pd.Series(np.arange(len(records)) // 120)
    kinds = {
        "never": total,
        "cycle": restarted(total, records[CYCLE]),
        "step": restarted(total, steps),
        "signed": passed(records, 1) - passed(records, -1),
    }
    for kind, values in kinds.items():
        counter = read(values, records, sign, step=steps.to_numpy())
        assert counter.kind == kind
        assert counter.amounts.tolist() == pytest.approx([1.0, 1.0, 1.0]), kind


def test_a_counter_that_restarts_anywhere_is_not_believed():
    records = cc_cycles(2)
    values = passed(records, 1)
    values[100:] -= values[100]
    values[200:] -= values[200]
    counter = read(values, records, 1)
    assert counter.kind == "unknown"
    assert not counter.speaks


def test_what_passed_between_two_cycles_belongs_to_the_later_one():
    records = frame([0, 60, 120, 180], [1, 1, 1, 1], cycle=[1, 1, 2, 2])
    counter = read(np.array([0.0, 1.0, 2.0, 3.0]), records, 1)
    assert counter.amounts.tolist() == [1.0, 2.0]
    apart = records.assign(**{CYCLE: [1, 1, 7, 7]})  # cycles in between are not in the frame
    assert read(np.array([0.0, 1.0, 50.0, 51.0]), apart, 1).amounts.tolist() == [1.0, 1.0]


def test_one_value_a_cycle_is_the_file_s_own_statement():
    records = cc_cycles(3)
    values = np.full(len(records), np.nan)
    values[[5, 1500]] = 0.9, 0.8
    counter = read(values, records, -1, scope="cycle")
    assert counter.kind == "reported"
    np.testing.assert_array_equal(counter.amounts, [0.9, np.nan, 0.8])
    repeated = np.repeat([0.9, 0.85, 0.8], 722)
    assert read(repeated, records, -1, scope="cycle").kind == "reported"
    assert read(np.zeros(len(records)), records, -1).kind == "empty"


# --- which is used --------------------------------------------------------------------------------


def counted(records: pd.DataFrame, *, error: float = 0.0) -> pd.DataFrame:
    return records.assign(
        **{
            SCHEDULE_CHARGING_CAPACITY: passed(records, 1) * (1 + error),
            SCHEDULE_DISCHARGING_CAPACITY: passed(records, -1) * (1 + error),
        }
    )


def test_a_counter_that_agrees_is_used_and_one_that_does_not_is_shown():
    near = summarize_cycles(counted(cc_cycles(3), error=0.004))
    assert near[CAPACITY_SOURCE].eq("counter").all()
    assert near[CYCLE_DISCHARGING_CAPACITY].tolist() == pytest.approx([1.004] * 3)
    far = summarize_cycles(counted(cc_cycles(3), error=0.05))
    assert far[CAPACITY_SOURCE].eq("integral").all()
    assert far[CYCLE_DISCHARGING_CAPACITY].tolist() == pytest.approx([1.0] * 3)
    assert far[CAPACITY_DEVIATION].tolist() == pytest.approx([0.05] * 3)


def test_five_milliamperehours_are_no_agreement_for_a_coin_cell():
    small = cc_cycles(3)
    small[CURRENT] *= 0.003
    assert summarize_cycles(counted(small, error=0.5))[CAPACITY_SOURCE].eq("integral").all()
    assert summarize_cycles(counted(small, error=0.005))[CAPACITY_SOURCE].eq("counter").all()


def test_where_sampling_is_coarse_or_has_a_gap_the_counter_wins():
    records = counted(cc_cycles(3), error=0.05)
    coarse = records.iloc[::60]
    assert summarize_cycles(coarse)[CAPACITY_SOURCE].eq("counter").all()
    gap = records[~records[TEST_TIME].between(1000, 3000)]
    assert summarize_cycles(gap)[CAPACITY_SOURCE].tolist() == ["counter", "integral", "integral"]


def test_the_policy_can_be_named():
    records = counted(cc_cycles(2), error=0.05)
    assert summarize_cycles(records, capacity="counter")[CAPACITY_SOURCE].eq("counter").all()
    integral = summarize_cycles(records.assign(x=0), capacity="integral")
    assert integral[CAPACITY_SOURCE].eq("integral").all()
    assert integral[CAPACITY_DEVIATION].tolist() == pytest.approx([0.05] * 2)
    with pytest.raises(ParameterError, match="no column of the frame counts charge"):
        summarize_cycles(cc_cycles(2), capacity="counter")


def test_a_counter_in_one_direction_only_leaves_efficiency_to_the_integrals():
    records = cc_cycles(3)
    one = records.assign(**{DISCHARGING_CAPACITY: passed(records, -1) * 0.995})
    summary = summarize_cycles(one)
    assert summary[CYCLE_DISCHARGING_CAPACITY].tolist() == pytest.approx([0.995] * 3)
    assert summary[COULOMBIC_EFFICIENCY].tolist() == pytest.approx([1.0] * 3)
    both = one.assign(**{CHARGING_CAPACITY: passed(records, 1)})
    assert summarize_cycles(both)[COULOMBIC_EFFICIENCY].tolist() == pytest.approx([0.995] * 3)


def test_a_reported_capacity_wins_and_keeps_one_span_for_efficiency():
    records = cc_cycles(3)
    stored = np.full(len(records), np.nan)
    stored[[361, 1083, 1805]] = 0.97, 0.96, 0.95  # at the first record of each discharge
    summary = summarize_cycles(records.assign(**{CYCLE_DISCHARGING_CAPACITY: stored}))
    assert summary[CAPACITY_SOURCE].eq("reported").all()
    assert summary[CYCLE_DISCHARGING_CAPACITY].tolist() == [0.97, 0.96, 0.95]
    assert summary[CAPACITY_DEVIATION].tolist() == pytest.approx([-0.03, -0.04, -0.05])
    assert summary[COULOMBIC_EFFICIENCY].tolist() == pytest.approx([1.0] * 3)
    assert summary[MEAN_DISCHARGING_VOLTAGE].tolist() == pytest.approx([3.6] * 3)
    # the energy is that of the reported capacity
    assert summary[CYCLE_DISCHARGING_ENERGY][0] == pytest.approx(0.97 * 3.6)
    identity = summary[ENERGY_EFFICIENCY] / summary[COULOMBIC_EFFICIENCY]
    np.testing.assert_allclose(summary[VOLTAGE_EFFICIENCY], identity, rtol=1e-12)


def test_energies_counted_with_the_capacity_give_its_mean_voltage():
    records = counted(cc_cycles(2))
    records["schedule_discharging_energy_wh"] = passed(records, -1) * 3.61
    summary = summarize_cycles(records)
    assert summary[MEAN_DISCHARGING_VOLTAGE].tolist() == pytest.approx([3.61] * 2)
    assert summary[CYCLE_DISCHARGING_ENERGY].tolist() == pytest.approx([3.61] * 2)
    absurd = records.assign(schedule_discharging_energy_wh=passed(records, -1) * 36)
    assert summarize_cycles(absurd)[MEAN_DISCHARGING_VOLTAGE].tolist() == pytest.approx([3.6] * 2)


def test_a_counter_on_every_second_record_is_read():
    records = counted(cc_cycles(2))
    records.loc[1::2, [SCHEDULE_CHARGING_CAPACITY, SCHEDULE_DISCHARGING_CAPACITY]] = np.nan
    summary = summarize_cycles(records)
    assert summary[CAPACITY_SOURCE].eq("counter").all()
    assert summary[CYCLE_CHARGING_CAPACITY].tolist() == pytest.approx([1.0, 1.0], rel=0.01)
