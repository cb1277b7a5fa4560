"""The tree of a structured report, as anybody wrote it: asked gently, for nothing in it can be relied on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from ai.report.codes import Code


@dataclass(frozen=True, eq=False)
class Item:
    """One content item."""

    item: Dataset

    @property
    def kind(self) -> str:
        """Its value type: TEXT, NUM, CODE, CONTAINER …"""
        return str(self.item.get("ValueType") or "")

    @property
    def concept(self) -> Code:
        """What it is of; empty where it does not say."""
        return first_code(self.item, "ConceptNameCodeSequence")

    @property
    def code(self) -> Code:
        """What it says, for a coded one."""
        return first_code(self.item, "ConceptCodeSequence")

    @property
    def text(self) -> str:
        """What it says, for a text or a UID."""
        return str(self.item.get("TextValue") or self.item.get("UID") or "")

    @property
    def number(self) -> float | None:
        """What it measures."""
        measured = self.item.get("MeasuredValueSequence")
        value = measured[0].get("NumericValue") if measured else None
        return None if value in (None, "") else float(str(value))

    @property
    def unit(self) -> Code:
        """In which unit it measures."""
        measured = self.item.get("MeasuredValueSequence")
        return first_code(measured[0], "MeasurementUnitsCodeSequence") if measured else EMPTY

    def children(self) -> Iterator[Item]:
        """Go through what lies directly under it."""
        for child in self.item.get("ContentSequence") or ():
            yield Item(child)

    def all(self) -> Iterator[Item]:
        """Go through itself and all under it, in order."""
        yield self
        for child in self.children():
            yield from child.all()

    def of(self, value: str, scheme: str) -> Iterator[Item]:
        """Go through the children with a concept."""
        return (child for child in self.children() if (child.concept.value, child.concept.scheme) == (value, scheme))

    def first(self, value: str, scheme: str) -> Item | None:
        """Return the first child with a concept."""
        return next(self.of(value, scheme), None)


EMPTY = Code("", "", "")


def first_code(item: Dataset, name: str) -> Code:
    """Return the code in a sequence of an item, an empty one if there is none."""
    sequence = item.get(name)
    if not sequence:
        return EMPTY
    code = sequence[0]
    value = code.get("CodeValue") or code.get("LongCodeValue") or code.get("URNCodeValue") or ""
    return Code(str(value), str(code.get("CodingSchemeDesignator") or ""), str(code.get("CodeMeaning") or ""))
