"""What is said of one column."""

from dataclasses import dataclass
from typing import Final, Literal

BDF_NAMESPACE: Final = "https://w3id.org/battery-data-alliance/ontology/battery-data-format#"

Kind = Literal["float", "count", "text", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the vocabulary.

    Attributes
    ----------
    name : str
        Machine-readable name, unit included.
    label : str
        What an axis or a table head shows, ``<Quantity> / <unit>``.
    unit : str
        Unit as printed; ``1`` for counts and fractions, empty for text.
    meaning : str
        One sentence: sign, reset and reference included.
    kind : {"float", "count", "text", "flag"}
        How values are held: float64, int64, text or boolean.
    bdf : bool
        Whether the Battery Data Format defines the term.
    """

    name: str
    label: str
    unit: str
    meaning: str
    kind: Kind = "float"
    bdf: bool = False

    @property
    def iri(self) -> str | None:
        """Identifier of the term in the BDF ontology, if it has one."""
        return BDF_NAMESPACE + self.name if self.bdf else None

    @property
    def title(self) -> str:
        """The label without its unit, for the head of a table."""
        return self.label.split(" / ")[0]
