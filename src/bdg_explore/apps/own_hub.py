"""A visitor's files as a hub of their own: the seven facts everyone asks for first, and a zip."""

import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import panel as pn
import panel_material_ui as pmui

from bdg_explore.columns import (
    ANODE,
    CATHODE,
    CONTACT,
    NOMINAL_CAPACITY,
    OBJECTIVE,
    TEST_EQUIPMENT,
    column,
)
from bdg_explore.errors import BdgError, ParameterError
from bdg_explore.hubs.building import Built, build
from bdg_explore.hubs.fetching.sizes import size_text
from bdg_explore.metadata.bricks import OBJECTIVES

from .bridge import as_sentence
from .cards import card
from .session import in_background

log = logging.getLogger(__name__)

_NOT_SAID: Final = "unknown"
_FIELD: Final = {"size": "small", "sizing_mode": "stretch_width", "margin": (4, 0)}
_HINTS: Final = {
    NOMINAL_CAPACITY: "a number, for instance 2.5",
    ANODE: "graphite, Si/graphite, LTO, Li ...",
    CATHODE: "LFP, NMC811, NCA, LCO ...",
    TEST_EQUIPMENT: "brand and model",
    CONTACT: "e-mail, ORCID or ROR",
}


class OwnHub(pn.viewable.Viewer):
    """The form, and the hub it makes.

    Parameters
    ----------
    paths : callable
        Gives the visitor's files as they are now.
    folder : Path
        Where the hub may be made; it belongs to the visitor.
    """

    def __init__(self, paths: Callable[[], Sequence[Path]], folder: Path, **params: Any) -> None:
        super().__init__(**params)
        self._paths, self._folder = paths, folder
        self._name = pmui.TextInput(label="Name of the hub", value="My lab", **_FIELD)
        self._licence = pmui.TextInput(
            label="Licence", placeholder="SPDX identifier, for instance CC-BY-4.0", **_FIELD
        )
        objectives = {one.replace("_", " "): one for one in OBJECTIVES}
        self._fields: dict[str, Any] = {
            OBJECTIVE: pmui.Select(
                label=column(OBJECTIVE).title, options={_NOT_SAID: "", **objectives}, **_FIELD
            ),
            ANODE: self._text(ANODE),
            CATHODE: self._text(CATHODE),
            NOMINAL_CAPACITY: self._text(NOMINAL_CAPACITY, column(NOMINAL_CAPACITY).label),
            TEST_EQUIPMENT: self._text(TEST_EQUIPMENT),
            CONTACT: self._text(CONTACT),
        }
        self._make = pmui.Button(
            label="Make the hub", color="primary", on_click=self._begin, margin=(8, 0)
        )
        self._told = pn.Column(sizing_mode="stretch_width", margin=0)
        for field in self._fields.values():
            field.styles = {"flex": "1 1 300px"}  # two beside each other, one on a phone
        grid = pn.FlexBox(
            *self._fields.values(), gap="0 16px", sizing_mode="stretch_width", margin=0
        )
        self._layout = pn.Column(
            pmui.Typography("A hub of your own", variant="h6", margin=(24, 0, 0, 0)),
            pmui.Typography(
                "All files together as a folder that opens beside the public hubs. What you say "
                "here is written into it (Table S1 of the Battery Data Genome; the seventh fact, "
                "the unique identifier, is made from the names). What you leave out stays unknown.",
                margin=(0, 0, 8, 0),
            ),
            self._name,
            grid,
            self._licence,
            self._make,
            self._told,
            visible=False,
            sizing_mode="stretch_width",
            margin=0,
        )

    def __panel__(self) -> pn.viewable.Viewable:
        return self._layout

    def offer(self, files: int) -> None:
        """Show the form where there are files."""
        self._layout.visible = files > 0
        self._told[:] = []

    @staticmethod
    def _text(name: str, label: str = "") -> pmui.TextInput:
        return pmui.TextInput(label=label or column(name).title, placeholder=_HINTS[name], **_FIELD)

    def _about(self) -> dict[str, Any]:
        """Return what the visitor said.

        Raises
        ------
        ParameterError
            The nominal capacity is no positive number.
        """
        said = {name: str(field.value or "").strip() for name, field in self._fields.items()}
        primary: dict[str, Any] = {name: text for name, text in said.items() if text}
        if NOMINAL_CAPACITY in primary:
            primary[NOMINAL_CAPACITY] = _positive(primary[NOMINAL_CAPACITY])
        licence = self._licence.value.strip()
        return {"primary": primary} | ({"licence": licence} if licence else {})

    def _begin(self, _event: Any) -> None:
        paths, name, about = (
            list(self._paths()),
            self._name.value.strip() or "My lab",
            self._about(),
        )
        self._make.disabled = True
        self._told[:] = [
            pmui.LinearProgress(sizing_mode="stretch_width"),
            pmui.Typography(f"Building a hub of {len(paths)} files ..."),
        ]
        in_background(lambda: made(paths, name, about, self._folder), self._done)

    def _done(self, answer: tuple[Built, Path] | Exception) -> None:
        self._make.disabled = False
        if isinstance(answer, Exception):
            if not isinstance(answer, BdgError):
                log.error("A visitor's hub could not be built", exc_info=answer)
            self._told[:] = [card("The hub was not built", as_sentence(answer), kind="error")]
            return
        built, archive = answer
        read = sum(one.status == "read" for one in built.files)
        cells = len(built.cells)
        self._told[:] = [
            card(
                f"{cells} cell{'' if cells == 1 else 's'} from {read} of {len(built.files)} files",
                "Unpack the folder where you like, and open it beside the public hubs:",
                items=[*(f"{one.file}: {one.reason}" for one in built.files if one.status == "bad"),
                       *built.remarks],
                code=f'import bdg_explore as bdg\n\nhubs = bdg.open_hubs("{archive.stem}")',
            ),
            pmui.FileDownload(
                callback=lambda: str(archive), filename=archive.name, embed=False, auto=True,
                label=f"Download {archive.name}, {size_text(archive.stat().st_size)}",
                color="primary", margin=(8, 0),
            ),
        ]  # fmt: skip


def made(
    paths: Sequence[Path], name: str, about: dict[str, Any], folder: Path
) -> tuple[Built, Path]:
    """Build a hub of some files, packed to take away.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    name : str
        Of the hub.
    about : dict
        What is known about the data, see `bdg_explore.hubs.building.template`.
    folder : Path
        Where it is made; nothing else is left there.

    Returns
    -------
    Built
        What became of every file.
    Path
        The zip.
    """
    if not paths:
        raise ParameterError("There is no file to make a hub of. Bring one first.")
    work = Path(tempfile.mkdtemp(dir=folder, prefix="hub-"))
    try:
        together = work / "files"
        for number, path in enumerate(paths):
            # two files of one name are two cells; each keeps its name in a folder of its own
            taken = (together / path.name).exists()
            place = together / str(number + 1) if taken else together
            place.mkdir(parents=True, exist_ok=True)
            (place / path.name).hardlink_to(path)
        stem = "".join(c if c.isalnum() else "_" for c in name).strip("_") or "my_hub"
        store = work / "made" / stem
        store.parent.mkdir()
        built = build(together, store, name=name, workers=1, about=about, progress=False)
        packed = shutil.make_archive(str(work / stem), "zip", store.parent, stem)
        archive = Path(shutil.move(packed, folder / f"{stem}.zip"))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return built, archive


def _positive(text: str) -> float:
    try:
        number = float(text.removesuffix("Ah").replace(",", "."))
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ParameterError(
            f"The nominal capacity is {text!r}; write a positive number of ampere-hours, or leave "
            "it out."
        )
    return number
