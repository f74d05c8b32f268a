"""The last step of most time series: steps are numbered, counters are named by their values."""

from collections.abc import Callable

import pandas as pd

from ._counters import positive, settle_counters
from ._steps import number_steps


def steps_and_counters(
    *names: str,
) -> Callable[[pd.DataFrame, list[str]], pd.DataFrame]:
    """Make the last step of a time series whose current has its sign.

    Parameters
    ----------
    *names : str
        Columns that tell one step from the next, as `number_steps` takes them.

    Returns
    -------
    callable
        For the `finish` of a `Reader`: numbers the steps, turns counters of discharge that are
        written negative, and names all counters by what their values say.
    """

    def finish(frame: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
        return settle_counters(positive(number_steps(frame, *names), notes), notes)

    return finish
