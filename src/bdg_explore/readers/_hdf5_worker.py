"""Reads HDF5 files for `_hdf5`, in a process of its own: run as a script, never imported.

The HDF5 library can loop for ever on a damaged file, or take its process down. Here it takes down
nobody else. Requests come as lines of JSON, answers go back as JSON and plain numbers; nothing is
ever unpickled, no link out of the file is followed, no filter is loaded from elsewhere.
"""

import io
import json
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import h5py
import numpy as np

MEMORY = 3 * 2**30  # bytes this process may take
MOST_NODES = 20_000
DEEPEST = 12
MOST_TEXT = 1_048_576
KNOWN_FILTERS = {1, 2, 3, 4, 5, 6, 32000}  # gzip, shuffle, fletcher32, szip, nbit, scaleoffset, lzf
LARGEST_CHUNK = 268_435_456
TICK = 0.5  # seconds
ALIVE, DONE = b".", b"!"


class RefusedError(Exception):
    """What the file holds is not read, and why."""


class Reply:
    """An answer: JSON with numbers beside it."""

    def __init__(self, most: int, stream: Any) -> None:
        self.buffers: list[Any] = []
        self.left = most
        self.stream, self.told = stream, time.monotonic()

    def tick(self) -> None:
        """Let the other side know, now and then, that this one is alive."""
        now = time.monotonic()
        if now - self.told > TICK:
            self.told = now
            self.stream.write(ALIVE)
            self.stream.flush()

    def take(self, size: int) -> None:
        """Count bytes, and stop before there are too many."""
        self.left -= size
        if self.left < 0:
            raise RefusedError(
                "it holds more numbers than fit into memory; ask for fewer cells= of it"
            )

    def put(self, array: Any) -> dict[str, Any]:
        """Keep an array for the answer."""
        array = np.ascontiguousarray(array)
        self.buffers.append(array)
        return {"array": len(self.buffers) - 1, "type": array.dtype.str, "shape": array.shape}

    def write(self, answer: dict[str, Any]) -> None:
        """Send the answer."""
        stream = self.stream
        text = json.dumps(answer).encode()
        stream.write(DONE + struct.pack("<QI", len(text), len(self.buffers)))
        stream.write(text)
        for array in self.buffers:
            stream.write(struct.pack("<Q", array.nbytes))
            stream.write(memoryview(array).cast("B") if array.nbytes else b"")
        stream.flush()


def hard_links(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield names and objects of a group, without what leads out of the file."""
    for name in group:
        if isinstance(group.get(name, getlink=True), h5py.HardLink):
            yield name, group[name]


def check(dataset: Any, reply: Reply) -> None:
    """Say so if a data set leads out of the file, needs foreign code, or is too large."""
    reply.tick()
    if dataset.shape is None:
        raise RefusedError(f"{dataset.name} holds nothing")
    item = dataset.dtype.itemsize
    size = item
    for length in dataset.shape:
        size *= int(length)
    reply.take(size)
    created = dataset.id.get_create_plist()
    layout = created.get_layout()
    if layout == h5py.h5d.VIRTUAL or created.get_external_count():
        raise RefusedError(f"{dataset.name} lies in another file, which is not followed")
    if layout != h5py.h5d.CHUNKED:
        return
    filters = {created.get_filter(i)[0] for i in range(created.get_nfilters())}
    if filters - KNOWN_FILTERS:
        raise RefusedError(
            f"{dataset.name} is packed in a way not known here (filter "
            f"{min(filters - KNOWN_FILTERS)}); repack it with gzip (h5repack -f GZIP=4)"
        )
    for length in created.get_chunk():
        item *= int(length)
    if item > LARGEST_CHUNK:
        raise RefusedError(f"{dataset.name} stands in pieces of {item} bytes")


def text_of(value: Any) -> str:
    """Decode a text, as HDF5 libraries give it."""
    if isinstance(value, bytes):
        return value.rstrip(b"\0").decode("utf-8", errors="replace")
    return str(value)


def attributes(thing: Any) -> dict[str, Any]:
    """Return the texts and numbers among the attributes."""
    found: dict[str, Any] = {}
    for name in thing.attrs:
        with suppress(OSError, TypeError, ValueError, KeyError, RuntimeError):
            kind = thing.attrs.get_id(name)
            if kind.dtype.kind in "OSU" and kind.shape == ():
                value = thing.attrs[name]
                if isinstance(value, bytes | str) and len(value) <= MOST_TEXT:
                    found[name] = text_of(value)
            elif kind.dtype.kind in "iuf" and kind.shape == ():
                found[name] = thing.attrs[name].item()
    return found


def tree(file: Any) -> dict[str, Any]:
    """List what is in the file: a line a group or data set, with its attributes."""
    nodes: list[dict[str, Any]] = []

    def walk(group: Any, path: str, depth: int) -> None:
        for name, thing in hard_links(group):
            if path == "" and name == "#refs#":  # where MATLAB keeps what others refer to
                continue
            if len(nodes) >= MOST_NODES:
                return
            here = f"{path}/{name}"
            node: dict[str, Any] = {"path": here, "attributes": attributes(thing)}
            if isinstance(thing, h5py.Dataset):
                node["shape"] = None if thing.shape is None else list(thing.shape)
                node["type"] = type_of(thing.dtype)
                node["fields"] = list(thing.dtype.names or ())
            nodes.append(node)
            if isinstance(thing, h5py.Group) and depth < DEEPEST:
                walk(thing, here, depth + 1)

    walk(file, "", 0)
    return {"nodes": nodes, "attributes": attributes(file)}


def type_of(dtype: Any) -> str:
    """Name a type: number, text, table, reference or other."""
    if h5py.check_ref_dtype(dtype):
        return "reference"
    if dtype.names:
        return "table"
    if dtype.kind in "iufb":
        return "number"
    return "text" if dtype.kind in "SU" or h5py.check_string_dtype(dtype) else "other"


def values_of(array: Any, dtype: Any, reply: Reply) -> dict[str, Any]:
    """Answer with numbers, or with texts."""
    if dtype.kind == "b" or h5py.check_enum_dtype(dtype):
        return reply.put(np.asarray(array).astype(np.int8))
    if dtype.kind in "iuf":
        return reply.put(np.asarray(array).astype(dtype.newbyteorder("<")))
    if dtype.kind == "S" or h5py.check_string_dtype(dtype):
        texts = [text_of(value) for value in np.asarray(array).ravel()]
        reply.take(sum(map(len, texts)))
        return {"texts": texts, "shape": np.shape(array)}
    raise RefusedError(f"its values are of a type not known here ({dtype})")


def dataset_of(dataset: Any, reply: Reply) -> dict[str, Any]:
    """Answer with a data set; a table as a column a field."""
    if not isinstance(dataset, h5py.Dataset):
        raise RefusedError(f"{dataset.name} holds no values")
    check(dataset, reply)
    held = dataset[()]
    if dataset.dtype.names is None:
        return values_of(held, dataset.dtype, reply)
    columns = {}
    for name in dataset.dtype.names:
        field = dataset.dtype[name]
        with suppress(RefusedError):  # a field of another kind leaves the others readable
            columns[name] = values_of(held[name], field.base, reply)
    return {"columns": columns}


def matlab(
    file: Any, thing: Any, reply: Reply, wanted: list[str] | None, depth: int = 0
) -> dict[str, Any]:
    """Answer with what MATLAB kept: numbers, texts, lists of such, structures of such."""
    if depth > DEEPEST:
        raise RefusedError("structures are nested too deeply")
    if isinstance(thing, h5py.Group):
        return {
            "inside": {
                name: matlab(file, inner, reply, None, depth + 1)
                for name, inner in hard_links(thing)
                if wanted is None or name in wanted
            }
        }
    check(thing, reply)
    if h5py.check_ref_dtype(thing.dtype):
        inner = [file[ref] for ref in thing[()].ravel() if ref]
        return entries(file, inner, reply, wanted, depth)
    held = thing[()]
    if thing.attrs.get("MATLAB_empty", 0):
        return reply.put(np.empty(0))
    if text_of(thing.attrs.get("MATLAB_class", b"")) == "char":
        return {"text": "".join(map(chr, np.asarray(held).T.ravel().tolist()))}
    return values_of(np.asarray(held).ravel(), thing.dtype, reply)


def entries(
    file: Any, inner: list[Any], reply: Reply, wanted: list[str] | None, depth: int
) -> dict[str, Any]:
    """Answer with a list; plain numbers in one array with the length of each."""
    plain = [_is_plain(one) for one in inner]
    if not inner or not all(plain):
        return {"list": [matlab(file, one, reply, wanted, depth + 1) for one in inner]}
    parts = []
    for one in inner:
        check(one, reply)
        empty = one.dtype.kind != "f" and one.attrs.get("MATLAB_empty", 0)
        parts.append(np.empty(0) if empty else np.asarray(one[()], dtype=np.float64).ravel())
    reply.take(8 * sum(map(len, parts)))
    return {
        "ragged": reply.put(np.concatenate(parts)),
        "lengths": reply.put(np.array([len(part) for part in parts], dtype=np.int64)),
    }


def _is_plain(one: Any) -> bool:
    """Whether it is an array of numbers; letters and empty arrays are kept as whole numbers."""
    if not isinstance(one, h5py.Dataset) or one.dtype.kind not in "iuf":
        return False
    return one.dtype.kind == "f" or text_of(one.attrs.get("MATLAB_class", b"")) not in (
        "char",
        "cell",
    )


def structures(file: Any, request: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """Answer with some entries of a structure array: its fields are lists of references."""
    group = file[request["path"]]
    if not isinstance(group, h5py.Group):
        raise RefusedError(f"{request['path']} is no structure")
    fields = dict(hard_links(group))
    answer: dict[str, list[Any]] = {}
    for name, wanted in request["fields"].items():
        if name not in fields:
            continue
        held = fields[name]
        if not (isinstance(held, h5py.Dataset) and h5py.check_ref_dtype(held.dtype)):
            answer[name] = [matlab(file, held, reply, wanted)]
            continue
        check(held, reply)
        refs = held[()].ravel()
        asked = request.get("entries")
        places = range(len(refs)) if asked is None else [i for i in asked if i < len(refs)]
        answer[name] = [
            matlab(file, file[refs[i]], reply, wanted) if refs[i] else None for i in places
        ]
    return {"fields": answer}


def answer_to(request: dict[str, Any], file: Any, reply: Reply) -> dict[str, Any]:
    """Carry out one request."""
    if request["do"] == "tree":
        return tree(file)
    if request["do"] == "structures":
        return structures(file, request, reply)
    return {"values": {path: dataset_of(file[path], reply) for path in request["paths"]}}


def main() -> None:
    """Answer requests until there are no more."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sent, back = sys.stdin.buffer, sys.stdout.buffer
    while line := sent.readline():
        request = json.loads(line)
        content = sent.read(request["bytes"]) if "bytes" in request else None
        reply = Reply(request.get("most", MEMORY), back)
        try:
            where = io.BytesIO(content) if content is not None else request["path_of_file"]
            with h5py.File(where, "r", locking=False) as file:
                answer = answer_to(request, file, reply)
        except RefusedError as error:
            reply.buffers, answer = [], {"refused": str(error)}
        except MemoryError:
            reply.buffers, answer = [], {"error": "it asks for more memory than there is"}
        except Exception as error:  # noqa: BLE001  (on a damaged file the library throws anything)
            first = (str(error).splitlines() or [""])[0]
            reply.buffers, answer = [], {"error": f"{type(error).__name__}: {first[:300]}"}
        reply.write(answer)


if __name__ == "__main__":
    main()
