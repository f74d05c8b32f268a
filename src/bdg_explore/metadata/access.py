"""May data leave? The one rule about embargoed and private data, for exports and for pages."""

from datetime import date

EMBARGO, PRIVATE = "embargo", "private"


def why_kept(
    access: str | None, embargo_until: date | str | None = None, on: date | None = None
) -> str:
    """Return why data must not leave unless their owner says so; empty where they may.

    Data under embargo are open from its last day on; an embargo without a day does not end.

    Parameters
    ----------
    access : str or None
        One of `ACCESS_LEVELS`.
    embargo_until : date or str, optional
        Day from which data under embargo are open; as text YYYY-MM-DD.
    on : date, optional
        The day that is asked about; today if not given.

    Returns
    -------
    str
        ``private``, ``under embargo``, ``under embargo until 2030-01-31``, or nothing.
    """
    if access == PRIVATE:
        return "private"
    if access != EMBARGO:
        return ""
    if embargo_until is None:
        return "under embargo"
    day = date.fromisoformat(str(embargo_until))
    return f"under embargo until {day}" if (on or date.today()) < day else ""
