"""Lines of a synthetic patient's lesions, laid onto each other by the real registration (rigid: quick)."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ai.comparison import lesion_changes, older_study, register_rigid, timeline
from ai.findings import Analysis
from ai.phantom.studies.history import Course, History
from ai.phantom.studies.visit import Visit
from ai.series import Scan
from ai.timeline import LesionLine, OlderStudy, Timeline
from tests.support.drawn_history import followed_courses, history, lesion_of, true_analysis


@pytest.fixture(scope="module")
def patient() -> tuple[History, Timeline]:
    """Return a patient and the lines of what a faultless model finds."""
    found = history(13)
    *before, last = found.visits
    current, now = _as_thin(last.scan()), true_analysis(last)
    with pytest.MonkeyPatch.context() as patch:
        # The volumes are those drawn; what is measured of them in voxels of 4 mm is another test's matter.
        patch.setattr(lesion_changes, "measured_alike", lambda then, now, prior, current: (then, now))
        older = [_laid_onto(visit, current, now) for visit in before]
    return found, timeline(current, now, older)


def _laid_onto(visit: Visit, current: Scan, now: Analysis) -> OlderStudy:
    scan = _as_thin(visit.scan())
    return older_study(scan, true_analysis(visit), current, now, register_rigid(scan.volume, current.volume))


def _as_thin(scan: Scan) -> Scan:
    """Say of the 4 mm voxels what lets volumes be compared: they are the drawn ones, not measured ones."""
    return replace(scan, series=replace(scan.series, thickness_mm=1.0, kernel=""))


def line_of(course: Course, found: History, lines: Timeline) -> LesionLine | None:
    number = max(n for n, instance in enumerate(course.instances) if instance is not None)
    visit, instance = found.visits[number], course.instances[number]
    return None if instance is None else lines.line_of(lesion_of(visit, visit.canvas.instances[instance]))


def test_every_course_is_one_line_with_its_volumes(patient: tuple[History, Timeline]) -> None:
    found, lines = patient
    courses = followed_courses(found)
    assert len(courses) >= 3
    for course in courses:
        line = line_of(course, found, lines)
        assert line is not None
        expected = [
            0.0 if n is None else visit.canvas.instances[n].volume_mm3
            for visit, n in zip(found.visits, course.instances, strict=True)
        ]
        assert [point.volume_mm3 for point in line.points] == pytest.approx(expected)


def test_growth_has_the_doubling_time_it_was_drawn_with(patient: tuple[History, Timeline]) -> None:
    found, lines = patient
    days = (found.visits[-1].day - found.visits[0].day).days
    grown = [course for course in followed_courses(found) if course.factor > 1]
    assert grown
    for course in grown:
        line = line_of(course, found, lines)
        assert line is not None
        assert line.doubling_days == pytest.approx(days * math.log(2) / (3 * math.log(course.factor)), rel=0.01)
