"""What is critical belongs into the impression."""

from __future__ import annotations

from collections.abc import Collection

from ai.discrepancy import Discrepancy
from ai.geometry import PointMm
from ai.report.discrepancy_words import Speaker
from ai.report.report_claims import Claim, ReportClaims
from ai.report.second_reader_terms import concluded_by, kin, synonyms
from ai.report.sights import Picture, Sight
from ai.report.weights import Weight, weight_of

_FLUID = {"pleural_effusion": "effusion_volume", "pericardial_effusion": ""}
_LARGE_ML = 500.0
"""An effusion above this is called moderate to large."""


def impression_discrepancies(
    report: ReportClaims, picture: Picture, say: Speaker, told: Collection[Sight]
) -> list[Discrepancy]:
    """Return what is critical, stands among the findings, and is left out of the impression; nothing without one.

    ``told``: of what the report is silent altogether nothing is said twice.
    """
    if not report.has_impression:
        return []
    concluded = {claim.name for claim in report.part(True) if claim.speaks_of_it}
    found: dict[str, Discrepancy] = {}
    for claim in report.part(False):
        if not _critical(claim, picture) or concluded & concluded_by(claim.name) or picture.says_no(claim.name):
            continue
        if any(claim.name in synonyms(name) for name in (*found, *(sight.name for sight in told))):
            continue
        found[claim.name] = say.impression(claim.name, claim.span, _place(claim, picture))
    return list(found.values())


def _critical(claim: Claim, picture: Picture) -> bool:
    """Fluid is critical where there is much of it."""
    if not claim.mention.is_there:
        return False
    if claim.name in _FLUID:
        return claim.large or picture.volume_ml(_FLUID[claim.name]) >= _LARGE_ML
    return weight_of(claim.name) is Weight.CRITICAL


def _place(claim: Claim, picture: Picture) -> PointMm | None:
    alike = (sight for sight in picture.sights if sight.name in kin(claim.name))
    return next((sight.place for sight in alike), None)
