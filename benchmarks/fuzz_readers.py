"""Damaged files of every format must end in a frame or a named error, in 10 s and 1 GiB each.

python benchmarks/fuzz_readers.py [--inputs 5000] [--seed 1] [--keep FOLDER] [--large]
python benchmarks/fuzz_readers.py --show 1234    # one input again, with its traceback

The inputs are the samples in tests/samples, and small real files where BDG_MIRROR is set, changed
in ways that are told by the seed and the number of the input alone: cut short, bytes and bits
changed, numbers made huge, NUL bytes, columns swapped, very long lines, archives with a changed or
exploding member, XML that expands, gzip that expands. Every format gets the same share. They are
read in worker processes that may not take more than 1 GiB beside what Python and its libraries
take, and that the system ends after 10 s of processor time or 60 s by the clock; a worker that dies
is a finding, and so is any exception but `BdgError`. Exit code 1 if there is a finding; --keep
names a folder for the inputs that made one.
"""

import argparse
import gzip
import io
import multiprocessing
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from bdg_explore import readers
from bdg_explore.errors import BdgError

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
SECONDS = 10  # of processor time, which is the same on a busy machine
HANGS = 60  # by the clock
MEMORY = 1 << 30
_LARGEST_SEED = 300_000
_REAL = ("raw", "bdf", "eis", "beep_structured", "batterydata_energy", "calce", "nasa_pcoe",
         "module", "abuse", "failure_databank", "ampworks")  # fmt: skip
PIECES: Final = [
    b"\0", b"nan", b"inf", b"1e999", b"-1e308", b"9" * 400, b"18446744073709551616", b"0x1p5", b'"',
    b"'", b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x98\x83",
    b"12/31/9999 23:59:59", b"99:99:99", b"-", b"%", b"{", b"}", b"[", b"]", b"<", b"&", b"",
]  # fmt: skip
INTEGERS: Final = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63 - 1]
LAUGHS: Final = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "'
    + "ha" * 50
    + '">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 50}">' for a, b in zip("abcdef", "bcdefg", strict=True))
    + "]><root>&g;</root>"
).encode()
Change = Callable[[bytes, random.Random], bytes]
Seeds = dict[str, list[Path]]  # files to change, by the format that reads them
COPIES: Final = multiprocessing.get_context("fork")


def _span(data: bytes, rng: random.Random, most: int = 4096) -> tuple[int, int]:
    begin = rng.randrange(len(data) + 1)
    return begin, min(len(data), begin + rng.randint(1, most))


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5, 50]) if data else 0):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def set_bytes(data: bytes, rng: random.Random) -> bytes:
    begin, end = _span(data, rng, rng.choice([1, 4, 64, 4096]))
    fill = rng.choice([b"\0", b"\xff", b"\x80", b"9", b" "])
    return data[:begin] + fill * (end - begin) + data[end:]


def set_integer(data: bytes, rng: random.Random) -> bytes:
    """Write a telling integer over a length, a count or an offset; headers are hit more often."""
    size, order = rng.choice([1, 2, 4, 8]), rng.choice(["little", "little", "big"])
    if len(data) < size:
        return data
    reach = len(data) - size
    at = rng.randint(0, min(reach, rng.choice([64, 1024, 16384, reach or 1])))
    value = rng.choice(INTEGERS) & (1 << 8 * size) - 1
    return data[:at] + value.to_bytes(size, order) + data[at + size :]


def insert(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(PIECES) * rng.choice([1, 1, 3, 1000]) + data[at:]


def delete(data: bytes, rng: random.Random) -> bytes:
    begin, end = _span(data, rng)
    return data[:begin] + data[end:]


def repeat(data: bytes, rng: random.Random) -> bytes:
    begin, end = _span(data, rng)
    return data[:end] + data[begin:end] * rng.choice([1, 2, 50]) + data[end:]


def shuffle_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    begin = rng.randrange(len(lines))
    part = lines[begin:]
    rng.shuffle(part)
    return b"\n".join(lines[:begin] + part)


def swap_columns(data: bytes, rng: random.Random) -> bytes:
    mark = max((b",", b"\t", b";"), key=data[:20_000].count)
    a, b = rng.randrange(12), rng.randrange(12)
    changed = []
    for line in data.split(b"\n"):
        fields = line.split(mark)
        if max(a, b) < len(fields):
            fields[a], fields[b] = fields[b], fields[a]
        changed.append(mark.join(fields))
    return b"\n".join(changed)


def change_numbers(data: bytes, rng: random.Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(?:\.\d+)?", data[:200_000]))
    for match in rng.sample(found, min(len(found), rng.choice([1, 2, 20]))):
        value = rng.choice([*PIECES[:8], b"-0", b"1" * 30, b"0.0000001", b"-5", b"1e300", b"x"])
        data = (
            data[: match.start()] + value.ljust(match.end() - match.start()) + data[match.end() :]
        )
    return data


def change_text(data: bytes, rng: random.Random) -> bytes:
    """Misspell a word, as another version of the tester's software would."""
    found = list(re.finditer(rb"[A-Za-z_]{4,}", data[:20_000]))
    if not found:
        return data
    match = rng.choice(found)
    word = rng.choice([b"", match[0].lower(), match[0] * 2, match[0][::-1], b"Voltage(V)"])
    return data[: match.start()] + word + data[match.end() :]


def long_line(data: bytes, rng: random.Random) -> bytes:
    at = data.find(b"\n", rng.randrange(len(data) + 1)) + 1
    filler = rng.choice([b"9", b"x", b",", b'"', b"1,", b"\t", b"[", b"{"])
    return data[:at] + filler * rng.choice([70_000, 1_100_000, 5_000_000]) + data[at:]


def change_encoding(data: bytes, rng: random.Random) -> bytes:
    text = data.decode("latin-1")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-8", "utf-8-sig"]))


def packed(data: bytes, rng: random.Random) -> bytes:
    """Gzip it: whole, cut short, changed, or with a tail that expands a thousand times."""
    match rng.randrange(4):
        case 0:
            return gzip.compress(data, 1, mtime=0)
        case 1:
            return cut(gzip.compress(data, 1, mtime=0), rng)
        case 2:
            return flip_bits(gzip.compress(data, 1, mtime=0), rng)
        case _:
            fill = rng.choice([b"\0", b"1,2,3\n", b"\n", data[-200:] or b"0"])
            return gzip.compress(
                data + fill * (rng.choice([20, 90]) * 1_000_000 // len(fill)), 1, mtime=0
            )


def change_member(data: bytes, rng: random.Random) -> bytes:
    """Change a file inside a zip archive: as any file, by XML that expands, or by an explosion."""
    if not data.startswith(b"PK\x03\x04"):
        return flip_bits(data, rng)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            members = {info.filename: zipped.read(info) for info in zipped.infolist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError):
        return data
    if not members:
        return data
    name = rng.choice(list(members))
    match rng.randrange(8):
        case 0:
            members[name] = LAUGHS
        case 1:
            members[name] = members[name] + b"\0" * rng.choice([1, 30_000_000, 80_000_000])
        case 2:
            del members[name]
        case 3:
            members["../" * 9 + "tmp/out_of_the_archive"] = members[name]
        case _:
            members[name] = rng.choice(CHANGES[:8])(members[name], rng)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for member, content in members.items():
            zipped.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED, 1)
    changed = bytearray(target.getvalue())
    if rng.random() < 0.15:  # and a size that is not true
        at = changed.rfind(b"PK\x01\x02")
        changed[at + 24 : at + 28] = rng.choice(INTEGERS[:9]).to_bytes(4, "little")
    return bytes(changed)


CHANGES: Final[list[Change]] = [
    cut, flip_bits, set_bytes, set_integer, insert, delete, repeat, change_numbers, shuffle_lines,
    swap_columns, change_text, long_line, change_encoding, packed, change_member,
]  # fmt: skip
_OF_ARCHIVES: Final = [change_member] * 8
_OF_BINARIES: Final = [set_integer] * 4 + [cut, flip_bits, set_bytes, delete]


def change(data: bytes, rng: random.Random) -> bytes:
    """Change a file in one to three ways; what is inside an archive is changed more often."""
    ways: list[Change] = list(CHANGES)
    if data.startswith(b"PK\x03\x04"):
        ways += _OF_ARCHIVES
    elif b"\0" in data[:512]:
        ways += _OF_BINARIES
    for _ in range(rng.choice([1, 1, 2, 3])):
        data = rng.choice(ways)(data, rng)
    return data


def seeds() -> Seeds:
    """Return the files to change, by the format that reads them."""
    found: dict[str, list[Path]] = {}
    for path in sorted(SAMPLES.glob("*/*")):
        if not path.name.endswith(".expected.json") and path.suffix not in (".py", ".pyc"):
            found.setdefault(path.parent.name, []).append(path)
    mirror = os.environ.get("BDG_MIRROR")
    if mirror:
        for folder in _REAL:
            for path in sorted((Path(mirror) / folder).rglob("*")):
                if path.is_file() and 0 < path.stat().st_size <= _LARGEST_SEED:
                    try:
                        found.setdefault(readers.detect(path).name, []).append(path)
                    except BdgError:
                        continue
    return found


def made(number: int, seed: int, by_format: Seeds) -> tuple[str, bytes, str | None]:
    """Make one input: the format it began as, its bytes, and the format to read it as."""
    rng = random.Random(f"{seed}/{number}")
    names = sorted(by_format)
    name = names[number % len(names)]
    path = rng.choice(by_format[name])
    return name, change(path.read_bytes(), rng), rng.choice([None, name])


def outcome(read: Callable[..., pd.DataFrame], data: bytes | Path, format_name: str | None) -> str:
    """Read one input and say what came of it: ``frame``, ``error``, or a finding."""
    try:
        frame = read(data, format=format_name)
    except BdgError as error:
        if len(str(error)) <= 20 or "fault of the reader" in str(error):
            return f"finding: says only {error}"
        return "error"
    except MemoryError:
        return "finding: took more than 1 GiB"
    except Exception as error:  # noqa: BLE001  (that is what is looked for)
        where = traceback.extract_tb(error.__traceback__)
        own = [f for f in where if "bdg_explore" in f.filename][-1:] or where[-1:]
        place = " ".join(f"{Path(f.filename).name}:{f.lineno}" for f in own)
        return f"finding: {type(error).__name__} {str(error)[:100]} at {place}"
    stated = frame.attrs["source"]["rows_out"]
    return "frame" if stated == len(frame) else f"finding: rows_out {stated} of {len(frame)}"


def work(told: Connection, first: int, count: int, step: int, seed: int, given: Seeds) -> None:
    """Read inputs in this process, and tell of each what came of it."""
    readers.formats()
    for paths in given.values():  # what is imported on first use is no part of an input
        outcome(readers.read, paths[0].read_bytes(), None)
    page = os.sysconf("SC_PAGE_SIZE")
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * page
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    for number in range(first, count, step):
        name, data, format_name = made(number, seed, given)
        told.send({"begin": number, "format": name})
        Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
        before, started = _peak(), time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, HANGS)
        came = outcome(readers.read, data, format_name)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        seconds = time.process_time() - started
        told.send({"end": number, "told": came, "seconds": seconds, "mib": _peak() - before})


def _peak() -> int:
    """Return the peak of the memory taken by this process [MiB]."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


@dataclass
class Tally:
    """What came of the inputs read so far."""

    told: Counter[str] = field(default_factory=Counter)
    share: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    largest: tuple[float, str] = (0.0, "")

    def end(self, entry: dict[str, Any], name: str) -> bool:
        """Count an input that was read; say whether it is a finding."""
        kind = "finding" if entry["told"].startswith("finding") else entry["told"]
        self.share[name] += 1
        self.told[kind] += 1
        called = f"input {entry['end']}, {name}"
        self.slowest = max(self.slowest, (entry["seconds"], called))
        self.largest = max(self.largest, (entry["mib"], called))
        if kind == "finding":
            self.find(f"input {entry['end']} ({name}): {entry['told'][9:]}")
        return kind == "finding"

    def find(self, what: str) -> None:
        self.findings.append(what)
        print(what, flush=True)


def beside(task: Callable[..., None], *given: Any) -> tuple[Any, Connection]:
    """Let a task run in a copy of this process, which spares the imports; it tells as it goes.

    This process reads no file itself: what a library starts for that cannot be shared with copies.
    """
    here, there = COPIES.Pipe(duplex=False)
    process = COPIES.Process(target=task, args=(there, *given))
    process.start()
    there.close()  # so that the end of the process ends what it tells
    return process, here


def run(inputs: int, seed: int, workers: int, keep: Path | None) -> int:
    """Read all inputs in workers, and print what came of them."""
    began = time.perf_counter()
    process, telling = beside(lambda told: told.send(seeds()))
    given: Seeds = telling.recv()
    process.join()
    tally = Tally()

    def kept(number: int) -> None:
        if keep:
            name, data, _ = made(number, seed, given)
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{number}_{name}").write_bytes(data)

    def start(first: int) -> None:
        process, telling = beside(work, first, inputs, workers, seed, given)
        running[telling] = process

    running: dict[Connection, Any] = {}
    begun: dict[Connection, dict[str, Any]] = {}
    for first in range(workers):
        start(first)
    while running:
        for telling in cast("list[Connection]", wait([*running])):
            try:
                entry = telling.recv()
            except EOFError:
                process = running.pop(telling)
                process.join()
                code, last = process.exitcode, begun.pop(telling, None)
                if last:
                    number = int(last["begin"])
                    ended = -code in (signal.SIGPROF, signal.SIGALRM)
                    why = f"took more than {SECONDS} s" if ended else f"died ({code})"
                    tally.find(f"input {number} ({last['format']}): {why}")
                    tally.told["finding"] += 1
                    kept(number)
                    if number + workers < inputs:
                        start(number + workers)
                elif code:
                    tally.find(f"a worker ended with {code}")
                continue
            if "begin" in entry:
                begun[telling] = entry
            elif tally.end(entry, begun.pop(telling)["format"]):
                kept(entry["end"])
    took, told = time.perf_counter() - began, tally.told
    print(
        f"{sum(told.values())} inputs over {len(tally.share)} formats in {took:.0f} s: "
        f"{told['frame']} frames, {told['error']} named errors, {len(tally.findings)} findings; "
        f"slowest {tally.slowest[0]:.1f} s ({tally.slowest[1]}; limit {SECONDS}), most memory "
        f"{tally.largest[0]:.0f} MiB ({tally.largest[1]}; limit 1024)"
    )
    return 1 if tally.findings or not told else 0


def large() -> int:
    """Read text files of every text format whose last line is 1 GB long."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "long_line"
        for name, paths in seeds().items():
            data = paths[0].read_bytes()
            if b"\0" in data[:512]:
                continue
            for fill in (b"\0", b"9"):
                with path.open("wb") as stream:
                    stream.write(data)
                    if fill == b"\0":
                        stream.truncate(len(data) + 1_000_000_000)
                    else:
                        piece = fill * 50_000_000
                        for _ in range(20):
                            stream.write(piece)
                Path("/proc/self/clear_refs").write_text("5")
                before, began = _peak(), time.perf_counter()
                told = outcome(readers.read, path, name)
                bad += told.startswith("finding")
                seconds, mib = time.perf_counter() - began, _peak() - before
                if seconds > SECONDS or mib > 1024:
                    told, bad = f"finding: too much; {told}", bad + 1
                print(f"{name}, a line of 1 GB of {fill!r}: {seconds:.1f} s, {mib} MiB; {told}")
    return 1 if bad else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="lines of 1 GB instead")
    parser.add_argument("--show", type=int, help="read one input again, with its traceback")
    parser.add_argument("--keep", type=Path, help="folder for inputs that are findings")
    given = parser.parse_args()
    if given.large:
        return large()
    if given.show is not None:
        name, data, format_name = made(given.show, given.seed, seeds())
        print(f"input {given.show}: {len(data)} bytes, was {name}, read as {format_name}")
        print(readers.read(data, format=format_name))
    else:
        return run(given.inputs, given.seed, given.workers, given.keep)
    return 0


if __name__ == "__main__":
    sys.exit(main())
