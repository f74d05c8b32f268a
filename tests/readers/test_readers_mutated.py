"""Damaged files of every format end in a frame or in a `BdgError`, quickly."""

import random
import time

import pytest
from reader_samples import FILES

from bdg_explore import readers
from bdg_explore.errors import BdgError

PIECES = [
    b"\0", b"nan", b"1e999", b'"', b",", b"\n", b"\r", b";", b"\xff\xfe", b"9" * 40,
    b"\xe2\x98\x83", b"\t", b"", b"inf", b"/", b"12/31/9999 23:59:59", b"\xef\xbb\xbf",
]  # fmt: skip


def _mutate(data: bytearray, rng: random.Random) -> bytes:
    for _ in range(rng.randint(1, 4)):
        if not data:
            break
        a, b = sorted(rng.randrange(len(data)) for _ in range(2))
        match rng.randrange(5):
            case 0:
                del data[a:]
            case 1:
                data[a] = rng.randrange(256)
            case 2:
                data[a : a + rng.randint(0, 12)] = rng.choice(PIECES)
            case 3:
                data[a:a] = data[a:b]
            case _:
                lines = data.split(b"\n")
                rng.shuffle(lines)
                data = bytearray(b"\n".join(lines))
    return bytes(data)


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_damaged_sample(path):
    rng = random.Random(path.name)
    told = 0
    for _ in range(60):
        data = _mutate(bytearray(path.read_bytes()), rng)
        started = time.perf_counter()
        try:
            frame = readers.read(data, format=rng.choice([None, path.parent.name]))
            assert frame.attrs["source"]["rows_out"] == len(frame)
        except BdgError as error:
            told += 1
            assert "fault of the reader" not in str(error)
            assert len(str(error)) > 20
        assert time.perf_counter() - started < 10
    assert told > 0


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf",
        b"\n\n\n",
        b",",
        b"a" * 70_000,
        b"\xff\xfe",
        b"\x1f\x8b",
        b"PAR1",
        b"MATLAB 5.0" + b"\0" * 118,
        b"MATLAB 5.0" + b" " * 116 + b"IM" + b"\x0f\0\0\0\xff\xff\xff\x7f" + b"x" * 20,
    ],
)
@pytest.mark.parametrize("name", [None, *readers.formats().index])
def test_hardly_a_file(content, name):
    with pytest.raises(BdgError):
        readers.read(content, format=name)
