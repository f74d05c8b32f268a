"""Read records in the layout of materials-data-facility/battery-data-schemas.

That layout has faults, and this is where they are dealt with: ``false`` stands for no value, its
schema checks nothing because nested keys lie beside ``type`` without ``properties``, and its
example gives a porosity in ampere-hours. What cannot be right is left out and told in ``notes``.
"""

from collections.abc import Mapping
from typing import Any, Final

from bdg_explore.errors import MetadataError

from .record import Record

# Unit as people write it -> what to divide by to come to ours.
_CAPACITY: Final = {"Ah": 1, "mAh": 1000}
_FRACTION: Final = {"": 1, "1": 1, "%": 100, "percent": 100}
_AREAL: Final = {"mAh/cm2": 1, "mAh/cm^2": 1, "mAh cm-2": 1, "Ah/m2": 10}


def from_battery_data_schemas(
    document: Mapping[str, Any], *, uid: str | None = None, dataset: str | None = None
) -> Record:
    """Read a record of battery-data-schemas, as its schema or as its example lays it out.

    Parameters
    ----------
    document : mapping
        The parsed JSON: ``preparation`` and ``testing``.
    uid, dataset : str, optional
        Identifier of the cell and of the data set; the layout has neither.

    Returns
    -------
    Record
        What could be read. The rest stands in ``tertiary``, what was refused in ``notes``.

    Raises
    ------
    MetadataError
        It is not this layout.
    """
    if not isinstance(document, Mapping) or not {"preparation", "testing"} & document.keys():
        raise MetadataError(
            "A record of battery-data-schemas holds preparation or testing; this has "
            f"{', '.join(map(str, document)) if isinstance(document, Mapping) else document!r}."
        )
    preparation = _block(document.get("preparation"), "preparation")
    design = _block(preparation.get("battery design"), "battery design")
    plain = _block(preparation.get("design"), "design")
    parts = _block(design.get("constituents"), "constituents")
    refused: list[str] = []
    primary: dict[str, Any] = {"uid": uid}
    materials: dict[str, Any] = {}
    for end, names, field in (
        ("positive", ("positive electrode", "cathode"), "cathode_chemistry"),
        ("negative", ("negative electrode", "anode"), "anode_chemistry"),
    ):
        held = next((b for n in names for b in (parts.get(n), plain.get(n)) if b), None)
        electrode = _block(held, names[0])
        primary[field] = _words(electrode.get("chemistry"))
        materials[f"{end}_composition"] = _words(electrode.get("composition"))
        materials[f"{end}_supplier"] = _words(electrode.get("supplier"))
    separator = _block(parts.get("separator"), "separator")
    materials["separator"] = _words(separator.get("chemistry"))
    materials["separator_supplier"] = _words(separator.get("supplier"))
    sizes = _block(design.get("electrode and cell design"), "electrode and cell design")
    kind = _block(design.get("cell type"), "cell type")
    segment = "material_electrode" if _words(kind.get("type")) == "half-cell" else "full_cell"
    capacity = sizes.get("capacity")
    areal = _quantity("capacity", capacity, _AREAL, [])
    if areal is None:
        primary["nominal_capacity_ah"] = _quantity("capacity", capacity, _CAPACITY, refused)
    porosity = _quantity("porosity", sizes.get("porosity"), _FRACTION, refused)
    if porosity is not None and not 0 <= porosity <= 1:
        refused.append(f"porosity {porosity:g} is no fraction from 0 to 1")
        porosity = None
    given: dict[str, Any] = {
        "primary": primary,
        "secondary": {
            "constituent_materials": materials,
            "cell_design": {"form_factor": _words(kind.get("form factor"))},
            "commercial_cell": {"manufacturer": _words(kind.get("manufacturer"))},
        },
        "tertiary": _rest(document, preparation),
        "segment": segment,
        "dataset": dataset,
        # The layout says neither, so what a record holds in their place is nobody's word.
        "unverified": ["kind", "access"],
        "notes": "Not taken over: " + "; ".join(refused) + "." if refused else None,
    }
    if segment == "material_electrode":
        given[segment] = {"areal_capacity_mah_per_cm2": areal, "porosity": porosity}
    elif porosity is not None:
        given["tertiary"]["porosity"] = porosity
    return Record.from_dict(given)


def _rest(document: Mapping[str, Any], preparation: Mapping[str, Any]) -> dict[str, Any]:
    """Return what says something and has no field of ours."""
    other = {k: v for k, v in preparation.items() if k not in ("battery design", "design")}
    testing = document.get("testing")
    held = {"preparation": _said(other), "testing": _said(testing)}
    return {name: value for name, value in held.items() if value}


def _said(value: Any) -> Any:
    """Drop ``false`` and what is empty without it."""
    if isinstance(value, Mapping):
        inner = {k: _said(v) for k, v in value.items()}
        return {k: v for k, v in inner.items() if v not in (None, {}, [])}
    return None if value is False else value


def _block(value: Any, name: str) -> Mapping[str, Any]:
    if value is None or value is False:
        return {}
    if not isinstance(value, Mapping):
        raise MetadataError(f"{name} is {value!r}; it holds keys with values.")
    return value


def _words(value: Any) -> Any:
    """Return a value, or None where the layout says ``false``."""
    if value is False or value is None:
        return None
    return value if isinstance(value, str) else str(value)


def _quantity(name: str, held: Any, units: Mapping[str, int], refused: list[str]) -> float | None:
    if held is None or held is False:
        return None
    if not isinstance(held, Mapping):
        refused.append(f"{name} is {held!r} and has no unit")
        return None
    value, unit = held.get("value"), str(held.get("units") or held.get("unit") or "")
    if value is None or value is False:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refused.append(f"{name} is {value!r} and no number")
        return None
    if unit not in units:
        refused.append(f"{name} is given in {unit or 'no unit'}")
        return None
    return value / units[unit]
