"""Columns of what groups of cells have in common: bands along life, distributions."""

from typing import Final

from ._column import Column

GROUP: Final = "group"
MEDIAN: Final = "median"
LOWER: Final = "lower"
UPPER: Final = "upper"
CELL_COUNT: Final = "cell_count"
GROUP_COUNT: Final = "group_count"
CENSORED_COUNT: Final = "censored_count"
UNKNOWN_COUNT: Final = "unknown_count"
SHARE: Final = "share"


GROUPS: Final = (
    Column(GROUP, "Group", "", "What the cells of a group share.", "text"),
    Column(MEDIAN, "Median", "1", "Of the cells of a group; in the unit of what it is taken of."),
    Column(LOWER, "Lower quantile", "1", "Lower limit of a band, or the lower quartile."),
    Column(UPPER, "Upper quantile", "1", "Upper limit of a band, or the upper quartile."),
    Column(CELL_COUNT, "Cells", "1", "Cells a number is taken of.", "count"),
    Column(GROUP_COUNT, "Cells of the group", "1", "All cells of the group.", "count"),
    Column(CENSORED_COUNT, "Censored cells", "1", "Cells that had not got there.", "count"),
    Column(UNKNOWN_COUNT, "Cells without", "1", "Cells whose value is not known.", "count"),
    Column(
        SHARE,
        "Share of cells",
        "1",
        "Share of cells at or below the value; Kaplan and Meier's where some are censored.",
    ),
)
