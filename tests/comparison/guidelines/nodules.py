"""Nodules by size and composition, and what is known of their patient."""

from __future__ import annotations

import math
from dataclasses import replace

from ai.change import ChangeKind, LesionChange
from ai.comparison.guidelines import Circumstances
from ai.findings import Composition, Lesion
from tests.support.synthetic_analysis import lesion

SOLID, PART_SOLID, GROUND_GLASS = Composition.SOLID, Composition.PART_SOLID, Composition.GROUND_GLASS
CHANCE = Circumstances(
    age_years=60, known_cancer=False, immunosuppressed=False, high_risk=False, screening=False, thickness_mm=1.0
)
"""Found by chance in an adult at low risk."""
SCREENED = Circumstances(
    age_years=60, known_cancer=False, high_risk=True, screening=True, thickness_mm=1.0, compared=True, days=365
)


def nodule(
    diameter_mm: float, kind: Composition | None = SOLID, core_mm: float = math.nan, name: str = "nodule"
) -> Lesion:
    """A nodule of that mean diameter."""
    core = {SOLID: diameter_mm, GROUND_GLASS: 0.0}.get(kind, core_mm) if kind is not None else math.nan
    return replace(lesion(name, (-60, 0, 0), diameter_mm), composition=kind, solid_mm=core)


def followed(then: Lesion | None, now: Lesion | None) -> LesionChange:
    """What became of a nodule; the guidelines judge growth by themselves."""
    seen = now or then
    assert seen is not None
    kind = ChangeKind.NEW if then is None else ChangeKind.GONE if now is None else ChangeKind.STABLE
    before, after = (() if one is None else (one,) for one in (then, now))
    return LesionChange(seen.abnormality, kind, before, after)
