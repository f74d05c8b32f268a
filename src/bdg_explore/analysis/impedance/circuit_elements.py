"""Equivalent circuits as text: what they are made of, and the impedance they have."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bdg_explore.errors import ParameterError, did_you_mean

from ..records.arrays import Floats
from .spectra import Complexes

Formula = Callable[..., Any]  # of i times the circular frequency, and of the parameters
Slopes = list[Any]


@dataclass(frozen=True)
class Element:
    """A kind of element.

    Attributes
    ----------
    meaning : str
        What it stands for.
    parameters : tuple of str
        What comes after the element's name in the names of its parameters, unit included.
    impedance : callable
        Impedance [ohm] of i times the circular frequency [1/s] and the parameters.
    slopes : callable
        Of the impedance, i times the circular frequency and the parameters: how the impedance
        changes with the logarithm of each parameter, with an exponent itself.
    """

    meaning: str
    parameters: tuple[str, ...]
    impedance: Formula
    slopes: Formula


def _closed_layer(s: Any, resistance: Any, time: Any) -> Any:
    x = np.sqrt(s * time)
    return resistance / (x * np.tanh(x))


def _closed_layer_slopes(z: Any, s: Any, resistance: Any, time: Any) -> Slopes:
    x = np.sqrt(s * time)
    cotangent = 1.0 / np.tanh(x)
    return [z, -0.5 * resistance * (cotangent / x + cotangent**2 - 1.0)]


def _open_layer(s: Any, resistance: Any, time: Any) -> Any:
    x = np.sqrt(s * time)
    return resistance * np.tanh(x) / x


def _open_layer_slopes(z: Any, s: Any, resistance: Any, time: Any) -> Slopes:
    x = np.sqrt(s * time)
    tangent = np.tanh(x)
    return [z, 0.5 * resistance * (1.0 - tangent**2 - tangent / x)]


ELEMENTS: Final[dict[str, Element]] = {
    "R": Element("resistance", ("ohm",), lambda s, r: r + 0.0 * s, lambda z, *_: [z]),
    "C": Element("capacitance", ("farad",), lambda s, c: 1.0 / (s * c), lambda z, *_: [-z]),
    "L": Element("inductance", ("henry",), lambda s, ind: s * ind, lambda z, *_: [z]),
    "CPE": Element(
        "constant phase element 1/(Q (iw)^a)",
        ("coefficient", "exponent"),
        lambda s, q, a: 1.0 / (q * s**a),
        lambda z, s, *_: [-z, -z * np.log(s)],
    ),
    "W": Element(
        "Warburg element, diffusion without end: A (1 - i)/sqrt(w)",
        ("ohm_per_root_second",),
        lambda s, a: a * np.sqrt(2.0 / s),
        lambda z, *_: [z],
    ),
    "Wo": Element(
        "diffusion in a layer closed at its end: R coth(x)/x, x = sqrt(iwt)",
        ("ohm", "second"),
        _closed_layer,
        _closed_layer_slopes,
    ),
    "Ws": Element(
        "diffusion in a layer open at its end: R tanh(x)/x, x = sqrt(iwt)",
        ("ohm", "second"),
        _open_layer,
        _open_layer_slopes,
    ),
    "G": Element(
        "Gerischer element R/sqrt(1 + iwt)",
        ("ohm", "second"),
        lambda s, r, t: r / np.sqrt(1.0 + s * t),
        lambda z, s, _, t: [z, -0.5 * z * s * t / (1.0 + s * t)],
    ),
}
EXPONENT: Final = "exponent"
_NAME: Final = re.compile(r"(CPE|Wo|Ws|W|R|C|L|G)(\d*)")
_TOKEN: Final = re.compile(r"p\(|[A-Za-z]+\d*|[-,)]")


@dataclass(frozen=True)
class Node:
    """An element, or elements in series or in parallel.

    Attributes
    ----------
    kind : str
        A key of `ELEMENTS`, ``"series"`` or ``"parallel"``.
    name : str
        The element's name, empty for a group.
    parts : tuple of Node
        The parts of a group.
    """

    kind: str
    name: str = ""
    parts: tuple["Node", ...] = ()

    def elements(self) -> Iterator["Node"]:
        """Yield the elements, from left to right."""
        if self.name:
            yield self
        for part in self.parts:
            yield from part.elements()

    @property
    def shape(self) -> tuple[Any, ...]:
        """The kinds of the elements and how they stand, without their names."""
        return (self.kind, *(part.shape for part in self.parts))

    def parameters(self) -> list[str]:
        """Return the names of all parameters, in the order of the elements."""
        return [
            f"{element.name}_{parameter}"
            for element in self.elements()
            for parameter in ELEMENTS[element.kind].parameters
        ]

    def impedance(self, circular: Floats, values: Mapping[str, Any]) -> Complexes:
        """Return the impedance [ohm] at circular frequencies [1/s]."""
        return np.asarray(self.with_slopes(circular, values)[0], dtype=np.complex128)

    def with_slopes(self, circular: Floats, values: Mapping[str, Any]) -> tuple[Any, Slopes]:
        """Return the impedance, and how it changes with each of `parameters`.

        Of an exponent, with itself; of all others, with their logarithm. Values that are columns
        give a row each.
        """
        return _with_slopes(self, 1j * circular, values)


def parse_circuit(text: str) -> Node:
    """Read a circuit such as ``R0-p(R1,CPE1)-W1``.

    Raises
    ------
    ParameterError
        The text is no circuit, an element is unknown, or two have one name.
    """
    tokens = _TOKEN.findall(re.sub(r"\s", "", text))
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens:
        raise _no_circuit(text, "it holds something else than names, '-', ',' and 'p(...)'")
    node, rest = _series(tokens, text)
    if rest:
        raise _no_circuit(text, f"{rest[0]!r} stands where it should end or go on with '-'")
    names = [element.name for element in node.elements()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _no_circuit(text, f"{', '.join(twice)} stands in it twice; number them")
    return node


def _series(tokens: list[str], text: str) -> tuple[Node, list[str]]:
    part, tokens = _part(tokens, text)
    parts = [part]
    while tokens[:1] == ["-"]:
        part, tokens = _part(tokens[1:], text)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Node("series", parts=tuple(parts))), tokens


def _part(tokens: list[str], text: str) -> tuple[Node, list[str]]:
    if not tokens:
        raise _no_circuit(text, "it ends where an element should stand")
    if tokens[0] != "p(":
        found = _NAME.fullmatch(tokens[0])
        if not found:
            near = did_you_mean(tokens[0].rstrip("0123456789"), ELEMENTS)
            raise _no_circuit(text, f"{tokens[0]!r} is no element", near)
        return Node(found[1], name=tokens[0]), tokens[1:]
    branch, tokens = _series(tokens[1:], text)
    branches = [branch]
    while tokens[:1] == [","]:
        branch, tokens = _series(tokens[1:], text)
        branches.append(branch)
    if tokens[:1] != [")"] or len(branches) < 2:
        raise _no_circuit(text, "'p(' wants two branches or more, and a ')'")
    return Node("parallel", parts=tuple(branches)), tokens[1:]


def _no_circuit(text: str, why: str, near: str = "") -> ParameterError:
    known = "; ".join(f"{kind}: {element.meaning}" for kind, element in ELEMENTS.items())
    return ParameterError(
        f"{text!r} is no circuit: {why}.{near} Write elements in series with '-', branches in "
        f"parallel as p(a,b), for instance R0-p(R1,CPE1)-W1. Elements are {known}."
    )


def _with_slopes(node: Node, s: Any, values: Mapping[str, Any]) -> tuple[Any, Slopes]:
    if node.name:
        element = ELEMENTS[node.kind]
        of_it = [values[f"{node.name}_{parameter}"] for parameter in element.parameters]
        z = element.impedance(s, *of_it)
        return z, element.slopes(z, s, *of_it)
    parts = [_with_slopes(part, s, values) for part in node.parts]
    if node.kind == "series":
        return sum(z for z, _ in parts), [slope for _, slopes in parts for slope in slopes]
    total = 1.0 / sum(1.0 / z for z, _ in parts)
    return total, [slope * (total / z) ** 2 for z, slopes in parts for slope in slopes]
