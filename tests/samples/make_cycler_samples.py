"""Make samples of the binary files of cyclers: python tests/samples/make_cycler_samples.py.

Everything in them is invented. The functions that build files are used by tests and benchmarks too.
"""

import struct
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
Fields = dict[str, tuple[str, list]]


def records(fields: dict[str, tuple[str, object]]) -> bytes:
    """Pack columns, each with its numpy type, into records without gaps."""
    length = len(next(iter(fields.values()))[1])
    table = np.zeros(length, [(name, kind) for name, (kind, _) in fields.items()])
    for name, (_, values) in fields.items():
        table[name] = values
    return table.tobytes()


# --- BioLogic -------------------------------------------------------------------------------------


def mpr(
    numbers: list[int],
    data: bytes,
    count: int,
    *,
    technique: int,
    days: float | None = 45_292.5,
    date: str = "01/01/24",
    new: bool = True,
    version: int = 3,
) -> bytes:
    """Lay out an EC-Lab file: numbers of the columns, their records, start in days since 1900."""
    if new:
        head = struct.pack("<IB", count, len(numbers)) + struct.pack(f">{len(numbers)}H", *numbers)
        start = 1007
    else:
        letter = "B" if version == 0 else "H"
        head = struct.pack("<IB", count, len(numbers))
        head += struct.pack(f"<{len(numbers)}{letter}", *numbers)
        start = {0: 100, 2: 405, 3: 406}[version]
    log = bytearray(1200)
    if days is not None:
        struct.pack_into("<d", log, 585, days)

    def module(name: str, content: bytes, kind: int) -> bytes:
        begin = b"MODULE" + name.ljust(10).encode() + f"invented {name}".ljust(25).encode()
        if new:
            sizes = struct.pack("<IIII", 0xFFFFFFFF, len(content), 0, 11)
        else:
            sizes = struct.pack("<II", len(content), kind)
        return begin + sizes + date.encode() + content

    return b"".join(
        [
            b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4),
            module("VMP Set", bytes([technique]) + bytes(600), 0),
            module("VMP data", head.ljust(start, b"\0") + data, version),
            module("VMP LOG", bytes(log), 0) if days is not None else b"",
        ]
    )


def biologic_gcpl() -> bytes:
    """Charge 10 s at 36 mA, rest 10 s, discharge 10 s at 36 mA; no current is stored."""
    packed = records(
        {
            "flags": ("u1", [1, 1, 1, 3, 1, 65]),
            "Ns": ("<u2", [0, 0, 0, 1, 2, 2]),
            "time": ("<f8", [0, 5, 10, 20, 25, 30]),
            "dq": ("<f8", [0, 0.05, 0.05, 0, -0.05, -0.05]),
            "Q": ("<f8", [0, 0.05, 0.1, 0.1, 0.05, 0]),
            "control": ("<f4", [36, 36, 36, 0, -36, -36]),
            "Ewe": ("<f4", [3, 3.25, 3.5, 3.375, 3.125, 3]),
            "range": ("<u2", [10] * 6),
            "Qcd": ("<f8", [0, 0.05, 0.1, 0.1, -0.05, -0.1]),
            "half": ("<u4", [0, 0, 0, 0, 1, 1]),
            "P": ("<f4", [0] * 6),
        }
    )
    numbers = [1, 2, 3, 21, 31, 65, 131, 4, 7, 13, 5, 6, 39, 211, 468, 326]
    return mpr(numbers, packed, 6, technique=0x04)


def biologic_peis() -> bytes:
    """Two spectra of two frequencies, in the older layout."""
    packed = records(
        {
            "freq": ("<f4", [1000, 1, 1000, 1]),
            "Re": ("<f4", [0.5, 1.5, 0.75, 1.75]),
            "-Im": ("<f4", [0.25, 0.5, 0.25, 0.625]),
            "|Z|": ("<f4", [0.5625, 1.5625, 0.8125, 1.875]),
            "Phase": ("<f4", [-26.5, -18.5, -18.5, -19.5]),
            "time": ("<f8", [1, 3, 101, 103]),
            "<Ewe>": ("<f4", [3.5, 3.5, 3.25, 3.25]),
            "I": ("<f4", [0.5, -0.25, 0.5, 0]),
            "cycle": ("<f8", [1, 1, 2, 2]),
            "range": ("<u2", [10] * 4),
        }
    )
    numbers = [32, 37, 38, 36, 35, 4, 77, 8, 24, 39]
    return mpr(numbers, packed, 4, technique=0x1D, new=False, version=3)


def main() -> None:
    """Write all samples beside this file."""
    samples = {
        "biologic_mpr/gcpl.mpr": biologic_gcpl(),
        "biologic_mpr/peis_older.mpr": biologic_peis(),
    }
    for name, content in samples.items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
