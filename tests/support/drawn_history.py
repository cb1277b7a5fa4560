"""A synthetic patient's visits, drawn once for all tests, and what a model without fault would find in them."""

from __future__ import annotations

from functools import cache

from ai.findings import Analysis, Finding, Lesion
from ai.phantom.canvas import Instance
from ai.phantom.studies.history import Course, History, drawn_history
from ai.phantom.studies.visit import Visit
from ai.vocabulary import abnormality
from tests.support.synthetic_analysis import analysis, finding

SPACING_MM = 4.0
ASKED = frozenset({"nodule", "pleural_effusion", "mass", "sternotomy"})
VISITS = 3
FOLLOWED = ("nodule", "mass")


@cache
def history(seed: int = 11) -> History:
    """Return a patient's visits."""
    return drawn_history(seed, VISITS, ASKED, SPACING_MM)


def lesion_of(visit: Visit, one: Instance) -> Lesion:
    """Return a lesion as it was drawn."""
    up, back, left = one.centre
    place = visit.canvas.origin.moved(left, back, up)
    size = (one.diameter_mm, one.diameter_mm)
    return Lesion(abnormality(one.label), place, size, one.volume_mm3, 0.0, "lung")


def true_analysis(visit: Visit) -> Analysis:
    """Return what a model would say that finds every nodule and mass, and measures them as they were drawn."""
    found: list[Finding] = []
    for label in FOLLOWED:
        lesions = tuple(lesion_of(visit, one) for one in visit.canvas.instances if one.label == label)
        found.append(finding(label, 2.0 if lesions else -2.0, lesions))
    return analysis(*found)


def followed_courses(found: History) -> list[Course]:
    """Return the courses of nodules and masses."""
    return [course for course in found.courses if course.label in FOLLOWED]
