"""Open catalogs as data: safe parse, known drivers, no templating but the catalog's own folder.

A catalog from outside can name files inside its own folder and addresses on the web; it can
neither run code nor reach the environment, a shell, or a path elsewhere on the machine. `places`
says how far a catalog reaches, `parsing` and `values` what it may hold.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from bdg_explore.errors import BdgError, CatalogError, MetadataError, did_you_mean
from bdg_explore.readers import HUST

from .entries import Dataset, Hub, dataset_from_entry, hub_from_metadata
from .fetching.fetch import fetch
from .metadata_record import record_of
from .parsing import LARGEST, parse_yaml
from .places import Place, place_of
from .values import check_entry, check_hub, checked_id

__all__ = ["Place", "datasets_in", "load_yaml", "place_of", "records_in", "resolved"]

DRIVERS: Final = ("bdg_dataset", "yaml_file_cat")
_NESTING: Final = 4
_MOST_CATALOGS: Final = 500


def datasets_in(source: str | Path) -> Iterator[Dataset]:
    """Return every data set of a catalog and of the catalogs nested in it.

    Raises
    ------
    CatalogError
        The catalog, or an entry, is not what it should be; the message names both.
    """
    return (one for one in records_in(source) if isinstance(one, Dataset))


def records_in(source: str | Path) -> Iterator[Hub | Dataset]:
    """Yield every hub of a catalog and of those nested in it, each before its data sets.

    A hub without a data set is there too: an index of others' data, or one nobody has described.

    Raises
    ------
    CatalogError
        The catalog, or an entry, is not what it should be; the message names both.
    """
    yield from _walk(place_of(source), None, 0, set())


def _walk(place: Place, outer: Hub | None, depth: int, seen: set[str]) -> Iterator[Hub | Dataset]:
    where = place.location
    if where in seen:
        raise CatalogError(f"{where} is nested in itself, or named twice. Name it once.")
    seen.add(where)
    if depth > _NESTING or len(seen) > _MOST_CATALOGS:
        raise CatalogError(
            f"{where}: catalogs are nested more than {_NESTING} deep, or are more than "
            f"{_MOST_CATALOGS}."
        )
    yield from _records(load_yaml(place), place, outer, depth, seen)


def records_of(content: Mapping[str, Any], place: Place) -> Iterator[Hub | Dataset]:
    """Yield what `records_in` does, of a catalog that is parsed already."""
    yield from _records(content, place, None, 0, {place.location})


def _records(
    content: Mapping[str, Any], place: Place, outer: Hub | None, depth: int, seen: set[str]
) -> Iterator[Hub | Dataset]:
    where = place.location
    sources = content.get("sources")
    if not isinstance(sources, Mapping):
        nearest = did_you_mean("sources", [str(k) for k in content if k != "metadata"])
        raise CatalogError(
            f"{where}: a catalog needs a key sources: with one entry a data set.{nearest}"
        )
    head = content.get("metadata") or {}
    if not isinstance(head, Mapping):
        raise CatalogError(f"{where}: metadata: must be a mapping with hub: {{id: my_lab}}.")
    hub = outer
    if head.get("hub"):
        check_hub(head["hub"], f"{where}: metadata: hub")
        hub = hub_from_metadata(head["hub"], where)
        checked_id(hub.id, f"{where}: metadata: hub: id")
        yield hub
    for name, entry in sources.items():
        at = f"{where}: {str(name)[:200]}"
        if not isinstance(entry, Mapping):
            raise CatalogError(f"{at} must be a mapping with driver:, args: and metadata:.")
        driver = str(entry.get("driver"))[:60]
        if driver not in DRIVERS:
            raise CatalogError(
                f"{at}: no driver is called {driver!r}.{did_you_mean(driver, DRIVERS)} "
                f"Known: {', '.join(DRIVERS)}."
            )
        check_entry(entry, at)
        if driver == "yaml_file_cat":
            path = (entry.get("args") or {}).get("path")
            if not isinstance(path, str):
                raise CatalogError(f"{at}: args: path: must name the nested catalog.")
            yield from _walk(place.nested(path, at), hub, depth + 1, seen)
        else:
            named = checked_id((entry.get("metadata") or {}).get("hub") or "local", f"{at}: hub")
            owner = hub or Hub(named, named)
            dataset_id = checked_id(name, where)
            dataset = dataset_from_entry(
                dataset_id, resolved(entry, place, at), owner, where, place
            )
            if not place.ships:  # what ships is tested; what does not may break a page for all
                _check_record(dataset, at)
            yield dataset


def _check_record(dataset: Dataset, where: str) -> None:
    """Refuse metadata that makes no record: an entry that opens can be shown and exported."""
    try:
        record_of(dataset)
    except MetadataError as error:
        raise CatalogError(f"{where}: {error}") from error


def load_yaml(place: Place) -> Mapping[str, Any]:
    """Parse a catalog safely.

    Raises
    ------
    CatalogError
        It cannot be read, is larger than 8 MB, or is not YAML.
    """
    where = place.location
    try:
        path = _here(place)
        state = path.stat()
        if state.st_size > LARGEST:
            raise CatalogError(_too_large(where))
        content = _parse(path, state.st_mtime_ns, state.st_size, where)
    except BdgError:
        raise
    except FileNotFoundError:
        raise CatalogError(f"{where}: the catalog is not there.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{where} cannot be parsed as YAML: {error}") from error
    if not isinstance(content, Mapping):
        raise CatalogError(f"{where}: a catalog is a mapping with a key sources:.")
    return content


def _here(place: Place) -> Path:
    if not place.is_web:
        return Path(place.location)

    def stop(received: int, total: int | None) -> None:
        if max(received, total or 0) > LARGEST:
            raise CatalogError(_too_large(place.location))

    return fetch(place.location, progress=stop, private_hosts=place.private_hosts)


def _too_large(where: str) -> str:
    return (
        f"{where} is larger than {LARGEST // 10**6} MB, which no catalog is. Facts about many "
        "cells belong in a table beside it, named by cells:."
    )


@lru_cache(maxsize=128)
def _parse(path: Path, _changed: int, _size: int, where: str) -> Any:
    """Return what a file says; the same file, unchanged, is parsed once a process."""
    return parse_yaml(path.read_text(encoding="utf-8"), where)


def resolved(entry: Mapping[str, Any], place: Place, where: str) -> dict[str, Any]:
    """Return an entry, of checked kinds, whose file references are absolute."""
    args = dict(entry.get("args") or {})
    if args.get("cells"):
        args["cells"] = place.resolve(args["cells"], where)
    if args.get("tables"):
        args["tables"] = {
            name: resolved_table(spec, place, f"{where}: {name}")
            for name, spec in args["tables"].items()
        }
    if args.get("downloads"):
        args["downloads"] = [_resolved_url(one, place, where) for one in args["downloads"]]
    return {**entry, "args": args}


def resolved_table(spec: Mapping[str, Any], place: Place, where: str) -> dict[str, Any]:
    """Return a table, of checked kinds, whose file references are absolute."""
    out = dict(spec)
    if out.get("format") == HUST and not place.ships:
        raise CatalogError(
            f"{where}: {HUST} is a format of Python pickles, and only the collection that ships "
            "may name it. Publish the table as Parquet or csv."
        )
    for key in ("url", "path"):
        given = out.get(key)
        if given:
            paths = [given] if isinstance(given, str) else list(map(str, given))
            out[key] = [place.resolve(one, where) for one in paths]
            for one in paths if any("{cell}" in one for one in paths) else ():
                for cell in map(str, out.get("cells") or ()):
                    place.check_filled(one, cell, where)
    if out.get("files"):
        out["files"] = [_resolved_url(file, place, where) for file in out["files"]]
    return out


def _resolved_url(file: Mapping[str, Any], place: Place, where: str) -> Mapping[str, Any]:
    if file.get("url") is None:
        return file
    return {**file, "url": place.resolve(str(file["url"]), where)}
