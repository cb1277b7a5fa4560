"""What is critical belongs into the impression."""

from __future__ import annotations

from collections.abc import Collection

from ai.discrepancy import Discrepancy
from ai.geometry import PointMm
from ai.report.discrepancy_words import Speaker
from ai.report.report_claims import Claim, ReportClaims
from ai.report.second_reader_terms import kin
from ai.report.sights import Picture, Sight
from ai.report.weights import Weight, weight_of

_FLUID = {"pleural_effusion": "effusion_volume", "pericardial_effusion": ""}
_LARGE_ML = 500.0
"""An effusion above this is called moderate to large."""
_MASS_MM = 30.0
"""A nodule above it is a mass (Fleischner Society glossary, 2008)."""


def impression_discrepancies(
    report: ReportClaims, picture: Picture, say: Speaker, told: Collection[Sight]
) -> list[Discrepancy]:
    """Return what is critical, stands among the findings, and is left out of the impression; nothing without one.

    ``told``: of what the report is silent altogether nothing is said twice.
    """
    if not report.has_impression:
        return []
    concluded = {name for claim in report.part(True) if claim.speaks_of_it for name in kin(claim.name)}
    found: dict[str, Discrepancy] = {}
    for claim in report.part(False):
        if not _critical(claim, picture) or claim.name in concluded or picture.says_no(claim.name):
            continue
        if any(claim.name in kin(name) for name in found) or any(claim.name in kin(sight.name) for sight in told):
            continue
        found[claim.name] = say.impression(claim.name, claim.span, _place(claim, picture))
    return list(found.values())


def _critical(claim: Claim, picture: Picture) -> bool:
    """Fluid is critical where there is much of it; a nodule where it is a mass."""
    if not claim.mention.is_there:
        return False
    if claim.name in _FLUID:
        return claim.large or picture.volume_ml(_FLUID[claim.name]) >= _LARGE_ML
    if claim.name in ("nodule", "nodulegr1cm"):
        return max(claim.mention.sizes_mm, default=0.0) > _MASS_MM
    return weight_of(claim.name) is Weight.CRITICAL


def _place(claim: Claim, picture: Picture) -> PointMm | None:
    alike = (sight for sight in picture.sights if sight.name in kin(claim.name))
    return next((sight.place for sight in alike), None)
