"""Write small workbooks byte by byte, sound ones and strange ones: used by samples and tests."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

EPOCH = dt.datetime(1899, 12, 30)
Rows = Sequence[Sequence[object]]
_STAMP = (1980, 1, 1, 0, 0, 0)  # the same bytes each time


def address(row: int, column: int) -> str:
    """``A1`` for the first row and column, counted from 0."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _cell(row: int, column: int, value: object, texts: list[str]) -> str:
    at = address(row, column)
    match value:
        case None | "":
            return ""
        case bool():
            return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
        case dt.datetime():
            return f'<c r="{at}" s="1"><v>{(value - EPOCH) / dt.timedelta(days=1)!r}</v></c>'
        case dt.time():
            day = dt.datetime.combine(dt.date(1899, 12, 30), value)
            return f'<c r="{at}" s="2"><v>{(day - EPOCH) / dt.timedelta(days=1)!r}</v></c>'
        case dt.timedelta():
            return f'<c r="{at}" s="3"><v>{value / dt.timedelta(days=1)!r}</v></c>'
        case str() if value.startswith("#"):
            return f'<c r="{at}" t="e"><v>{value}</v></c>'
        case str():
            if value not in texts:
                texts.append(value)
            return f'<c r="{at}" t="s"><v>{texts.index(value)}</v></c>'
        case _:
            return f'<c r="{at}"><v>{value!r}</v></c>'


def xlsx(sheets: dict[str, Rows], changes: dict[str, bytes] | None = None) -> bytes:
    """Write a workbook; dates, times and durations have their formats.

    Parameters
    ----------
    sheets : dict
        {name: rows of values}; None and "" are empty cells, "#N/A" is an error.
    changes : dict, optional
        {part: bytes} put in place of what would stand there.
    """
    texts: list[str] = []
    parts: dict[str, str | bytes] = {}
    names, links = [], []
    for i, (name, rows) in enumerate(sheets.items(), start=1):
        body = "".join(
            f'<row r="{r + 1}">'
            + "".join(_cell(r, c, v, texts) for c, v in enumerate(row))
            + "</row>"
            for r, row in enumerate(rows)
            if row
        )
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.'
            f'org/spreadsheetml/2006/main"><sheetData>{body}</sheetData></worksheet>'
        )
        names.append(f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>')
        links.append(
            f'<Relationship Id="rId{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            f'relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
        )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rels = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{"".join(names)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{rels}">{"".join(links)}'
        f'<Relationship Id="s" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    )
    parts["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{main}" count="{len(texts)}" uniqueCount="{len(texts)}">'
        + "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        + "</sst>"
    )
    parts["xl/styles.xml"] = (
        f'<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="164" '
        'formatCode="[h]:mm:ss.000"/></numFmts><cellXfs count="4"><xf numFmtId="0"/>'
        '<xf numFmtId="22"/><xf numFmtId="21"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    )
    parts["_rels/.rels"] = (
        f'<Relationships xmlns="{rels}"><Relationship Id="w" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    )
    parts["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    )
    parts.update(changes or {})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def biff(sheets: dict[str, Rows]) -> bytes:
    """Write the inside of an Excel 97 workbook; dates are numbers of days."""
    texts: list[str] = []
    bodies = []
    for rows in sheets.values():
        body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
        for r, row in enumerate(rows):
            for c, given in enumerate(row):
                value = given
                if isinstance(value, dt.datetime):
                    value = (value - EPOCH) / dt.timedelta(days=1)
                if value in (None, ""):
                    continue
                if isinstance(value, str):
                    if value not in texts:
                        texts.append(value)
                    body += _record(0x00FD, struct.pack("<HHHI", r, c, 0, texts.index(value)))
                elif float(value).is_integer() and abs(value) < 2**29:
                    packed = (int(value) << 2 & 0xFFFFFFFC) | 2
                    body += _record(0x027E, struct.pack("<HHHI", r, c, 0, packed))
                else:
                    body += _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
        bodies.append(body + _record(0x000A, b""))
    shared = struct.pack("<II", len(texts), len(texts))
    for text in texts:
        wide = not text.isascii()
        letters = text.encode("utf-16-le" if wide else "latin-1")
        shared += struct.pack("<HB", len(text), wide) + letters
    first, rest = shared[:8224], shared[8224:]
    if rest:
        raise ValueError("too many texts for this small writer")
    head = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    tail = _record(0x00FC, first) + _record(0x000A, b"")
    size = len(head) + len(tail) + sum(4 + 8 + len(name) for name in sheets)
    places, at = b"", size
    for name, body in zip(sheets, bodies, strict=True):
        data = struct.pack("<IBB", at, 0, 0) + struct.pack("<BB", len(name), 0) + name.encode()
        places += _record(0x0085, data)
        at += len(body)
    return head + places + tail + b"".join(bodies)


def xls(sheets: dict[str, Rows]) -> bytes:
    """Write an Excel 97 workbook: a compound document with one file inside."""
    content = biff(sheets)
    content += b"\0" * (max(4096, -(-len(content) // 512) * 512) - len(content))
    count = len(content) // 512
    end, free, table = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    tables = -(-(count + 2) // 127)
    chain = [*range(1, count), end, end, *([table] * tables)]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * 512, b"\xff")

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0"
        body = raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
        return (body + b"\0" * 36 + struct.pack("<IQ", start, size)).ljust(128, b"\0")

    directory = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 0, len(content))
    places = [count + 1 + i for i in range(tables)] + [free] * (109 - tables)
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
        + struct.pack("<IIIIIIIII", tables, count, 0, 4096, end, 0, end, 0, 0)[:-4]
        + struct.pack("<109I", *places)
    )  # fmt: skip
    assert len(header) == 512
    return header + content + directory.ljust(512, b"\0") + fat
