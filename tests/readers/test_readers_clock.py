"""Dates and durations as testers write them, read the quick way and the general one alike."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from bdg_explore.readers import BadText
from bdg_explore.readers._clock import duration, elapsed, is_date, local_time


def _unix(text: str) -> float:
    return pd.Timestamp(text).timestamp()


@pytest.mark.parametrize(
    ("written", "iso", "order"),
    [
        ("2023-06-13 17:56:53", "2023-06-13 17:56:53", ""),
        ("2023-06-13T17:56:53.250", "2023-06-13 17:56:53.25", ""),
        ("2023/06/13 17:56:53", "2023-06-13 17:56:53", ""),
        ("06/13/2023 17:56:53", "2023-06-13 17:56:53", "month/day/year"),
        ("06/13/2023 17:56", "2023-06-13 17:56", "month/day/year"),
        ("6/3/2023 5:06:53 PM", "2023-06-03 17:06:53", "month/day/year"),
        ("6/3/2023 12:06:53 AM", "2023-06-03 00:06:53", "month/day/year"),
        ("6/3/2023 12:06:53.5 pm", "2023-06-03 12:06:53.5", "month/day/year"),
        ("13/06/2023 17:56:53", "2023-06-13 17:56:53", "day/month/year"),
        ("13.06.2023 17:56:53", "2023-06-13 17:56:53", "day.month.year"),
        ("13-06-2023 17:56:53", "2023-06-13 17:56:53", "day-month-year"),
        ("23-Nov-23 3:56:11 PM", "2023-11-23 15:56:11", ""),
        ("17 May 2019, 09:09:25 AM", "2019-05-17 09:09:25", ""),
    ],
)
def test_one_date_and_a_hundred(written, iso, order):
    for count in (1, 100):  # a hundred go the quick way
        seconds, note = local_time(pa.array([written] * count))
        assert seconds.to_pylist() == [_unix(iso)] * count
        assert order in note
        assert "read as if UTC" in note
    assert is_date(written)


def test_zone_is_taken_and_nothing_assumed():
    seconds, note = local_time(pa.array(["2023-06-13 17:56:53+02:00", None]))
    assert seconds.to_pylist() == [_unix("2023-06-13 15:56:53"), None]
    assert note == ""


def test_day_first_is_told_by_the_course_of_time():
    _, note = local_time(
        pa.array(["01/02/2023 10:00:00", "02/02/2023 10:00:00", "01/03/2023 10:00:00"])
    )
    assert note.startswith("day/month/year")
    _, note = local_time(pa.array(["01/02/2023 10:00:00", "01/03/2023 10:00:00"]))
    assert note.startswith("month/day/year")


@pytest.mark.parametrize("form", ["%-m/%-d/%Y %-I:%M:%S %p", "%-d-%b-%y %-I:%M:%S %p",
                                  "%d.%m.%Y %H:%M:%S", "%-m/%-d/%Y %-H:%M",
                                  "%Y/%m/%d %H:%M:%S"])  # fmt: skip
def test_the_quick_way_reads_what_python_writes(form):
    times = pd.Timestamp("2021-09-29 21:40:24") + pd.to_timedelta(np.arange(3000) * 97, unit="s")
    seconds, _ = local_time(pa.array(times.strftime(form)))
    truth = times if "%S" in form else times.floor("min")
    np.testing.assert_array_equal(seconds.to_numpy(), [t.timestamp() for t in truth])


@pytest.mark.parametrize("form", ["%d-%b-%y %I:%M:%S %p", "%-m/%-d/%Y %-H:%M:%S"])
@pytest.mark.parametrize("first", ["2021-09-28 23:59:00", "2021-09-29 14:53:53"])
def test_dates_that_are_read_piece_by_piece(form, first):
    # the second begins its next day with record 32,767, the last of the first piece
    times = pd.Timestamp(first) + pd.to_timedelta(np.arange(70_000), unit="s")
    seconds, _ = local_time(pa.array(times.strftime(form)))
    np.testing.assert_array_equal(seconds.to_numpy(), times.as_unit("s").astype("int64"))


@pytest.mark.parametrize("place", [8, 10, 11, 13, 14])
@pytest.mark.parametrize("sign", "/:;A\xff")
def test_no_sign_but_a_digit_is_one(place, sign):
    texts = ["6/3/23 10:00:00"] * 100
    texts[70] = texts[70][:place] + sign + texts[70][place + 1 :]
    with pytest.raises(BadText) as caught:
        local_time(pa.array(texts))
    assert caught.value.row == 70


@pytest.mark.parametrize("bad", ["13/13/2023 10:00:00", "6/3/2023 25:00:00", "", "soon"])
def test_a_wrong_date_is_told_by_its_row(bad):
    texts = ["6/3/2023 10:00:00"] * 100
    texts[40] = bad
    if bad:
        with pytest.raises(BadText) as caught:
            local_time(pa.array(texts))
        assert (caught.value.row, caught.value.text) == (40, bad)
    else:
        assert local_time(pa.array(texts))[0].null_count == 1


def test_elapsed_counts_from_the_first_date():
    seconds, note = elapsed(pa.array(["05/13/2024 23:59:59.5", "05/14/2024 00:00:01.0"]))
    assert seconds.to_pylist() == [0, 1.5]
    assert "since the first record" in note
    assert elapsed(pa.array([5.0, 6.0]))[0].to_pylist() == [5, 6]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:01.5", 1.5), ("144:02:18", 518538), ("12:30", 750), ("0d 00:01:00.00", 60),
        ("  12d 01:00:00.00", 1040400), ("1.02:03:04", 93784), ("1-02:03:04", 93784),
        ("0:00:01,5", 1.5), ("0d 00:00:5.05000019073486", 5.05000019073486), ("7", 7), ("", None),
    ],
)  # fmt: skip
def test_durations(text, seconds):
    assert (
        duration(pa.array([text, "0" if ":" not in text else "00:00:00"]))[0][0].as_py() == seconds
    )


def test_a_wrong_duration_is_told_by_its_row():
    for bad in ("xx", "-1:00:00", "1:2:3:4:5"):
        with pytest.raises(BadText) as caught:
            duration(pa.array(["0:00:01", bad]))
        assert caught.value.row == 1
