"""A patient drawn at several visits: every lesion keeps its course."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ai.phantom.studies.history import Course, History, drawn_history
from tests.support.drawn_history import ASKED, SPACING_MM, VISITS, history

SEEDS = (11, 12, 13)


def diameters(found: History, course: Course) -> list[float | None]:
    return [
        None if n is None else visit.canvas.instances[n].diameter_mm
        for visit, n in zip(found.visits, course.instances, strict=True)
    ]


def test_visits_are_of_one_patient_on_later_and_later_days() -> None:
    found = history()
    scans = [visit.scan() for visit in found.visits]
    days = [scan.series.study.taken_on for scan in scans]
    assert None not in days
    assert all(a < b for a, b in pairwise(day for day in days if day is not None))
    assert len({scan.series.study.patient for scan in scans}) == 1
    assert len({scan.series.uid for scan in scans}) == VISITS
    assert all((visit.hu != found.visits[0].hu).any() for visit in found.visits[1:])


def test_each_instance_of_each_visit_has_one_course() -> None:
    found = history()
    for number, visit in enumerate(found.visits):
        told = [course.instances[number] for course in found.courses]
        assert sorted(n for n in told if n is not None) == list(range(len(visit.canvas.instances)))
    for course in found.courses:
        labels = {
            visit.canvas.instances[n].label
            for visit, n in zip(found.visits, course.instances, strict=True)
            if n is not None
        }
        assert labels == {course.label}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_grows_grows_at_one_rate(seed: int) -> None:
    """Equal factors of diameter in equal times: log diameter lies on a line over the days."""
    found = history(seed)
    days = np.array([visit.day.toordinal() for visit in found.visits], dtype=float)
    changing = [course for course in found.courses if course.factor != 1.0]
    for course in changing:
        sizes = np.log([d for d in diameters(found, course) if d is not None])
        expected = np.log(course.factor) * (days - days[0]) / (days[-1] - days[0])
        assert sizes - sizes[0] == pytest.approx(expected, abs=1e-6)
    steady = [course for course in found.courses if course.factor == 1.0 and None not in course.instances]
    for course in steady:
        stays = diameters(found, course)
        assert stays == [stays[0]] * VISITS


def test_over_some_patients_lesions_come_go_grow_and_shrink() -> None:
    courses = [course for seed in SEEDS for course in history(seed).courses]
    there = {tuple(n is not None for n in course.instances) for course in courses}
    assert any(course.factor > 1 for course in courses)
    assert any(course.factor < 1 for course in courses)
    assert any(seen[0] and not seen[-1] for seen in there)
    assert any(seen[-1] and not seen[0] for seen in there)
    assert all(list(seen) in (sorted(seen), sorted(seen, reverse=True)) for seen in there)


def test_the_same_seed_draws_the_same_visits() -> None:
    again = drawn_history(11, VISITS, ASKED, SPACING_MM)
    assert again.courses == history().courses
    assert all((a.hu == b.hu).all() for a, b in zip(again.visits, history().visits, strict=True))
