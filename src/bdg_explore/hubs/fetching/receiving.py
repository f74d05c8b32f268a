"""Receiving an answer: written to the part, verified, and only then given its name."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import ExitStack
from io import FileIO

from .checksums import new_md5, wrong_digest, wrong_size
from .order import CHUNK, Again, Answer, Order
from .parts import discard_part, promote, start_part
from .places import Place, cannot_write, check_room
from .progress import telling


def receive(order: Order, answer: Answer) -> None:
    """Write what comes to the part, verify it, and only then give it its name."""
    place, total, done = order.place, answer.version.size, answer.offset
    digests = {"sha256": hashlib.sha256(), "md5": new_md5()}
    if order.md5 is None:
        del digests["md5"]
    with ExitStack() as stack:
        stack.callback(answer.close)
        if None not in (total, order.size) and total != order.size:
            discard_part(place)
            raise wrong_size(order.name, order.size, total)
        check_room(place, (total or order.size or 0) - done)
        try:
            if done == 0:
                start_part(place, answer.version if answer.resumable else None)
            else:
                with place.part.open("rb") as begun:
                    while piece := begun.read(CHUNK):
                        for digest in digests.values():
                            digest.update(piece)
            # unbuffered: what was received is on disk when the process is killed
            sink = stack.enter_context(place.part.open("ab", buffering=0))
        except OSError as error:
            raise cannot_write(place, error) from error
        tell = stack.enter_context(telling(order, done, total))
        for chunk in answer.chunks:
            done += len(chunk)
            if order.size is not None and done > order.size:
                discard_part(place)
                raise wrong_size(order.name, order.size, done)
            _write(place, sink, chunk)
            for digest in digests.values():
                digest.update(chunk)
            tell(done, total)
    if total is not None and done < total:
        raise Again(f"it broke off after {done:,} of {total:,} bytes")
    found = {kind: digest.hexdigest() for kind, digest in digests.items()}
    _verify(order, answer, done, found)
    try:
        with place.part.open("rb+") as written:
            os.fsync(written.fileno())
        promote(place, answer.version, found["sha256"], found.get("md5"))
    except OSError as error:
        raise cannot_write(place, error) from error


def _write(place: Place, sink: FileIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    try:
        while rest:
            rest = rest[sink.write(rest) :]
    except OSError as error:
        raise cannot_write(place, error) from error


def _verify(order: Order, answer: Answer, done: int, found: Mapping[str, str]) -> None:
    """Raise where the file is not the one that was ordered; nothing of it is kept then."""
    if order.size not in (None, done):
        discard_part(order.place)
        raise wrong_size(order.name, order.size, done)
    for kind, digest in found.items():
        wanted = order.sha256 if kind == "sha256" else order.md5
        if wanted in (None, digest):
            continue
        discard_part(order.place)
        if answer.offset:  # the halves may be of two versions: once more, from the start
            raise Again("the two parts of it do not fit", wait=0)
        raise wrong_digest(kind, order.name, wanted, digest, "it was removed")
