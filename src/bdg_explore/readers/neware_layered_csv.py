"""Neware csv exports with three layers, called regular or general by BTS.

Three header lines, one a layer, indented by commas: of the cycle (``Cycle ID,...``), of the step
(``,Step ID,Step Name,...``) and of the record (``,,Record ID,Time(h:min:s.ms),Voltage(V),
Current(mA),...``); then the lines of the three layers as they come. Fields may be in quotes and
begin with a TAB. Each record gets the number of its cycle and its step, the step its name.

Units stand in the headers. The current is signed, positive charges; an export of magnitudes is
signed by the step's name. ``Time`` restarts with each step: the test time is put together from it.
The lines of cycles and steps hold sums of their records and are counted, not kept; a resistance
that a step line gives (``DCIR``) goes to its records.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from bdg_explore.columns import DC_INTERNAL_RESISTANCE, STEP_ID, STEP_TYPE
from bdg_explore.errors import ReadError

from ._faults import NO_NUMBER
from ._layout import AGAIN
from ._lines import lines_in
from ._reader import Raw, Reader, Request, Wanted
from ._source import Head, Source, split, squeeze
from .neware_csv import columns, finish

_FIRST: Final = ("cycleid", "cycle", "cycleindex", "cycleno.", "cyclenumber")
_SECOND: Final = ("stepid", "step", "stepindex", "stepno.", "stepnumber")
_THIRD: Final = ("recordid", "record", "recordindex", "recordnumber", "datapoint")


def _layers(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return the line of the first header and the delimiter."""
    for number in range(min(len(lines) - 2, 30)):
        for delimiter in (",", ";", "\t"):
            first, second, third = (
                [squeeze(f) for f in split(line, delimiter)] for line in lines[number : number + 3]
            )
            if (
                first
                and first[0] in _FIRST
                and len(second) > 2
                and not second[0]
                and second[1] in _SECOND
                and len(third) > 3
                and not third[0]
                and not third[1]
                and third[2] in _THIRD
            ):
                return number, delimiter
    return None


_SHORT_LINES: Final = 100_000  # of this many lines some may well be empty


def _recognises(head: Head) -> bool:
    return head.is_text and _layers(head.lines) is not None


def _load(request: Request) -> Raw:
    source = request.source
    if not source.head.raw:
        raise ReadError(f"{source.name} is empty (0 bytes). {AGAIN}.")
    found = _layers(source.head.lines) if source.head.is_text else None
    if found is None:
        raise ReadError(
            f"{source.name} is no Neware csv of three layers but {source.head.describe()}."
        )
    at, delimiter = found
    lines = source.head.lines
    content = source.content()
    if content.count(b"\n") > max(_SHORT_LINES, len(content) // 8):
        raise ReadError(f"{source.name} consists of lines shorter than any record. {AGAIN}.")
    layers = _split_layers(content, at + 3, delimiter.encode())
    if not len(layers["record"][1]):
        raise ReadError(f"{source.name} has headers and no records. {AGAIN}.")
    encoding = source.head.encoding
    headers = [
        [h.strip() for h in split(lines[at + i], delimiter)][i:] for i in range(3)
    ]  # each without the commas that indent it
    _part_steps(layers, sum(1 for h in headers[0] if h), delimiter)
    cycle, step, record = (
        _table(layers[name], headers[i], i, delimiter, encoding, source)
        for i, name in enumerate(("cycle", "step", "record"))
    )
    rows = record.num_rows
    number = layers["record"][1]
    of_cycle = np.searchsorted(layers["cycle"][1], number) - 1
    of_step = np.searchsorted(layers["step"][1], number) - 1
    if (of_cycle < 0).any() or (of_step < 0).any():
        raise ReadError(
            f"{source.name}, line {int(number[0])}: a record before the first cycle and step. "
            f"{AGAIN}."
        )
    given: dict[str, Any] = {headers[0][0]: pa.chunked_array([cycle.column(0).take(of_cycle)])}
    above = [h for h in headers[1] if h and h not in headers[2] and _of_step(h)]
    for header in above:
        given[header] = step.column(headers[1].index(header)).take(pa.array(of_step))
    for place, header in enumerate(headers[2]):
        if header and header not in given:
            given[header] = record.column(place)
    plan: list[Wanted] = request.plan(tuple(given))
    values = [_numbers(given[w.header]) if w.held != "text" else given[w.header] for w in plan]
    return Raw(
        plan,
        values,
        tuple(given),
        rows,
        lambda row: f"line {int(number[row])}",
        [f"lines of {len(layers['cycle'][1])} cycles and {len(layers['step'][1])} steps hold sums"],
        {"encoding": encoding, "delimiter": delimiter,
         "cycle_lines": len(layers["cycle"][1]), "step_lines": len(layers["step"][1])},
    )  # fmt: skip


def _of_step(header: str) -> bool:
    """Whether a column of the step's line tells of its records: its number, name, resistance."""
    named = columns([header])
    return bool({STEP_ID, STEP_TYPE, DC_INTERNAL_RESISTANCE} & set(named))


def _split_layers(content: bytes, skip: int, delimiter: bytes) -> dict[str, tuple[bytes, Any]]:
    """Sort lines by their indentation: {layer: (its lines, their numbers in the file)}."""
    lines = lines_in(content)
    text, starts, ends = lines.signs, lines.starts, lines.ends
    numbers = np.arange(1, len(ends) + 1)
    mark = ord(delimiter)
    long = ends - starts >= 2
    first = text[starts] == mark
    second = np.zeros(len(starts), bool)
    second[long] = text[starts[long] + 1] == mark
    written = (ends - starts > 1) & (numbers > skip)
    # a line of nothing but delimiters holds nothing; only the last lines are ever such
    kinds = {"cycle": ~first, "step": first & ~second, "record": first & second}
    found = {}
    for name, kind in kinds.items():
        kept = kind & written
        found[name] = lines.chosen(kept), numbers[kept]
    return found


def _part_steps(layers: dict[str, tuple[bytes, Any]], width: int, delimiter: str) -> None:
    """Part the lines that hold a cycle and, behind it, its first step without a line break."""
    data, numbers = layers["cycle"]
    mark = delimiter.encode()
    cycles, steps, at = [], [], []
    for line, number in zip(data.split(b"\n"), numbers.tolist(), strict=False):
        fields = line.rstrip(b"\r").split(mark)
        if any(field.strip() for field in fields[width:]):
            steps.append(mark + mark.join(fields[width:]))
            at.append(number)
        cycles.append(mark.join(fields[:width]))
    if not steps:
        return
    layers["cycle"] = (b"\n".join(cycles) + b"\n", numbers)
    others, lines = layers["step"]
    order = np.argsort(np.r_[lines, at], kind="stable")
    pieces = [*(piece.rstrip(b"\r") for piece in others.split(b"\n")[: len(lines)]), *steps]
    layers["step"] = (b"\n".join(pieces[i] for i in order) + b"\n", np.r_[lines, at][order])


def _table(
    layer: tuple[bytes, Any],
    headers: list[str],
    indent: int,
    delimiter: str,
    encoding: str,
    source: Source,
) -> Any:
    """Read the lines of one layer as texts."""
    data, numbers = layer
    if not len(numbers):
        raise ReadError(f"{source.name} has no lines of one of its three layers. {AGAIN}.")
    first = data[: data.index(b"\n")].decode("latin-1")
    width = len(split(first, delimiter))
    names = [f"c{i}" for i in range(width)]
    wrong: list[Any] = []

    def report(row: Any) -> str:
        wrong.append(row)
        return "error"  # one suffices; of a damaged file there may be millions

    def read(code: str) -> Any:
        return pacsv.read_csv(
            pa.BufferReader(data),
            pacsv.ReadOptions(column_names=names, encoding=code, use_threads=False),
            pacsv.ParseOptions(delimiter=delimiter, invalid_row_handler=report),
            pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )

    table: Any = None
    codes = ["latin-1"] if encoding == "latin-1" else ["utf-8", "latin-1"]
    while table is None and not wrong:
        try:
            table = read(codes.pop(0))
        except pa.ArrowInvalid as error:
            if not codes and not wrong:
                raise ReadError(f"{source.name} cannot be read: {error}. {AGAIN}.") from error
    if wrong:
        line = int(numbers[min(max((wrong[0].number or 1) - 1, 0), len(numbers) - 1)])
        raise ReadError(
            f"{source.name}, line {line}: {wrong[0].actual_columns} fields where the first line of "
            f"its layer has {width}. Correct that line, or export the file again."
        )
    missing = len(headers) + indent - width
    for _ in range(max(missing, 0)):
        table = table.append_column(f"x{table.num_columns}", pa.array([""] * table.num_rows))
    return table.select(range(indent, table.num_columns))


def _numbers(texts: Any) -> Any:
    """Give numbers where all texts are such; the walk says which one is not."""
    bare = pc.utf8_trim_whitespace(texts)
    none = pc.is_in(bare, pa.array(sorted({text.strip() for text in NO_NUMBER})))
    bare = pc.if_else(none, pa.scalar(None, pa.string()), bare)
    try:
        return bare.cast(pa.float64())
    except pa.ArrowInvalid:
        return bare


READER = Reader(
    name="neware_layered_csv",
    description="Neware BTS csv export with three layers: cycle, step, record",
    tester="Neware",
    recognises=_recognises,
    load=_load,
    columns=columns,
    finish=finish,
    known_by="three header lines: Cycle ID; behind a comma Step ID; behind two Record ID",
)
