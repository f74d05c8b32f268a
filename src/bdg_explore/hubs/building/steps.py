"""The steps of a build, one after the other: look, plan, read, gather, commit."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bdg_explore.errors import MissingDataError

from .assembly import Cell, Piece, cells_of
from .commit import STAGED, Contents, commit
from .facts import CellFacts, read_facts
from .files import PassedOver, SourceFile, files_in
from .former import Former
from .layout import ACCOUNTS, FACTS, LAYOUT, METADATA, WORK, package_version, read_json
from .metadata import About, read_metadata, template
from .naming import checked_id, id_of
from .plan import Known, Parts, Series, plan
from .progress import Progress, telling
from .quality import FACTS as JUDGED_BY
from .reporting import Built, FileReport
from .workers import Workers

_SHOWN: Final = 5


@dataclass
class Build:
    """One run, step by step."""

    folder: Path
    out: Path
    name: str | None
    workers: Workers
    parts: Parts
    about: Mapping[str, Any] | None
    progress: Progress
    reports: dict[str, FileReport] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    again: int = 0
    keys: dict[Series, str] = field(default_factory=dict)

    def run(self) -> Built:
        """Take all steps; see `bdg_explore.hubs.building.build`."""
        former = Former(self.out)
        dataset, title = self._identity(former)
        about, facts = self._known()
        known = self._distinct(self._looked_at(self._found()))
        root = id_of(self.folder.resolve().name)
        series = plan(known, root, parts=self.parts)
        together = [one for one in series if len(one.files) > 1]
        read = self._read(together, about, facts, former)
        apart = {piece.series.names for piece in read if "apart" in piece.account}
        if apart:
            series = plan(known, root, parts=self.parts, apart=apart)
        keys = {self._key(one, about, facts): one for one in series}
        kept = [piece for piece in read if piece.key in keys or "apart" in piece.account]
        done = {piece.key for piece in kept}
        rest = [one for key, one in keys.items() if key not in done]
        pieces = [*kept, *self._read(rest, about, facts, former)]
        cells = self._gathered(pieces)
        self._tell_strangers(facts, cells)
        files = tuple(self.reports[name] for name in sorted(self.reports))
        built = Built(
            self.out, dataset, tuple(cell.name for cell in cells), files, self.again,
            tuple(self.remarks),
        )  # fmt: skip
        if not cells:
            raise MissingDataError(_nothing(self.folder, built))
        accounts = {p.key: p.account for p in pieces if "apart" in p.account}
        commit(
            Contents(
                built, title, cells, about, facts, self._template(), accounts, package_version()
            )
        )
        return built

    # --- what people say --------------------------------------------------------------------------

    def _identity(self, former: Former) -> tuple[str, str]:
        title = self.name or former.name or self.folder.resolve().name
        known = former.name and self.name is None
        return checked_id(former.folder.name if known else id_of(title)), title

    def _known(self) -> tuple[About, CellFacts]:
        if not (self.out / METADATA).exists():
            template(self.about)  # a wrong key is told before an hour of reading
        return read_metadata(self.out / METADATA, self.about), read_facts(self.out / FACTS)

    def _template(self) -> str | None:
        return None if (self.out / METADATA).exists() else template(self.about)

    # --- which files ------------------------------------------------------------------------------

    def _found(self) -> list[SourceFile]:
        files = []
        for one in files_in(self.folder, self.out):
            if isinstance(one, PassedOver):
                self._report(one.name, "passed over", one.reason)
            else:
                files.append(one)
        return files

    def _looked_at(self, files: Sequence[SourceFile]) -> list[Known]:
        jobs = [{"do": "look", "path": str(f.path), "bytes": f.size} for f in files]
        known = []
        for place, told in self._answers(jobs, "look", [1] * len(jobs)):
            file = files[place]
            if "format" in told:
                known.append(
                    Known(file, told["sha256"], told["format"], told["table"], told["tester"])
                )
            else:
                status = "unknown" if told.get("unknown") else "bad"
                self._report(file.name, status, told["error"], sha256=told.get("sha256", ""))
        return sorted(known, key=lambda one: one.file.name)

    def _distinct(self, known: Sequence[Known]) -> list[Known]:
        first: dict[str, Known] = {}
        for one in sorted(known, key=lambda one: (len(one.file.name), one.file.name)):
            other = first.setdefault(one.sha256, one)  # "run.csv" goes before "run (1).csv"
            if other is not one:
                reason = f"the same content as {other.file.name}"
                self._report(one.file.name, "duplicate", reason, sha256=one.sha256)
        return sorted(first.values(), key=lambda one: one.file.name)

    # --- reading ----------------------------------------------------------------------------------

    def _read(
        self, series: Sequence[Series], about: About, facts: CellFacts, former: Former
    ) -> list[Piece]:
        staged = self.out / WORK / STAGED
        staged.mkdir(exist_ok=True)
        pieces: dict[str, Piece] = {}
        jobs, missing = [], []
        for one in series:
            key = self._key(one, about, facts)
            account = former.account(key)
            if account is not None:
                pieces[key] = Piece(one, key, account, former=former)
            elif (account := read_json(staged / key / ACCOUNTS)) is not None:
                pieces[key] = Piece(one, key, account, staged / key)
            else:
                jobs.append(self._job(one, key, about, facts))
                missing.append((key, one))
        self.again += len(pieces)
        order = sorted(range(len(jobs)), key=lambda place: -missing[place][1].size)
        jobs, missing = [jobs[place] for place in order], [missing[place] for place in order]
        for place, account in self._answers(jobs, "read", [len(one.files) for _, one in missing]):
            key, one = missing[place]
            pieces[key] = Piece(one, key, account, staged / key)
        for place, (key, one) in enumerate(missing):
            if "files" not in pieces[key].account:  # its worker failed, or died
                told = self._without_culprits(one, jobs[place], pieces[key].account)
                pieces[key] = Piece(one, key, told, staged / key)
        return [pieces[key] for key in (self._key(one, about, facts) for one in series)]

    def _job(self, one: Series, key: str, about: About, facts: CellFacts) -> dict[str, Any]:
        work = self.out / WORK
        scratch = work / f"scratch-{os.getpid()}"
        scratch.mkdir(exist_ok=True)
        return {
            "do": "read",
            "cell": one.cell,
            "format": one.files[0].format,
            "only_by_number": one.only_by_number and self.parts == "auto",
            "beside_records": one.beside_records,
            "files": [
                {
                    "path": str(known.file.path),
                    "name": known.file.name,
                    "sha256": known.sha256,
                    "bytes": known.file.size,
                }
                for known in one.files
            ],
            "facts": self._facts(one, about, facts),
            "staged": str(work / STAGED / key),
            "scratch": str(scratch),
            "bytes": one.size,
        }

    def _without_culprits(
        self, one: Series, job: dict[str, Any], failed: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Find out which part brought the reading down, and read the others."""
        reasons = {known.file.name: str(failed["error"]) for known in one.files}
        if len(one.files) > 1:
            alone = [{**job, "do": "try", "files": [file]} for file in job["files"]]
            told = dict(self.workers.answers(alone))
            reasons = {
                known.file.name: told[place]["error"]
                for place, known in enumerate(one.files)
                if "error" in told[place]
            }
            if len(reasons) < len(one.files):
                ((_, account),) = self.workers.answers([{**job, "bad": reasons}])
                if "files" in account:
                    return account
                reasons = {known.file.name: str(account["error"]) for known in one.files}
        return {"files": [{"name": name, "error": why} for name, why in reasons.items()]}

    def _facts(self, one: Series, about: About, facts: CellFacts) -> dict[str, dict[str, float]]:
        """Return what is known of the cells of a series and bears on how they are judged."""
        shared = {**about.metadata["secondary"], **about.metadata["primary"]}
        told = {"": shared, **{c: {**shared, **facts.of(c)} for c in facts.within(one.cell)}}
        judged = {
            cell: {name: float(held[name]) for name in JUDGED_BY if held.get(name) is not None}
            for cell, held in told.items()
        }
        return {c: held for c, held in judged.items() if not c or held != judged[""]}

    def _key(self, one: Series, about: About, facts: CellFacts) -> str:
        """Name all that a series is made of; where that is the same, so is what comes of it."""
        if one in self.keys:
            return self.keys[one]
        made_of = (
            LAYOUT, package_version(), one.cell, one.files[0].format, one.only_by_number,
            self.parts, one.beside_records, [(k.file.name, k.sha256) for k in one.files],
            self._facts(one, about, facts),
        )  # fmt: skip
        text = json.dumps(made_of, sort_keys=True)
        self.keys[one] = hashlib.sha256(text.encode()).hexdigest()[:32]
        return self.keys[one]

    def _answers(
        self, jobs: Sequence[Mapping[str, Any]], what: str, weights: Sequence[int]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        with telling(self.progress, what, sum(weights)) as tell:
            for place, told in self.workers.answers(jobs):
                tell(weights[place])
                yield place, told

    # --- what came of it --------------------------------------------------------------------------

    def _gathered(self, pieces: Sequence[Piece]) -> list[Cell]:
        whole = []
        for piece in sorted(pieces, key=lambda p: (p.series.cell, p.series.files[0].file.name)):
            if "apart" in piece.account:
                names = ", ".join(sorted(piece.series.names))
                self.remarks.append(
                    f"{names} look like parts of one test by their names and are kept apart: "
                    f'{piece.account["apart"]}. If they are parts, build with parts="names".'
                )
                continue
            self._tell_files(piece)
            if piece.account.get("cells"):
                whole.append(piece)
        cells = cells_of(whole)
        for cell in cells:
            self.remarks += [f"{cell.name}: {note}" for note in cell.notes]
            self._tell_quality(cell)
        return cells

    def _tell_files(self, piece: Piece) -> None:
        for known, told in zip(piece.series.files, piece.account["files"], strict=True):
            name, sha256 = known.file.name, known.sha256
            if "error" in told:
                self._report(name, "bad", told["error"], format=known.format, sha256=sha256)
                continue
            if not piece.account["cells"]:
                reason = f"facts about cells, no measurements; copy what they say into {FACTS}"
                self._report(name, "passed over", reason, format=known.format, sha256=sha256)
                continue
            tables = told["tables"]
            main = next(iter(tables.values()))
            part = f"part {main['part']} of {len(piece.series.files)}" if main["part"] else ""
            self.reports[name] = FileReport(
                name, "read", piece.series.cell, known.format, " ".join(tables),
                main["rows_in"], main["rows_out"], reason=part, sha256=sha256,
            )  # fmt: skip

    def _tell_quality(self, cell: Cell) -> None:
        errors = sum(row["error_findings"] for row in cell.quality)
        for piece in {piece.key: piece for piece, _ in cell.tables.values()}.values():
            for known in piece.series.files:
                report = self.reports[known.file.name]
                if report.status == "read" and cell.quality:
                    scores = [q for q in (report.quality_score, cell.score) if q is not None]
                    self.reports[known.file.name] = replace(
                        report,
                        quality_score=min(scores, default=None),
                        error_findings=(report.error_findings or 0) + errors,
                    )

    def _tell_strangers(self, facts: CellFacts, cells: Sequence[Cell]) -> None:
        known = {cell.name for cell in cells}
        strangers = [name for name in facts.rows if name not in known and facts.rows[name]]
        if strangers:
            self.remarks.append(
                f"{FACTS} says something about cells that are not in this store: "
                f"{', '.join(strangers[:_SHOWN])}" + (" ..." if len(strangers) > _SHOWN else "")
            )

    def _report(self, name: str, status: Any, reason: str, **more: Any) -> None:
        self.reports[name] = FileReport(name, status, reason=reason, **more)


def _nothing(folder: Path, built: Built) -> str:
    told = [one for one in built.files if one.status != "passed over"]
    shown = "; ".join(f"{one.file}: {one.reason}" for one in told[:_SHOWN])
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    files = f"{len(told)} files were looked at" if told else "there is no file to look at"
    return f"Nothing in {folder} can be read: {files}. {shown}{more}".rstrip() + (
        "" if shown.endswith(".") else "."
    )
