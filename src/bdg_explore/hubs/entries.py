"""What a catalog says about a hub, a data set and its tables, as records.

An entry is data. Nothing in it is executed, and a key that means nothing is an error that names
the nearest right one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, Protocol

import pandas as pd

from bdg_explore.columns import COLUMNS
from bdg_explore.errors import CatalogError, FetchError, did_you_mean
from bdg_explore.metadata.bricks import ACCESS_LEVELS, KINDS, SEGMENTS, Primary, secondary_fields
from bdg_explore.metadata.facts import facts_of

from .fetching.addresses import member_url
from .packages import SCHEME
from .places import Place

# What a data set may say of all its cells; the identifier is each cell's own.
PRIMARY: Final = tuple(name for name in facts_of(Primary) if name != "uid")
# What a data set may state instead of, or beside, a number of cells.
COUNTED: Final = (
    "battery_units", "devices", "duty_cycles", "materials", "measurements", "modules", "packs",
    "parameter_sets", "scans", "stacks", "systems", "tests", "trajectories", "vehicles",
    "voltage_curves",
)  # fmt: skip

_ENTRY_KEYS = ("driver", "description", "args", "metadata")
_ARGS_KEYS = ("cells", "tables", "downloads")
_TABLE_KEYS = (
    "url",
    "path",
    "files",
    "format",
    "rename",
    "cells",
    "grid",
    "scale",
    "sha256",
    "md5",
    "bytes",
    "member",
    "note",
)
_FILE_KEYS = ("url", "member", "cell", "sha256", "md5", "bytes", "name")
_DOWNLOAD_KEYS = ("name", "url", "bytes", "sha256", "md5", "layout", "note")
_HUB_KEYS = (
    "id", "name", "operator", "landing_url", "access", "licence", "contact", "unverified", "notes",
)  # fmt: skip
_METADATA_KEYS = (
    "hub", "title", "segment", "kind", "licence", "access", "cells_stated", "citation", "doi",
    "landing_url", "primary", "secondary", "unverified", "notes", "how_to_get", "catalog_dir",
    "counted", "also_in", "siblings", "embargo_until",
)  # fmt: skip
_CITATION_KEYS = ("title", "authors", "journal", "year", "doi")


@dataclass(frozen=True, slots=True)
class Hub:
    """Who hosts data: the operator, the licence policy, the sharing level."""

    id: str
    name: str
    operator: str | None = None
    landing_url: str | None = None
    access: str | None = None
    licence: str | None = None
    contact: str | None = None
    notes: str | None = None
    unverified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a table: where it is, whose it is, and how to know it arrived whole.

    The url of a file inside a zip archive is ``<archive>#member=<name>``; length and checksum are
    those of the file inside.
    """

    url: str
    cell: str | None = None
    sha256: str | None = None
    size: int | None = None
    md5: str | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the file lies on the web."""
        return "://" in self.url and not self.url.startswith(("file:", SCHEME))


class TableServer(Protocol):
    """Reads the tables it holds itself: a database, a web service."""

    def read(self, table: str, cells: Sequence[str], cycles: Sequence[int] | None) -> pd.DataFrame:
        """Return canonical columns and `cell`, the native id, of some cells."""
        ...


@dataclass(frozen=True, slots=True)
class TableSource:
    """One table of a data set: its files, and how to read them; or the server that reads it.

    Attributes
    ----------
    cells : tuple of str or None
        Native ids the table holds; None where the files themselves must be asked.
    grid : mapping
        For one row a cycle: column name -> start, stop and num of the grid that the values of the
        list column stand on.
    scale : mapping
        Canonical column -> factor that undoes a fault the published file is known to have. It is
        applied to every row and told in ``.attrs["scaled"]``.
    origin : {"catalog", "mirror"}
        Who said so.
    server : TableServer or None
        Who reads the table, where it lies in no file.
    """

    name: str
    files: tuple[TableFile, ...]
    format: str | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[str, ...] | None = None
    grid: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    scale: Mapping[str, float] = field(default_factory=dict)
    origin: Literal["catalog", "mirror"] = "catalog"
    server: TableServer | None = None

    @property
    def is_remote(self) -> bool:
        """Whether the table, or any file of it, lies elsewhere."""
        return self.server is not None or any(file.is_remote for file in self.files)


@dataclass(frozen=True, slots=True)
class Download:
    """A raw file that is named so that people can get it, though no reader opens it here."""

    name: str
    url: str | None
    size: int | None = None
    sha256: str | None = None
    layout: str | None = None
    md5: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One publication or campaign in a hub.

    `primary` and `secondary` hold what is true of every cell; what differs from cell to cell
    stands in the facts table. A field named in `unverified` is likely, not proven.

    Attributes
    ----------
    doi : str or None
        DOI of the data; where they have none, that of the article.
    data_doi : str or None
        DOI of the data alone.
    counted : mapping
        What the data set states it holds that is not cells: vehicles, tests, scans ...
    also_in : tuple of str
        Data sets that hold the same measurements, whole or in part.
    siblings : tuple of str
        Data sets with other measurements of the same record or publication.
    embargo_until : date or None
        Day from which the data are open, where `access` is ``embargo``.
    told : DataFrame or None
        Facts about its cells that a server told, in place of a table of `facts`.
    place : Place or None
        The catalog it stands in, which says how far its entries reach.
    """

    id: str
    hub: Hub
    description: str
    title: str
    segment: str
    kind: str
    licence: str
    access: str
    primary: Mapping[str, Any]
    secondary: Mapping[str, Any]
    citation: Mapping[str, Any]
    tables: Mapping[str, TableSource]
    downloads: tuple[Download, ...] = ()
    facts: str | None = None
    cells_stated: int | None = None
    doi: str | None = None
    data_doi: str | None = None
    landing_url: str | None = None
    unverified: tuple[str, ...] = ()
    notes: str | None = None
    how_to_get: str | None = None
    counted: Mapping[str, int] = field(default_factory=dict)
    also_in: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    embargo_until: date | None = None
    told: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    place: Place | None = None

    @property
    def private_hosts(self) -> frozenset[str] | None:
        """Hosts off the public internet that may be asked for its files; None for any."""
        return self.place.private_hosts if self.place else None

    @property
    def reference(self) -> str:
        """The citation as one line of text; a DOI nobody has looked up says so."""
        cited = self.citation
        parts = [cited.get("authors"), cited.get("title"), cited.get("journal"), cited.get("year")]
        text = ". ".join(str(part).rstrip(".") for part in parts if part)
        name = "citation.doi" if cited.get("doi") else "doi"
        doi = cited.get("doi") or self.doi
        if not doi:
            return text
        doubt = " (unverified)" if name in self.unverified else ""
        return f"{text}. https://doi.org/{doi}{doubt}" if text else f"https://doi.org/{doi}{doubt}"

    @property
    def missing(self) -> tuple[str, ...]:
        """The primary fields nobody has stated for the data set as a whole."""
        return tuple(key for key in PRIMARY if self.primary.get(key) is None)

    @property
    def stated(self) -> str:
        """How many cells, vehicles, tests ... the data set is said to hold; empty if unknown."""
        counts = {**({"cells": self.cells_stated} if self.cells_stated else {}), **self.counted}
        return ", ".join(
            f"{count} {name[:-1] if count == 1 else name}".replace("_", " ")
            for name, count in counts.items()
        )


def hub_from_metadata(metadata: Mapping[str, Any], where: str) -> Hub:
    """Return the hub that the head of a hub's catalog describes.

    Raises
    ------
    CatalogError
        A key is unknown, or the id is missing.
    """
    _known_keys(metadata, _HUB_KEYS, f"{where}: metadata: hub")
    if not metadata.get("id"):
        raise CatalogError(f"{where}: the hub has no id. Write metadata: {{hub: {{id: my_lab}}}}.")
    given = {key: value for key, value in metadata.items() if key != "unverified"}
    given.setdefault("name", given["id"])
    return Hub(**given, unverified=_texts(metadata.get("unverified")))


def dataset_from_entry(
    name: str, entry: Mapping[str, Any], hub: Hub, where: str, place: Place | None = None
) -> Dataset:
    """Return the data set that an entry describes.

    Parameters
    ----------
    name : str
        Key of the entry; the data set's id.
    entry : mapping
        The entry, with paths already resolved.
    hub : Hub
        The hub it belongs to.
    where : str
        The catalog, for messages.
    place : Place, optional
        Where the catalog lies.

    Raises
    ------
    CatalogError
        A key is misspelt, a value is not allowed, or something required is missing.
    """
    at = f"{where}: {name}"
    _known_keys(entry, _ENTRY_KEYS, at)
    args = _mapping(entry.get("args"), f"{at}: args")
    metadata = _mapping(entry.get("metadata"), f"{at}: metadata")
    _known_keys(args, _ARGS_KEYS, f"{at}: args")
    _known_keys(metadata, _METADATA_KEYS, f"{at}: metadata")
    tables = _mapping(args.get("tables"), f"{at}: tables")
    primary = _mapping(metadata.get("primary"), f"{at}: primary")
    secondary = _mapping(metadata.get("secondary"), f"{at}: secondary")
    citation = _mapping(metadata.get("citation"), f"{at}: citation")
    _known_keys(primary, PRIMARY, f"{at}: primary")
    segment = _one_of(metadata.get("segment"), SEGMENTS, f"{at}: segment")
    _known_keys(secondary, (*COLUMNS, *secondary_fields(segment)), f"{at}: secondary")
    _known_keys(citation, _CITATION_KEYS, f"{at}: citation")
    access = _one_of(metadata.get("access") or "on_request", ACCESS_LEVELS, f"{at}: access")
    description = str(entry.get("description") or "").strip()
    return Dataset(
        id=name,
        hub=hub,
        description=description,
        title=str(metadata.get("title") or citation.get("title") or description or name),
        segment=segment,
        kind=_one_of(metadata.get("kind"), KINDS, f"{at}: kind"),
        licence=str(metadata.get("licence") or "unknown"),
        access=access,
        primary=primary,
        secondary=secondary,
        citation=citation,
        tables={key: table_from_entry(key, _mapping(spec, f"{at}: {key}"), at)
                for key, spec in tables.items()},
        downloads=tuple(_download(spec, at) for spec in args.get("downloads") or ()),
        facts=args.get("cells"),
        cells_stated=metadata.get("cells_stated"),
        doi=metadata.get("doi") or citation.get("doi"),
        data_doi=metadata.get("doi"),
        landing_url=metadata.get("landing_url"),
        unverified=_texts(metadata.get("unverified")),
        notes=metadata.get("notes"),
        how_to_get=metadata.get("how_to_get"),
        counted=_counts(metadata.get("counted"), f"{at}: counted"),
        also_in=_texts(metadata.get("also_in")),
        siblings=_texts(metadata.get("siblings")),
        embargo_until=_embargo(metadata.get("embargo_until"), access, at),
        place=place,
    )  # fmt: skip


def table_from_entry(
    name: str,
    spec: Mapping[str, Any],
    where: str,
    origin: Literal["catalog", "mirror"] = "catalog",
) -> TableSource:
    """Return the table that an entry of a catalog or of a mirror describes.

    ``{cell}`` in a path, or in the name of a `member` of a zip archive, stands for each of
    `cells`; without it one named cell owns all the files, and several share them.

    Raises
    ------
    CatalogError
        A key is misspelt, or no file is named.
    """
    at = f"{where}: {name}"
    _known_keys(spec, _TABLE_KEYS, at)
    cells = tuple(str(cell) for cell in spec["cells"]) if spec.get("cells") else None
    files: list[TableFile] = []
    if spec.get("files"):
        for file in spec["files"]:
            _known_keys(_mapping(file, at), _FILE_KEYS, at)
            url = _inside(file.get("url"), file.get("member"), at)
            told = (file.get(key) for key in ("cell", "sha256", "bytes", "md5"))
            files.append(TableFile(url, *told))
        owners = [file.cell for file in files]
        cells = cells or (tuple(dict.fromkeys(o for o in owners if o)) if all(owners) else None)
    else:
        urls = _texts(spec.get("url") or spec.get("path"))
        members = _texts(spec.get("member")) or (None,)
        paths = [(url, member) for url in urls for member in members]
        for url, member in paths:
            if "{cell}" in f"{url} {member}":
                files += [_of_cell(cell, url, member, at) for cell in cells or ()]
            else:
                owner = cells[0] if cells and len(cells) == 1 else None
                alone = len(paths) == 1
                files.append(TableFile(
                    _inside(url, member, at), owner,
                    *(spec.get(key) if alone else None for key in ("sha256", "bytes", "md5")),
                ))  # fmt: skip
    if not files or not all(file.url for file in files):
        raise CatalogError(
            f"{at} names no file. Give url: (with cells: for {{cell}}) or files: [{{url: ...}}]."
        )
    grid = _mapping(spec.get("grid"), f"{at}: grid")
    rename = {str(k): str(v) for k, v in _mapping(spec.get("rename"), f"{at}: rename").items()}
    scale = {str(k): float(v) for k, v in _mapping(spec.get("scale"), f"{at}: scale").items()}
    _known_keys(scale, COLUMNS, f"{at}: scale")
    return TableSource(name, tuple(files), spec.get("format"), rename, cells, grid, scale, origin)


def _of_cell(cell: str, url: str, member: str | None, where: str) -> TableFile:
    member = member and member.replace("{cell}", cell)
    return TableFile(_inside(url.replace("{cell}", cell), member, where), cell)


def _inside(url: Any, member: str | None, where: str) -> Any:
    """Return the address of a file, or of a file inside the archive at that address."""
    if member is None or not url:
        return url
    try:
        return member_url(str(url), str(member))
    except FetchError as error:
        raise CatalogError(f"{where}: {error}") from error


def _download(spec: Any, where: str) -> Download:
    _known_keys(_mapping(spec, f"{where}: downloads"), _DOWNLOAD_KEYS, f"{where}: downloads")
    return Download(
        str(spec.get("name") or spec.get("url")),
        spec.get("url"),
        spec.get("bytes"),
        spec.get("sha256"),
        spec.get("layout"),
        spec.get("md5"),
        spec.get("note"),
    )


def _counts(value: Any, where: str) -> Mapping[str, int]:
    counts = _mapping(value, where)
    _known_keys(counts, COUNTED, where)
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise CatalogError(f"{where}: {name} is {count!r} and must be a whole number above 0.")
    return counts


def _embargo(value: Any, access: str, where: str) -> date | None:
    if value is None:
        return None
    if access != "embargo":
        raise CatalogError(
            f"{where}: embargo_until stands beside access: {access}. Write access: embargo, or "
            "leave the day out."
        )
    try:
        # YAML turns an unquoted day into a date; a quoted one is text.
        return date.fromisoformat(str(value))
    except ValueError:
        raise CatalogError(
            f"{where}: embargo_until is {value!r} and must be a day, YYYY-MM-DD."
        ) from None


def _known_keys(given: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    known = tuple(known)
    for key in given:
        if key not in known:
            listed = ", ".join(known) if len(known) < 25 else "bdg_explore.columns.COLUMNS"
            raise CatalogError(
                f"{where}: no key is called {key!r}.{did_you_mean(str(key), known)} "
                f"Known: {listed}."
            )


def _one_of(value: Any, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise CatalogError(
            f"{where} is {value!r} and must be one of {', '.join(allowed)}."
            f"{did_you_mean(str(value), allowed)}"
        )
    return str(value)


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise CatalogError(f"{where} must be a mapping of keys to values, not {value!r}.")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)
