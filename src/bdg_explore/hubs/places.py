"""Where a catalog lies, and how far it reaches from there: which files and hosts it may name.

===================================  =========================  ===================================
a catalog                            files on this machine      hosts
===================================  =========================  ===================================
of the collection that ships         the collection's folder    public ones
of the user, on this machine         its own folder             any
fetched from the web                 none                       public ones; its own, if the user
                                                                opened it from a private one
===================================  =========================  ===================================

A catalog nested in another reaches as far as where it lies allows, and no farther than the other.
"""

import posixpath
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from bdg_explore.errors import CatalogError
from bdg_explore.shipped import catalogs_folder

from .fetching.public import is_public, lies_inside, netloc_of
from .packages import is_packaged
from .parsing import UNSEEN

SCHEMES: Final = ("https", "http", "s3", "gs")
_PLACEHOLDER: Final = re.compile(r"\{\{ ?CATALOG_DIR ?\}\}/?")
_LONGEST: Final = 2_000  # characters
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a catalog lies, and the folder beyond which its paths must not lead.

    Attributes
    ----------
    location : str
        Path or address of the catalog.
    root : str
        Folder or address its files lie under.
    private_hosts : frozenset of str or None
        ``host:port`` off the public internet that its entries may name; None for any.
    ships : bool
        Whether it is part of the collection that ships.
    """

    location: str
    root: str
    private_hosts: frozenset[str] | None = None
    ships: bool = False

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
            It leads out of the catalog's root, or uses a scheme or host that is not allowed.
        """
        held = _PLACEHOLDER.match(reference)
        text = reference[held.end() :].lstrip("/") if held else reference
        if "{{" in text or "{%" in text or "{#" in text:
            raise CatalogError(
                f"{where}: {reference!r} uses a template. Only {{{{ CATALOG_DIR }}}}/, at the "
                "beginning, is filled in."
            )
        if len(text) > _LONGEST or any(len(part.encode()) > 255 for part in text.split("/")):
            raise CatalogError(
                f"{where}: {text[:60]!r}... is longer than a path or address can be."
            )
        if UNSEEN.search(text) or "\\" in text or "\n" in text:
            raise CatalogError(
                f"{where}: {reference!r} uses a backslash or a control character. Write / between "
                "folders."
            )
        if self.ships and is_packaged(text):
            return text
        inside = self.is_web and text.startswith(self.root)
        if _SCHEME.match(text) and not held and not inside:
            return self._address(text, where)
        return self._web(text, where) if self.is_web else self._path(text, where)

    def _address(self, text: str, where: str) -> str:
        parts = _split(text, where)
        scheme = parts.scheme.lower()
        if scheme not in SCHEMES or "://" not in text:
            raise CatalogError(
                f"{where}: {text!r} uses {scheme}:. Allowed are "
                f"{', '.join(f'{one}://' for one in SCHEMES)}, and paths inside the catalog's own "
                "folder."
            )
        self._check_host(parts, where)
        return text

    def _check_host(self, parts: SplitResult, where: str) -> None:
        host, text = parts.hostname or "", parts.geturl()
        if not host or not host.isascii() or "::" in parts.path or "%" in parts.netloc:
            raise CatalogError(f"{where}: {text!r} is no plain address. Write https://host/path.")
        if "@" in parts.netloc:
            raise CatalogError(
                f"{where}: {host} is named with a user in its address. A catalog holds no "
                "passwords; leave out all before the @."
            )
        if parts.scheme in ("s3", "gs") or self.private_hosts is None:
            return
        if not is_public(host) and netloc_of(text) not in self.private_hosts:
            raise CatalogError(
                f"{where}: {text!r} uses a host that is not on the public internet, which a "
                "catalog from outside may not ask. If you trust it, save the catalog on this "
                "machine and open the copy."
            )

    def _web(self, text: str, where: str) -> str:
        parts = _split(urljoin(self.folder + "/", text), where)
        address = parts._replace(path=posixpath.normpath(parts.path)).geturl()
        seen = address
        for _ in range(4):  # %252e is %2e once, and a dot twice
            seen = unquote(seen)
        dots = {"..", "."} & set(re.split(r"[/\\]", _split(seen, where).path))
        if dots or not address.startswith(self.root):
            raise CatalogError(f"{where}: {text!r} leads out of {self.root}.")
        return address

    def _path(self, text: str, where: str) -> str:
        try:
            path = Path(self.folder, text).resolve()
            inside = path.is_relative_to(Path(self.root).resolve())
        except (OSError, ValueError, RuntimeError) as error:  # too long, or links in a circle
            raise CatalogError(f"{where}: {text[:80]!r} is no path: {error}.") from error
        if not inside or text.startswith("~"):
            raise CatalogError(
                f"{where}: {text!r} leads out of the catalog's own folder {self.root}. "
                "Move the file inside, or open the folder above as the catalog."
            )
        return str(path)

    def check_filled(self, template: str, cell: str, where: str) -> None:
        """Refuse a path that leads out once ``{cell}`` is filled in; links are looked at later."""
        parts = unquote(unquote(cell)).replace("\\", "/").split("/")
        if "://" in template and not (self.is_web and template.startswith(self.root)):
            self.resolve(template.replace("{cell}", cell), where)
        if ".." in parts or not parts[0] or UNSEEN.search(cell):
            raise CatalogError(
                f"{where}: the cell {cell!r} leads out of the catalog's own folder {self.root}. "
                "Give it another name."
            )

    def check_inside(self, path: Path, where: str) -> None:
        """Refuse a file that a link leads to, out of the catalog's folder."""
        if not path.resolve().is_relative_to(Path(self.root).resolve()):
            raise CatalogError(
                f"{where}: {path} leads out of the catalog's own folder {self.root}. Move the file "
                "inside."
            )

    def nested(self, reference: str, where: str) -> "Place":
        """Return where a catalog lies that this one names."""
        location = self.resolve(reference, where)
        if location.startswith(self.root):
            return replace(self, location=location)
        # On another site: what is relative there stays there, and asks for public hosts only.
        hosts = self.private_hosts if self.private_hosts is not None else _own_host(location)
        return Place(location, location.rsplit("/", 1)[0] + "/", hosts)


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
        return place_in(text)
    path = Path(text).expanduser()
    if path.is_dir():
        path = path / "catalog.yaml"
    if not path.is_file():
        raise CatalogError(
            f"{text}: there is no catalog. Give a YAML file, a folder that holds catalog.yaml, "
            "or an https address."
        )
    return place_in(str(path.resolve()))


def place_in(location: str) -> Place:
    """Return how far a catalog at an absolute path, or an address, reaches."""
    if "://" in location:
        return Place(location, location.rsplit("/", 1)[0] + "/", _own_host(location))
    path = Path(location)
    shipped = catalogs_folder().resolve()
    # A hub's file of the shipped collection may use the collection's other folders.
    if path.is_relative_to(shipped):
        return Place(str(path), str(shipped), frozenset(), ships=True)
    return Place(str(path), str(path.parent))


def _own_host(address: str) -> frozenset[str]:
    """Return the host of a catalog that the user opened, where it is a private one."""
    return frozenset([netloc_of(address)]) if lies_inside(address) else frozenset()


def _split(text: str, where: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise CatalogError(f"{where}: {text[:200]!r} is no address: {error}.") from error
    return parts
