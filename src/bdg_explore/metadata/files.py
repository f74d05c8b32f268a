"""Where the data that a record describes are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from .facts import Checked, number, text

MEDIA_TYPES: Final = {
    "bdf_csv": "text/csv",
    "csv": "text/csv",
    "h5": "application/x-hdf5",
    "hdf5": "application/x-hdf5",
    "json": "application/json",
    "jsonl": "application/json",
    "mat": "application/x-matlab-data",
    "parquet": "application/vnd.apache.parquet",
    "pkl": "application/octet-stream",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""Suffix, or format of a catalog -> media type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile(Checked):
    """One file of data."""

    name: str | None = text("Name of the file.")
    url: str | None = text("Where it is.")
    format: str | None = text("Reader's name, or layout in words.", example="parquet")
    bytes: float | None = number("1", "Size in bytes.", minimum=0)
    sha256: str | None = text("Checksum.")

    @property
    def suffix(self) -> str:
        """Ending of the name in lower case, without the dot."""
        path = self.name or urlsplit(self.url or "").path
        return PurePosixPath(path).suffix[1:].lower()

    @property
    def media_type(self) -> str | None:
        """Media type, as far as name or format tell."""
        return MEDIA_TYPES.get(self.suffix) or MEDIA_TYPES.get((self.format or "").lower())

    @property
    def is_on_web(self) -> bool:
        """Whether the file has an address on the web."""
        return (self.url or "").startswith(("https://", "http://"))

    @staticmethod
    def all_of(args: Mapping[str, Any], cell: str | None = None) -> "Iterator[DataFile]":
        """Yield the files that a catalog entry names, of one cell where a cell is given."""
        for spec in (args.get("tables") or {}).values():
            if isinstance(spec, Mapping):
                yield from _files_of_table(spec, cell)
        for spec in args.get("downloads") or ():
            if isinstance(spec, Mapping):
                yield _file(spec, spec.get("layout"), spec.get("url"))


def _files_of_table(spec: Mapping[str, Any], cell: str | None) -> Iterator[DataFile]:
    layout = spec.get("format")
    if spec.get("files"):
        for file in spec["files"]:
            if cell is None or file.get("cell") in (None, cell):
                yield _file(file, layout, file.get("url"))
        return
    urls = spec.get("url") or spec.get("path") or ()
    for url in [urls] if isinstance(urls, str) else urls:
        if "{cell}" not in url:
            yield _file(spec, layout, url)
            continue
        cells = spec.get("cells") or ()
        for native in cells if cell is None else [c for c in cells if str(c) == cell]:
            yield _file({}, layout, url.replace("{cell}", str(native)))


def _file(spec: Mapping[str, Any], layout: Any, url: Any) -> DataFile:
    path = urlsplit(str(url)).path if url else ""
    name = spec.get("name") or PurePosixPath(path).name
    # A path on somebody's disk is nobody else's business.
    web = url if url and str(url).startswith(("https://", "http://")) else None
    size, sha256 = spec.get("bytes"), spec.get("sha256")
    return DataFile(name=name or None, url=web, format=layout, bytes=size, sha256=sha256)
