"""Which lesions the guidelines for lung nodules speak of, and their sizes in words."""

from __future__ import annotations

from collections.abc import Iterable

from ai.findings import Composition, Lesion

NODULES = frozenset({"nodule", "nodulegr1cm", "mass", "lesion", "cancer"})
"""A granuloma is calcified and asks for nothing; a cavity or a cyst has rules of its own."""

MASS_MM = 30.0
"""Above, it is a mass (Fleischner Society glossary, 2008)."""


def nodules(lesions: Iterable[Lesion]) -> tuple[Lesion, ...]:
    """Return those that a guideline for lung nodules may speak of."""
    return tuple(lesion for lesion in lesions if lesion.abnormality.name in NODULES)


def said(lesion: Lesion) -> str:
    """Say what it is and how large, its mean diameter to a tenth: "part-solid of 12.3 mm, its solid part 5.1 mm"."""
    kind = "of unknown density" if lesion.composition is None else str(lesion.composition)
    core = f", its solid part {lesion.solid_mm:.1f} mm" if lesion.composition is Composition.PART_SOLID else ""
    return f"{kind}, {lesion.diameter_mm:.1f} mm{core}"
