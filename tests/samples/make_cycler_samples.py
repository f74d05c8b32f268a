"""Make samples of the binary files of cyclers: python tests/samples/make_cycler_samples.py.

Everything in them is invented. The functions that build files are used by tests and benchmarks too.
"""

import io
import struct
import zipfile
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


# --- Neware ---------------------------------------------------------------------------------------


def ndc(
    kind: int,
    version: int,
    packed: bytes,
    size: int,
    *,
    begin: int = 132,
    page: int = 4096,
    masked: bool = True,
    skip: tuple[int, ...] = (),
) -> bytes:
    """Lay records of a size out in pages; slots to skip stay empty and are told so by their bit."""
    per_page = (page - begin - 1) // size
    slots = [packed[i : i + size] for i in range(0, len(packed), size)]
    for place in skip:
        slots.insert(place, b"\xee" * size)
    pages = [bytes([kind, 0, version]).ljust(page, b"\0")]
    for first in range(0, len(slots), per_page):
        held = slots[first : first + per_page]
        body = bytearray(page)
        for i, slot in enumerate(held):
            body[begin + i * size : begin + (i + 1) * size] = slot
            if masked and first + i not in skip:
                body[4 + i // 8] |= 1 << i % 8
        pages.append(bytes(body))
    return b"".join(pages)


def ndax(members: dict[str, bytes]) -> bytes:
    """Zip the files of a Neware archive; the same bytes every time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            zipped.writestr(info, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


VERSION_INFO = """<?xml version="1.0" encoding="GB2312"?>
<root><config type="Version Info File"><ZwjVersion SvrVer="invented server" CurrClientVer="invented
client" /></config></root>"""
TEST_INFO = """<?xml version="1.0" encoding="GB2312"?>
<root><config type="Test Info File"><TestInfo StartTime="2024-01-01 12:00:00" ChlID="3"
 Barcode="\u7535\u6c60-1">
<Aux1 AuxID="1" RealChlID="10" ChlType="103" TypeID="1" />
<Aux2 AuxID="2" RealChlID="9" ChlType="102" TypeID="1" /></TestInfo></config></root>"""


def neware_parts() -> dict[str, bytes]:
    """Make a charge of 6 records and a rest of 2; the file holds a time for four of the eight."""
    main = records(
        {
            "V": ("<f4", [3, 3.25, 3.5, 3.75, 4, 4, 3.875, 3.75]),
            "A": ("<f4", [0.703125] * 6 + [0, 0]),
        }
    )
    run = records(
        {
            "t": ("<u4", [0, 10_000, 50_000, 0]),
            "_0": ("u1", [0] * 4),
            "cc": ("<f4", [0, 1 / 512, 5 / 512, 0]),
            "dc": ("<f4", [0] * 4),
            "ce": ("<f4", [0, 3.125 / 512, 17.5 / 512, 0]),
            "de": ("<f4", [0] * 4),
            "_1": ("V8", [b""] * 4),
            "dt": ("<i4", [0, 10_000, 10_000, 10_000]),
            "date": ("<u4", [1_704_110_400, 1_704_110_410, 1_704_110_450, 1_704_110_451]),
            "step": ("<u4", [1, 1, 1, 2]),
            "index": ("<u4", [1, 2, 6, 7]),
            "ms": ("<u2", [250] * 4),
            "_2": ("V8", [b""] * 4),
        }
    )
    step = records(
        {
            "cycle": ("<u4", [0, 0]),
            "line": ("<u4", [1, 2]),
            "_0": ("V16", [b""] * 2),
            "type": ("u1", [1, 4]),
            "_1": ("V12", [b""] * 2),
        }
    )
    celsius = records({"?": ("<f4", [25, 25.5, 26, 26.5, 27, 27.5, 27, 26.5])})
    volt = records({"?": ("<f4", [1, 1, 1, 1, 1, 1, 1, 1])})
    return {
        "TestInfo.xml": TEST_INFO.encode("gb2312"),
        "VersionInfo.xml": VERSION_INFO.encode("gb2312"),
        "data.ndc": ndc(1, 14, main, 8),
        "data_AUX_10_3_1.ndc": ndc(5, 14, celsius, 4),
        "data_AUX_9_2_1.ndc": ndc(5, 14, volt, 4),
        "data_step.ndc": ndc(7, 14, step, 37),
        "data_runInfo.ndc": ndc(18, 14, run, 55, skip=(0,)),
    }


def neware_whole() -> bytes:
    """Make records that hold everything, of version 5: a discharge, in units of the range."""
    rows = 3
    return records(
        {
            "_0": ("V1", [b"\x55"] * rows),
            "index": ("<u4", [1, 2, 3]),
            "cycle": ("<u4", [0, 0, 0]),
            "line": ("u1", [1, 1, 1]),
            "type": ("u1", [2, 2, 2]),
            "_1": ("V5", [b""] * rows),
            "t": ("<u8", [0, 36_000, 72_000]),
            "V": ("<i4", [40_000, 39_000, 38_000]),
            "I": ("<i4", [-10_000, -10_000, -10_000]),
            "_2": ("V4", [b""] * rows),
            "cc": ("<i8", [0, 0, 0]),
            "dc": ("<i8", [0, 360_000, 720_000]),
            "ce": ("<i8", [0, 0, 0]),
            "de": ("<i8", [0, 1_422_000, 2_808_000]),
            "year": ("<u2", [2024] * rows),
            "month": ("u1", [2] * rows),
            "day": ("u1", [29] * rows),
            "hour": ("u1", [23] * rows),
            "minute": ("u1", [59, 59, 59]),
            "second": ("u1", [0, 36, 59]),
            "range": ("<i4", [-5000] * rows),
            "_3": ("V8", [b""] * rows),
        }
    )


def nda(version: int, packed: bytes, *, auxiliary: bytes = b"", fixed_range: int = 0) -> bytes:
    """Lay out a file of a version up to 29."""
    head = bytearray(2048)
    head[:15] = b"NEWARE20240229" + bytes([version])
    struct.pack_into("<I", head, 16, 1024)
    struct.pack_into("<i", head, 1024 + 26, fixed_range)
    struct.pack_into("<4I", head, 64, 2048, len(packed), 2048 + len(packed), len(auxiliary))
    return bytes(head) + packed + auxiliary


def nda_29(*, dated: bool = False) -> bytes:
    """Make records of version 29: a charge, a rest, and one record of a thermometer for each.

    `dated` gives those of versions 14 to 24, which count seconds instead of writing the date.
    """
    rows = 4
    parts: dict[str, tuple[str, object]] = {
        "tag": ("u1", [0x55] * rows),
        "_0": ("V1", [b""] * rows),
        "index": ("<u4", [1, 2, 3, 4]),
        "cycle": ("<u4", [0, 0, 0, 1]),
        "line": ("<u2", [1, 1, 2, 3]),
        "type": ("u1", [1, 1, 4, 2]),
        "jumps": ("u1", [0, 0, 1, 2]),
        "t": ("<u8", [0, 3600, 1000, 500]),
        "V": ("<i4", [30_000, 35_000, 34_500, 34_000]),
        "I": ("<i4", [1000, 1000, 0, -1000]),
        "_1": ("V8", [b""] * rows),
        "cc": ("<i8", [0, 3600, 0, 0]),
        "dc": ("<i8", [0, 0, 0, 500]),
        "ce": ("<i8", [0, 11_700, 0, 0]),
        "de": ("<i8", [0, 0, 0, 1700]),
    }
    if dated:
        parts["date"] = ("<u8", [1_709_251_198, 1_709_251_202, 1_709_251_203, 1_709_251_204])
    else:
        parts |= {
            "year": ("<u2", [2024] * rows),
            "month": ("u1", [2, 3, 3, 3]),
            "day": ("u1", [29, 1, 1, 1]),
            "hour": ("u1", [23, 0, 0, 0]),
            "minute": ("u1", [59, 0, 0, 0]),
            "second": ("u1", [58, 2, 3, 4]),
            "_2": ("V1", [b""] * rows),
        }
    parts |= {"range": ("<i4", [1000] * rows), "_3": ("V4", [b""] * rows)}
    return records(parts)


def nda_channel() -> bytes:
    """Make records of a thermometer, number 2, for the second and the fourth record."""
    rows = 2
    return records(
        {
            "tag": ("u1", [0x65] * rows),
            "channel": ("u1", [2] * rows),
            "index": ("<u4", [2, 4]),
            "_0": ("V16", [b""] * rows),
            "V": ("<i4", [0] * rows),
            "_1": ("V8", [b""] * rows),
            "T": ("<i2", [255, -15]),
            "_2": ("V50", [b""] * rows),
        }
    )


def nda_130(blocks: int = 1) -> bytes:
    """Make a file of BTS 9 (records of version 19), in one block or several with heads between."""
    packed = records(
        {
            "tag": ("<u2", [0x2155] * 4),
            "line": ("u1", [1, 1, 2, 2]),
            "type": ("u1", [4, 4, 2, 2]),
            "_0": ("V4", [b""] * 4),
            "index": ("<u4", [1, 2, 3, 4]),
            "time": ("<u4", [0, 10, 20, 30]),
            "ns": ("<u4", [0, 500_000_000, 0, 0]),
            "I": ("<f4", [0, 0, -360, -360]),
            "V": ("<f4", [3.5, 3.5, 3.25, 3]),
            "Q": ("<f4", [0, 0, -1800, -5400]),
            "E": ("<f4", [0, 0, -5850, -16_875]),
            "cycle": ("<u4", [0, 0, 1, 1]),
            "_1": ("V4", [b""] * 4),
            "date": ("<u4", [1_704_110_400, 1_704_110_410, 1_704_110_420, 1_704_110_430]),
            "date_ns": ("<u4", [0, 500_000_000, 0, 0]),
            "T": ("<f4", [25, 25, 25.5, 26]),
        }
    )
    begin = b"NEWARE20240101" + bytes([130])
    head = bytearray(1024)
    head[:15] = begin
    struct.pack_into("<H", head, 16, 19)
    if blocks == 1:
        struct.pack_into("<QQ", head, 82, 1024, len(packed))
        return bytes(head) + packed
    struct.pack_into("<QQ", head, 82, 0, len(packed))
    content = bytes(head)
    half = len(packed) // blocks
    for i in range(blocks):
        part = bytearray(1024)
        part[:15] = begin
        at = len(content) + 1024
        struct.pack_into("<QQ", part, 82, at, half)
        struct.pack_into("<QQ", part, 242, at + half, 0)
        content += bytes(part) + packed[i * half : (i + 1) * half]
    return content


# --- Arbin ----------------------------------------------------------------------------------------

JET = {"u1": 2, "<i2": 3, "<i4": 4, "<f4": 6, "<f8": 7, "text": 10}
Table = dict[str, tuple[str, list]]


def jet_definition(table: Table, rows: int) -> bytes:
    """Lay out the page that defines a table of an Access database."""
    page = bytearray(4096)
    page[:2] = b"\x02\x01"
    struct.pack_into("<I", page, 16, rows)
    page[40] = 0x4E
    texts = sum(kind == "text" for kind, _ in table.values())
    struct.pack_into("<HHH", page, 41, len(table), texts, len(table))
    at, offset, variable = 63, 0, 0
    for number, (kind, _) in enumerate(table.values()):
        fixed = kind != "text"
        size = np.dtype(kind).itemsize if fixed else 100
        page[at] = JET[kind]
        struct.pack_into("<HH", page, at + 5, number, variable)
        page[at + 15] = 3 if fixed else 2
        struct.pack_into("<HH", page, at + 21, offset, size)
        at, offset, variable = at + 25, offset + size * fixed, variable + (not fixed)
    for name in table:
        written = name.encode("utf-16-le")
        struct.pack_into("<H", page, at, len(written))
        page[at + 2 : at + 2 + len(written)] = written
        at += 2 + len(written)
    struct.pack_into("<I", page, 8, at)
    return bytes(page)


def jet_row(table: Table, row: int) -> bytes:
    """Lay out one row; None is no value."""
    fixed, texts, given = b"", [], 0
    for number, (kind, values) in enumerate(table.values()):
        value = values[row]
        given |= (value is not None) << number
        if kind == "text":
            texts.append(b"" if value is None else b"\xff\xfe" + value.encode("latin-1"))
        else:
            fixed += np.array(value or 0, kind).tobytes()
    data = struct.pack("<H", len(table)) + fixed
    places = []
    for text in texts:
        places.append(len(data))
        data += text
    ends = struct.pack(f"<{len(texts) + 1}H", *reversed([*places, len(data)]))
    bits = given.to_bytes(-(-len(table) // 8), "little")
    return data + (ends + struct.pack("<H", len(texts)) if texts else b"\0\0") + bits


def jet(tables: dict[str, Table], *, version: int = 1, rows_a_page: int = 20) -> bytes:
    """Lay out an Access database of some tables."""
    pages = [b"\x00\x01\x00\x00Standard Jet DB\0" + bytes([version]), b"\x05\x01"]
    catalog: Table = {
        "Id": ("<i4", [2]), "ParentId": ("<i4", [0]), "Name": ("text", ["MSysObjects"]),
        "Type": ("<i2", [1]), "Flags": ("<i4", [-(2**31)]),
    }  # fmt: skip
    place = 4
    content: list[bytes] = []
    for name, table in tables.items():
        rows = len(next(iter(table.values()))[1])
        for key, value in zip(catalog, (place, 0, name, 1, 0), strict=True):
            catalog[key][1].append(value)
        content.append(jet_definition(table, rows))
        content += jet_pages(table, place, rows, rows_a_page)
        place = 4 + len(content)
    listed = len(tables) + 1
    pages += [jet_definition(catalog, listed), *jet_pages(catalog, 2, listed, 99)]
    return b"".join(page.ljust(4096, b"\0") for page in (*pages, *content))


def jet_pages(table: Table, owner: int, rows: int, rows_a_page: int) -> list[bytes]:
    """Lay out the rows of a table, a number of them a page."""
    pages = []
    for first in range(0, rows, rows_a_page):
        page = bytearray(4096)
        held = [jet_row(table, i) for i in range(first, min(first + rows_a_page, rows))]
        struct.pack_into("<2sHIIH", page, 0, b"\x01\x01", 0, owner, 0, len(held))
        end = 4096
        for i, row in enumerate(held):
            page[end - len(row) : end] = row
            end -= len(row)
            struct.pack_into("<H", page, 14 + 2 * i, end)
        pages.append(bytes(page))
    return pages


def arbin_tables() -> dict[str, Table]:
    """Invent a test of four records with one thermometer."""
    return {
        "Global_Table": {
            "Test_ID": ("<i4", [7]),
            "Channel_Index": ("<i4", [2]),
            "Test_Name": ("text", ["invented test"]),
            "Creator": ("text", [None]),
        },
        "Channel_Normal_Table": {
            "Test_ID": ("<i4", [7, 7, 7, 7]),
            "Data_Point": ("<i4", [1, 2, 3, 4]),
            "Test_Time": ("<f8", [10.5, 20.5, 30.5, 40.5]),
            "Step_Time": ("<f8", [10.5, 20.5, 5.0, 15.0]),
            "DateTime": ("<f8", [45_292.5, 45_292.5, 45_292.75, 45_292.75]),
            "Step_Index": ("<i2", [1, 1, 2, 2]),
            "Cycle_Index": ("<i2", [1, 1, 1, 2]),
            "Current": ("<f4", [0.5, 0.5, -0.25, -0.25]),
            "Voltage": ("<f4", [3.5, 3.625, 3.25, 3.125]),
            "Charge_Capacity": ("<f8", [0.25, 0.5, 0.5, 0.5]),
            "Discharge_Capacity": ("<f8", [0, 0, 0.125, 0.25]),
            "Internal_Resistance": ("<f4", [None, 0.0625, None, 0.0625]),
        },
        "Auxiliary_Table": {
            "Test_ID": ("<i4", [7, 7]),
            "Data_Point": ("<i4", [2, 4]),
            "Auxiliary_Index": ("<i2", [0, 0]),
            "Data_Type": ("<i2", [1, 1]),
            "X": ("<f4", [25.5, 26.5]),
        },
    }


def main() -> None:
    """Write all samples beside this file."""
    samples = {
        "biologic_mpr/gcpl.mpr": biologic_gcpl(),
        "biologic_mpr/peis_older.mpr": biologic_peis(),
        "neware_ndax/run_info.ndax": ndax(neware_parts()),
        "neware_ndax/whole_records.ndax": ndax({"data.ndc": ndc(1, 5, neware_whole(), 87)}),
        "neware_nda/version_29.nda": nda(29, nda_29() + nda_channel()),
        "neware_nda/bts_9.nda": nda_130(),
        "arbin_res/one_test.res": jet(arbin_tables()),
    }
    for name, content in samples.items():
        path = HERE / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
