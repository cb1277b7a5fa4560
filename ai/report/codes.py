"""The vocabulary in codes that other systems know; what has no honest code stands in our own scheme."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from ai.findings import Quantity
from ai.vocabulary import RESOURCES, Abnormality, abnormalities

OURS = "99INTERVAL"
"""Coding scheme designator of what only this program defines (DICOM PS3.16 8.2: private ones begin with 99)."""
UCUM_UNITS = {"%": "%", "ml": "mL", "mm": "mm", "HU": "[hnsf'U]", "g": "g", "": "1"}
"""Our unit → UCUM's (DICOM PS3.16 CID 82, unitsofmeasure.org)."""
URLS = {"SCT": "http://snomed.info/sct", "DCM": "http://dicom.nema.org/resources/ontology/DCM"}
"""Scheme → the name FHIR knows it by."""


@dataclass(frozen=True)
class Code:
    """One concept: its value in a scheme, and what it means in words."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True)
class Site:
    """A structure of the body, and its side where it has one."""

    structure: Code
    side: Code | None = None


def ours(value: str, meaning: str) -> Code:
    """Return a concept of our own scheme."""
    return Code(value, OURS, meaning)


def abnormality_code(abnormality: Abnormality) -> Code:
    """Return what others call an abnormality; our own name where no code says the same."""
    entry = _table()["abnormality"].get(abnormality.name)
    return ours(abnormality.name, abnormality.title) if entry is None else Code(*entry)


def abnormality_of(value: str, scheme: str) -> Abnormality | None:
    """Return the abnormality of a code, None for a code that is none of ours."""
    said = ((kind, abnormality_code(kind)) for kind in abnormalities())
    return next((kind for kind, code in said if (code.value, code.scheme) == (value, scheme)), None)


def site_of(location: str) -> Site:
    """Return the structure that a name of the vocabulary's locations (or of an organ) means."""
    entry = _table()["location"].get(location)
    if entry is None:
        return Site(ours(location or "unknown", location.replace("_", " ").capitalize() or "Unknown place"))
    value, scheme, meaning, *side = entry
    return Site(Code(value, scheme, meaning), side_code(side[0]) if side else None)


def location_of(value: str, scheme: str, side: str) -> str:
    """Return the vocabulary's name of a structure and the code of its side (empty for none); empty if unknown."""
    if scheme == OURS:
        return "" if value == "unknown" else value
    for name in _table()["location"]:
        site = site_of(name)
        its = "" if site.side is None else site.side.value
        if (site.structure.value, site.structure.scheme, its) == (value, scheme, side):
            return str(name)
    return ""


def side_code(side: str) -> Code:
    """Return the code of left or right."""
    return Code(*_table()["side"][side])


def unit_of(quantity: Quantity) -> Code:
    """Return the unit of a measure."""
    return unit(quantity.unit)


def unit(written: str) -> Code:
    """Return UCUM's unit for one of ours."""
    value = UCUM_UNITS.get(written, written)
    return Code(value, "UCUM", {"1": "no units", "[hnsf'U]": "Hounsfield unit", "%": "Percent"}.get(value, value))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((RESOURCES / "codes.toml").read_text(encoding="utf-8"))
