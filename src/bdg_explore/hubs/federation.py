"""Many catalogs as one list: each opened once, an unreachable one told, names told apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from bdg_explore.errors import BdgError, FetchError

from .catalogs import place_of, records_in
from .entries import Dataset, Hub
from .servers import is_server, records_of, without_secrets


@dataclass(frozen=True)
class Source:
    """A catalog to open.

    Attributes
    ----------
    place : str or Path
        A YAML file, a folder with ``catalog.yaml``, or the address of a file or a server.
    required : bool
        Whether it must open: it ships, or a person has just named it.
    """

    place: str | Path
    required: bool = True


def open_catalogs(sources: Iterable[Source]) -> tuple[list[Hub | Dataset], list[str]]:
    """Return the hubs and data sets of catalogs, and a sentence for each that cannot be opened.

    A catalog that is given twice, by whatever path, is opened once. One that lies on the web, or
    that stands in a list, must not take the others down when it cannot be opened; one that a
    person names by its path is expected to be there.

    Raises
    ------
    CatalogError
        A catalog that is required is not what it should be.
    """
    records: list[Hub | Dataset] = []
    troubles: list[str] = []
    opened: set[str] = set()
    for source in sources:
        asked = is_server(source.place)
        try:
            place = _same(str(source.place) if asked else place_of(source.place).location)
            if place in opened:
                continue
            opened.add(place)
            if asked:
                records += records_of(str(source.place))
            else:
                records += records_in(source.place)
        except BdgError as error:
            if source.required and (asked or not isinstance(error, FetchError)):
                raise
            troubles.append(f"The catalog {without_secrets(source.place)} was not opened: {error}")
    return records, troubles


def _same(location: str) -> str:
    """Return one spelling of a place."""
    if "://" not in location:
        return location
    parts = urlsplit(urldefrag(location)[0])
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower()).geturl()


@dataclass(frozen=True)
class Named:
    """Data sets of many hubs under names of their own.

    Attributes
    ----------
    hubs, datasets : dict
        By id.
    original : dict
        Id here -> id in its catalog, where they differ.
    remarks : list of str
        Which were given another name.
    """

    hubs: dict[str, Hub]
    datasets: dict[str, Dataset]
    original: dict[str, str]
    remarks: list[str]


def told_apart(records: Sequence[Hub | Dataset]) -> Named:
    """Give every data set a name of its own.

    Nobody can rename what others publish: of two data sets with one id the first opened keeps it,
    the second is called ``<id>@<hub>``. The same record twice, because a catalog is also nested
    in another, is one data set.
    """
    named = Named({}, {}, {}, [])
    for one in records:
        if isinstance(one, Hub):
            named.hubs.setdefault(one.id, one)
            continue
        named.hubs.setdefault(one.hub.id, one.hub)
        first = named.datasets.get(one.id)
        if first is None:
            named.datasets[one.id] = one
        elif not any(_is_same(known, one) for known in _called(one.id, named)):
            name, number = f"{one.id}@{one.hub.id}", 2
            while name in named.datasets:
                name, number = f"{one.id}@{one.hub.id}-{number}", number + 1
            named.datasets[name] = replace(one, id=name)
            named.original[name] = one.id
            named.remarks.append(
                f"Two data sets are called {one.id}, in the hubs {first.hub.id} and "
                f"{one.hub.id}. The second is {name} here."
            )
    return named


def _called(name: str, named: Named) -> list[Dataset]:
    others = [here for here, there in named.original.items() if there == name]
    return [named.datasets[here] for here in (name, *others)]


def _is_same(known: Dataset, one: Dataset) -> bool:
    """Whether two records say the same, by whatever way their catalog was reached."""
    return replace(known, id=one.id, place=one.place) == one
