"""Open catalogs as data: safe parse, known drivers, no templating but the catalog's own folder.

A catalog from outside can name files inside its own folder and addresses on the web; it can
neither run code nor reach the environment, a shell, or a path elsewhere on the machine.
"""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import yaml

from bdg_explore.errors import BdgError, CatalogError, did_you_mean
from bdg_explore.shipped import catalogs_folder

from .entries import Dataset, Hub, dataset_from_entry, hub_from_metadata
from .fetching.fetch import fetch

DRIVERS: Final = ("bdg_dataset", "yaml_file_cat")
SCHEMES: Final = ("https", "http", "s3", "gs")
_PLACEHOLDER: Final = "{{ CATALOG_DIR }}"
_NESTING: Final = 4
# The same safe loader, in C where PyYAML was built with it.
_SAFE: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a catalog lies, and the folder beyond which its paths must not lead."""

    location: str
    root: str

    @property
    def is_web(self) -> bool:
        """Whether the catalog lies on the web."""
        return "://" in self.location

    @property
    def folder(self) -> str:
        """Folder of the catalog, without a closing slash."""
        return self.location.rsplit("/", 1)[0]

    def resolve(self, reference: str, where: str) -> str:
        """Return the absolute path or address a reference in the catalog stands for.

        Raises
        ------
        CatalogError
            It leads out of the catalog's root, or uses a scheme that is not allowed.
        """
        text = reference.replace(_PLACEHOLDER, self.folder).replace("{{CATALOG_DIR}}", self.folder)
        if "{{" in text or "{%" in text:
            raise CatalogError(
                f"{where}: {reference!r} uses a template. Only {_PLACEHOLDER} is filled in."
            )
        scheme = urlsplit(text).scheme if "://" in text else ""
        if scheme and scheme not in SCHEMES:
            raise CatalogError(
                f"{where}: {reference!r} uses {scheme}://. Allowed are {', '.join(SCHEMES)}, "
                "and paths inside the catalog's own folder."
            )
        if scheme and not (self.is_web and text.startswith(self.folder)):
            return text
        if self.is_web:
            parts = urlsplit(urljoin(self.folder + "/", text))
            address = parts._replace(path=posixpath.normpath(parts.path)).geturl()
            if not address.startswith(self.root):
                raise CatalogError(f"{where}: {reference!r} leads out of {self.root}.")
            return address
        path = Path(self.folder, text).resolve()
        if not path.is_relative_to(Path(self.root).resolve()):
            raise CatalogError(
                f"{where}: {reference!r} leads out of the catalog's own folder {self.root}. "
                "Move the file inside, or open the folder above as the catalog."
            )
        return str(path)


def place_of(source: str | Path) -> Place:
    """Return where a catalog lies: a YAML file, a folder with ``catalog.yaml``, or an address.

    Raises
    ------
    CatalogError
        Nothing is there.
    """
    text = str(source)
    if "://" in text:
        if urlsplit(text).scheme not in ("https", "http"):
            raise CatalogError(f"{text}: a catalog is opened from https, http or a local path.")
        return Place(text, text.rsplit("/", 1)[0] + "/")
    path = Path(text).expanduser()
    if path.is_dir():
        path = path / "catalog.yaml"
    if not path.is_file():
        raise CatalogError(
            f"{text}: there is no catalog. Give a YAML file, a folder that holds catalog.yaml, "
            "or an https address."
        )
    path = path.resolve()
    shipped = catalogs_folder().resolve()
    # A hub's file of the shipped collection may use the collection's other folders.
    root = shipped if path.is_relative_to(shipped) else path.parent
    return Place(str(path), str(root))


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
    yield from _walk(place_of(source), None, 0)


def _walk(place: Place, outer: Hub | None, depth: int) -> Iterator[Hub | Dataset]:
    where = place.location
    if depth > _NESTING:
        raise CatalogError(f"{where}: catalogs are nested more than {_NESTING} deep.")
    content = load_yaml(place)
    sources = content.get("sources")
    if not isinstance(sources, Mapping):
        nearest = did_you_mean("sources", [str(k) for k in content if k != "metadata"])
        raise CatalogError(
            f"{where}: a catalog needs a key sources: with one entry a data set.{nearest}"
        )
    head = content.get("metadata") or {}
    hub = outer
    if head.get("hub"):
        hub = hub_from_metadata(head["hub"], where)
        yield hub
    for name, entry in sources.items():
        at = f"{where}: {name}"
        if not isinstance(entry, Mapping):
            raise CatalogError(f"{at} must be a mapping with driver:, args: and metadata:.")
        driver = entry.get("driver")
        if driver not in DRIVERS:
            raise CatalogError(
                f"{at}: no driver is called {driver!r}.{did_you_mean(str(driver), DRIVERS)} "
                f"Known: {', '.join(DRIVERS)}."
            )
        if driver == "yaml_file_cat":
            nested = place.resolve(str((entry.get("args") or {}).get("path", "")), at)
            yield from _walk(Place(nested, place.root), hub, depth + 1)
        else:
            named = str((entry.get("metadata") or {}).get("hub") or "local")
            owner = hub or Hub(named, named)
            yield dataset_from_entry(str(name), resolved(entry, place, at), owner, where)


def load_yaml(place: Place) -> Mapping[str, Any]:
    """Parse a catalog safely.

    Raises
    ------
    CatalogError
        It cannot be read, or is not YAML.
    """
    try:
        path = fetch(place.location) if place.is_web else Path(place.location)
        state = path.stat()
        content = _parse(path, state.st_mtime_ns, state.st_size)
    except BdgError:
        raise
    except FileNotFoundError:
        raise CatalogError(f"{place.location}: the catalog is not there.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CatalogError(f"{place.location} cannot be parsed as YAML: {error}") from error
    if not isinstance(content, Mapping):
        raise CatalogError(f"{place.location}: a catalog is a mapping with a key sources:.")
    return content


@lru_cache(maxsize=128)
def _parse(path: Path, _changed: int, _size: int) -> Any:
    """Return what a file says; the same file, unchanged, is parsed once a process."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE)  # noqa: S506


def resolved(entry: Mapping[str, Any], place: Place, where: str) -> dict[str, Any]:
    """Return an entry whose file references are absolute."""
    args = dict(entry.get("args") or {})
    if args.get("cells"):
        args["cells"] = place.resolve(str(args["cells"]), where)
    tables = args.get("tables")
    if isinstance(tables, Mapping):
        args["tables"] = {
            name: _resolved_table(spec, place, where) for name, spec in tables.items()
        }
    return {**entry, "args": args}


def _resolved_table(spec: Any, place: Place, where: str) -> Any:
    if not isinstance(spec, Mapping):
        return spec
    out = dict(spec)
    for cell in map(str, out.get("cells") or ()):  # its name becomes part of a path, for {cell}
        parts = cell.replace("\\", "/").split("/")
        if ".." in parts or not parts[0]:
            raise CatalogError(
                f"{where}: the cell {cell!r} leads out of the catalog's own folder {place.root}. "
                "Give it another name."
            )
    for key in ("url", "path"):
        if isinstance(out.get(key), str):
            out[key] = place.resolve(out[key], where)
        elif out.get(key):
            out[key] = [place.resolve(str(one), where) for one in out[key]]
    if out.get("files"):
        out["files"] = [
            {**file, "url": place.resolve(str(file.get("url")), where)} for file in out["files"]
        ]
    return out
