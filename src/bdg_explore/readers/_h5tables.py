"""Tables as libraries lay them out in HDF5: a data set a column, a compound table, a pandas store.

What pandas pickles into a store (the names of mixed columns) is never unpickled.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from bdg_explore.errors import ReadError

from . import _hdf5
from ._reader import Raw, Request
from ._source import Head, Source

INDEX: Final = "index"
_UNITS: Final = ("unit", "units")
_BLOCK: Final = re.compile(r"block(\d+)_items")


@dataclass(frozen=True)
class Column:
    """Where one column stands: a data set, and its field (table) or place (block) in it."""

    path: str
    field: str = ""
    place: int = -1


@dataclass(frozen=True)
class H5Table:
    """A table in an HDF5 file: where it stands, and its columns by their headers."""

    path: str
    columns: dict[str, Column]
    rows: int
    attributes: dict[str, Any]

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


def tables(source: Source) -> list[H5Table]:
    """Find the tables of a file.

    Raises
    ------
    ReadError
        It is no whole HDF5 file.
    """
    tree = _hdf5.open_tree(source)
    held = source.seen.get("h5tables")
    if held is None:
        try:
            held = [*_compound(tree), *_stores(tree, source), *_by_column(tree)]
        except ReadError as error:  # the next reader that asks is told so at once
            held = error
        source.seen["h5tables"] = held
    if isinstance(held, ReadError):
        raise held
    found: list[H5Table] = held
    return found


def find(head: Head, accepts: Callable[[H5Table], bool]) -> H5Table | None:
    """Return the first table that is accepted; None if there is none, or no whole HDF5 file."""
    if not _hdf5.is_hdf5(head):
        return None
    try:
        return next((table for table in tables(head.source) if accepts(table)), None)
    except ReadError:
        return None


def load(request: Request, table: H5Table) -> Raw:
    """Read the wanted columns of a table."""
    source = request.source
    headers = tuple(table.columns)
    plan = request.plan(headers)
    places = [table.columns[wanted.header] for wanted in plan]
    held = _hdf5.read(source, sorted({place.path for place in places}))
    values = [_column(held[place.path], place, source) for place in places]
    if any(len(v) != len(values[0]) for v in values):
        raise ReadError(f"{source.name}, {table.path}: its columns are not of one length.")
    if len(values[0]) == 0:
        raise ReadError(f"{source.name}, {table.path or '/'}: it has columns and no records.")
    return Raw(plan, values, headers, len(values[0]), facts={"group": table.path or "/"})


def _column(held: Any, place: Column, source: Source) -> Any:
    if place.field:
        if not isinstance(held, dict) or place.field not in held:
            raise ReadError(f"{source.name}, {place.path}: its field {place.field} is not read.")
        held = held[place.field]
    elif place.place >= 0:
        held = np.asarray(held)[:, place.place]
    if isinstance(held, list):
        return pa.array([text or None for text in held], pa.string())
    return np.asarray(held).reshape(len(held), -1)[:, 0] if np.ndim(held) > 1 else held


def _compound(tree: _hdf5.Tree) -> list[H5Table]:
    """Find compound data sets, as PyTables writes them."""
    found = []
    for node in tree.nodes.values():
        if node.kind == "table" and len(node.shape) == 1:
            fields = {name: Column(node.path, name) for name in node.fields}
            found.append(H5Table(node.path, fields, node.shape[0], node.attributes))
    return found


def _stores(tree: _hdf5.Tree, source: Source) -> list[H5Table]:
    """Find frames in the fixed form of pandas: names and values of each block."""
    found = []
    for group in tree.nodes.values():
        if group.kind != "group" or f"{group.path}/block0_values" not in tree.nodes:
            continue
        blocks = [n for n in tree.nodes.values() if n.parent == group.path and _BLOCK.match(n.name)]
        names = _hdf5.read(source, [n.path for n in blocks if n.kind == "text"])
        columns: dict[str, Column] = {}
        for path, items in names.items():
            values = path.replace("_items", "_values")
            node = tree.nodes.get(values)
            if node is None or node.kind != "number" or len(node.shape) != 2:
                continue
            columns |= {name: Column(values, place=i) for i, name in enumerate(items)}
        index = tree.nodes.get(f"{group.path}/axis1")
        rows = index.shape[0] if index and index.shape else 0
        order = tree.nodes.get(f"{group.path}/axis0")
        if order is not None and order.kind == "text":
            wanted = _hdf5.read(source, [order.path])[order.path]
            columns = {name: columns[name] for name in wanted if name in columns}
        if index is not None and index.kind == "number" and INDEX not in columns:
            columns = {INDEX: Column(index.path), **columns}
        found.append(H5Table(group.path, columns, rows, group.attributes))
    return found


def _by_column(tree: _hdf5.Tree) -> list[H5Table]:
    """Find groups with one data set a column, all of one length.

    A label like ``Voltage / V`` is a path for HDF5: a data set `` V`` in a group ``Voltage ``.
    """
    groups: dict[str, list[tuple[str, _hdf5.Node]]] = {}
    for node in tree.nodes.values():
        if node.kind not in ("number", "text") or len(node.shape) not in (1, 2):
            continue
        if len(node.shape) == 2 and min(node.shape) != 1:
            continue
        parent, name = node.parent, node.name
        if name.startswith(" ") and parent.endswith(" "):
            parent, _, quantity = parent.rpartition("/")
            name = f"{quantity}/{name}"
        groups.setdefault(parent, []).append((name, node))
    found = []
    for path, members in groups.items():
        longest = max(max(node.shape) for _, node in members)
        columns = {_header(n, node): Column(node.path) for n, node in members
                   if max(node.shape) == longest}  # fmt: skip
        attributes = tree.nodes[path].attributes if path in tree.nodes else tree.attributes
        found.append(H5Table(path, columns, longest, attributes))
    return found


def _header(name: str, node: _hdf5.Node) -> str:
    unit = next((node.attributes[u] for u in _UNITS if u in node.attributes), None)
    return f"{name} / {unit}" if isinstance(unit, str) and unit and "/" not in name else name


def same_names(table: H5Table, *names: str) -> bool:
    """Whether a table has all these columns, without regard to case."""
    return {n.casefold() for n in names} <= {header.casefold() for header in table.columns}
