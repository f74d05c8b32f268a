"""Read every real file, and write the tables of the docs.

    python benchmarks/read_all.py FOLDER [--write docs/real_files.md]
    python benchmarks/read_all.py --formats docs/formats.md

FOLDER is a mirror of public files (a folder with ``mirror.yaml``). Each file below the folders of
`KINDS` is read as a visitor would read it, without a hint; each table it gives is one row here:
what it is, how large, what the checks find, or the sentence in which it is refused. The list of
formats is made from what the modules of ``bdg_explore.readers`` declare and say of themselves.
"""

import argparse
import pkgutil
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pandas as pd

from bdg_explore import readers
from bdg_explore.curation import check
from bdg_explore.errors import BdgError
from bdg_explore.readers import Reader
from bdg_explore.readers._source import as_source

KINDS = (
    "raw", "bdf", "eis", "beep_structured", "batterydata_energy", "calce", "nasa_pcoe", "module",
    "abuse", "failure_databank", "ampworks",
)  # fmt: skip
HEADERS = ("file", "format", "table", "rows", "columns", "findings")
REAL_FILES = """# Real files

What comes of every file of a mirror of public measurements, read without a hint. Written by
`python benchmarks/read_all.py FOLDER --write docs/real_files.md`; do not edit.

A file that is refused says why in its last column. For the others it says which rules of
`bdg_explore.curation.check` the table breaks, and in how many rows or cycles; `rules()` there lists
them. Nothing stands there where nothing was found.

"""
FORMATS = """# Formats

What `bdg.read` knows: layout, units and signs of each format, as its module says of itself. Written
by `python benchmarks/read_all.py --formats docs/formats.md`; do not edit.

"""


@dataclass(frozen=True)
class Row:
    """One table of one file, or why there is none."""

    file: str
    format: str = ""
    table: str = ""
    rows: str = ""
    columns: str = ""
    findings: str = ""
    seconds: float = 0.0
    read: bool = True

    def cells(self) -> tuple[str, ...]:
        return (f"`{self.file}`", self.format, self.table, self.rows, self.columns, self.findings)


def read_all(mirror: Path) -> Iterator[Row]:
    """Read every file under the folders of `KINDS`, in order of their names."""
    for kind in KINDS:
        for path in sorted(p for p in (mirror / kind).rglob("*") if p.is_file()):
            yield from read_one(path, path.relative_to(mirror).as_posix())


def read_one(path: Path, name: str) -> list[Row]:
    """Read every table of one file; the first one decides whether the file is read at all."""
    try:
        chosen = readers.detect(path)
    except BdgError as error:
        return [Row(name, findings=sentence(error), read=False)]
    rows = [_row(path, name, chosen.name, None)]
    for other in _other_tables(path, chosen, rows[0].table or chosen.table):
        row = _row(path, name, chosen.name, other)
        rows += [row] if row.read else []  # many a file lacks the rarer tables of its format
    return rows


def _other_tables(path: Path, chosen: Reader, first: str) -> list[str]:
    """Name the further tables that the format finds in the file at the first look."""
    head = as_source(path).head
    given = readers.formats().loc[chosen.name, "table"].split()
    return [
        table
        for table in given
        if table not in (first, "any") and readers.reader(chosen.name, table).recognises(head)
    ]


def _row(path: Path, name: str, kind: str, table: str | None) -> Row:
    begin = time.perf_counter()
    try:
        frame = readers.read(path, table=table)
    except BdgError as error:
        return Row(name, kind, table or "", findings=sentence(error), read=False)
    seconds = time.perf_counter() - begin
    source = frame.attrs["source"]
    shape = (f"{len(frame):,}", str(frame.shape[1]))
    return Row(
        name, source["format"], source["table"], *shape, findings(frame, source["table"]), seconds
    )


def findings(frame: pd.DataFrame, table: str) -> str:
    """Name the rules a table breaks, and in how many rows or cycles each."""
    try:
        found = check(frame, table=table).found
    except BdgError as error:
        return sentence(error)
    told: dict[str, int] = {}
    for finding in found:
        what = finding.id if finding.level == "table" else f"{finding.id}, {finding.level}s"
        told[what] = told.get(what, 0) + finding.count
    return "; ".join(
        f"{what}: {count:,}" if "," in what else what for what, count in sorted(told.items())
    )


def sentence(error: Exception) -> str:
    """Give the first sentence of an error, with its kind."""
    first = re.split(r"(?<=[a-z0-9)\]'\"])\. ", str(error), maxsplit=1)[0].rstrip(".")
    return f"{type(error).__name__}: {first}."


def table_of(rows: list[Row]) -> str:
    """Write rows as a table, and below it how many files were read."""
    lines = [HEADERS, *(row.cells() for row in rows)]
    text = [_line(line) for line in lines]
    text.insert(1, "|---|---|---|--:|--:|---|")
    files = {row.file: row.read for row in reversed(rows)}  # the first row of a file decides
    read = sum(files.values())
    return "\n".join(text) + f"\n\n{read} of {len(files)} files are read, the others refused.\n"


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(re.sub(r"\s+", " ", c).replace("|", "\\|") for c in cells) + " |"


def modules() -> Iterator[tuple[ModuleType, list[Reader]]]:
    """Give the modules of the readers and what each declares; no plug-ins."""
    for info in pkgutil.iter_modules(readers.__path__):
        if not info.name.startswith("_"):
            module = import_module(f"{readers.__name__}.{info.name}")
            one = getattr(module, "READER", None)
            yield module, [*([one] if one else []), *getattr(module, "READERS", ())]


def formats_text() -> str:
    """Write the list of formats, and below it what each module says of itself."""
    known = list(modules())
    rows, sections = [], []
    for module, declared in known:
        names = list(dict.fromkeys(reader.name for reader in declared))
        for name in names:
            same = [reader for reader in declared if reader.name == name]
            tables = list(dict.fromkeys(reader.table for reader in same))
            rows.append(
                (
                    f"[`{name}`](#{names[0]})",
                    same[0].description,
                    ", ".join(tables),
                    " ".join(same[0].suffixes),
                    same[0].needs,
                )
            )
        title = ", ".join(f"`{name}`" for name in names)
        known_by = "".join(
            f"Known by {text}.\n\n"
            for text in dict.fromkeys(reader.known_by for reader in declared)
            if text
        )
        sections.append(
            f'<a id="{names[0]}"></a>\n\n## {title}\n\n{known_by}{markdown(module.__doc__ or "")}\n'
        )
    head = [("format", "what", "tables", "usual suffixes", "extra"), ("---",) * 5]
    return FORMATS + "\n".join(map(_line, [*head, *sorted(rows)])) + "\n\n" + "\n".join(sections)


def markdown(docstring: str) -> str:
    """Turn the docstring of a module into Markdown."""
    text = re.sub(r"\n(References|Notes)\n-+\n", r"\n**\1**\n\n", docstring.strip())
    return re.sub(r"``([^`]|`(?!`))+``", lambda code: _code(code[0][2:-2]), text) + "\n"


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a mirror of public files")
    parser.add_argument("--write", type=Path, help="where to write the table of real files")
    parser.add_argument("--formats", type=Path, help="where to write the list of formats")
    given = parser.parse_args()
    if given.formats:
        given.formats.write_text(formats_text(), encoding="utf-8")
    if given.folder is None:
        if not given.formats:
            parser.error("say a FOLDER, or --formats FILE")
        return
    rows = []
    for row in read_all(given.folder):
        rows.append(row)
        print(f"{row.seconds:6.2f} s ", *row.cells(), file=sys.stderr)
    text = REAL_FILES + table_of(rows)
    if given.write:
        given.write.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
