"""Columns of a store: where its tables come from, and how sound they are."""

from typing import Final

from ._column import Column

TABLE: Final = "table"
QUALITY_SCORE: Final = "quality_score"
ERROR_FINDINGS: Final = "error_findings"
WARNING_FINDINGS: Final = "warning_findings"
INFO_FINDINGS: Final = "info_findings"
METRICS: Final = "metrics"
FINDINGS: Final = "findings"
SOURCE_FILE: Final = "source_file"
SOURCE_SHA256: Final = "source_sha256"
SOURCE_BYTES: Final = "source_bytes"
SOURCE_FORMAT: Final = "source_format"
TESTER: Final = "tester"
PACKAGE_VERSION: Final = "package_version"
PART: Final = "part"
ROWS_IN: Final = "rows_in"
ROWS_OUT: Final = "rows_out"
OVERLAP_ROWS: Final = "overlap_rows"


STORE: Final = (
    Column(TABLE, "Table", "", "Which table of the cell the row is about.", "text"),
    Column(QUALITY_SCORE, "Quality", "1", "How sound the data are; 1 where nothing was found."),
    Column(ERROR_FINDINGS, "Errors", "1", "Findings that make data wrong.", "count"),
    Column(WARNING_FINDINGS, "Warnings", "1", "Findings to look at before use.", "count"),
    Column(INFO_FINDINGS, "Remarks", "1", "Findings that are good to know.", "count"),
    Column(METRICS, "Metrics", "", "Quality metrics by name, as JSON text.", "text"),
    Column(FINDINGS, "Findings", "", "What the checks found, as JSON text.", "text"),
    Column(SOURCE_FILE, "Source file", "", "File the data were read from.", "text"),
    Column(SOURCE_SHA256, "Source sha256", "", "Checksum of that file.", "text"),
    Column(SOURCE_BYTES, "Source size", "1", "Bytes of that file.", "count"),
    Column(SOURCE_FORMAT, "Format", "", "Reader that read it.", "text"),
    Column(TESTER, "Tester", "", "Whose files these are.", "text"),
    Column(PACKAGE_VERSION, "Package version", "", "Version of bdg-explore that read it.", "text"),
    Column(PART, "Part", "1", "Place of the file among the parts of one test.", "count"),
    Column(ROWS_IN, "Rows in", "1", "Records in the file.", "count"),
    Column(ROWS_OUT, "Rows out", "1", "Records that came into the table.", "count"),
    Column(OVERLAP_ROWS, "Overlap", "1", "Records left out, as a part before has them.", "count"),
)
