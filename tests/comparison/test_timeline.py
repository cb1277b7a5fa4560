"""Lines of lesions whose fates over several studies are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from ai.change import ChangeKind, LesionChange, Registration
from ai.comparison import older_study, timeline
from ai.comparison.older_study import lightened
from ai.findings import Analysis, Finding, Lesion, Setting, Thresholds
from ai.geometry import Matrix, PointMm
from ai.series import Scan
from ai.timeline import LesionLine, OlderStudy, Sight, Timeline
from ai.volume import Volume, VoxelGrid, axis_aligned
from tests.support.synthetic_analysis import analysis, finding, lesion, scan, sphere_mm3

GRID = axis_aligned((30, 30, 40), (10.0, 10.0, 10.0), PointMm(-195, -145, -145))
FIRST = date(2022, 3, 1)
HIGHER_MM = 25.0
"""The current scan lies so much higher than every older one."""


def study(number: int, days: int, grid: VoxelGrid = GRID) -> Scan:
    """Return the scan of a visit, so many days after the first."""
    return scan(Volume(np.full(grid.shape, -1000, np.int16), grid), FIRST + timedelta(days=days), f"1.2.{number}")


def raised() -> Registration:
    """Return the map from an older scan to the current one."""
    matrix = np.eye(4)
    matrix[2, 3] = HIGHER_MM
    return Registration(matrix, 0.95)


def then(superior: float, diameter_mm: float, left: float = -60.0, name: str = "nodule") -> Lesion:
    """Return a lesion of an older scan, at a height in the current scan's coordinates."""
    return lesion(name, (left, 0, superior - HIGHER_MM), diameter_mm)


def now(superior: float, diameter_mm: float, left: float = -60.0, name: str = "nodule") -> Lesion:
    """Return a lesion of the current scan."""
    return lesion(name, (left, 0, superior), diameter_mm)


def nodules(*lesions: Lesion, logit: float = 2.0) -> Analysis:
    """Return an analysis of nothing but nodules."""
    return analysis(finding("nodule", logit, lesions))


class Patient:
    """Visits added one by one; the current one is the last of all."""

    def __init__(self, current: Analysis, days: int = 700) -> None:
        self.current, self.analysis = study(99, days), current
        self.older: list[OlderStudy] = []

    def before(self, days: int, seen: Analysis, grid: VoxelGrid = GRID) -> Patient:
        """Add an older study."""
        visit = study(len(self.older), days, grid)
        self.older.append(older_study(visit, seen, self.current, self.analysis, raised()))
        return self

    def timeline(self) -> Timeline:
        """Return the lines."""
        return timeline(self.current, self.analysis, self.older)


def sights(line: LesionLine) -> list[str]:
    return [point.sight.value for point in line.points]


def volumes(line: LesionLine) -> list[float]:
    return [point.volume_mm3 for point in line.points]


def test_a_lesion_keeps_its_line_whatever_the_order_of_the_studies() -> None:
    patient = Patient(nodules(now(50, 12), now(-40, 8)), 700)
    patient.before(400, nodules(then(50, 10), then(-40, 8)))
    patient.before(0, nodules(then(-41, 8), then(51, 6)))
    patient.before(200, nodules(then(50, 8), then(-40, 8)))
    found = patient.timeline()
    assert [one.taken_on for one in found.studies] == [FIRST + timedelta(days=d) for d in (0, 200, 400, 700)]
    assert found.current == 3
    growing, steady = found.lines
    assert volumes(growing) == [pytest.approx(sphere_mm3(d)) for d in (6, 8, 10, 12)]
    assert volumes(steady) == [pytest.approx(sphere_mm3(8))] * 4
    assert growing.points[0].place.superior == pytest.approx(51 - HIGHER_MM)


def test_the_doubling_time_over_all_dates() -> None:
    """Volume doubles every 150 days; diameters are those of spheres."""
    patient = Patient(nodules(now(50, 6 * 2 ** (600 / 450))), 600)
    for days in (0, 100, 350):
        patient.before(days, nodules(then(50, 6 * 2 ** (days / 450))))
    (line,) = patient.timeline().lines
    assert line.doubling_days == pytest.approx(150)
    assert line.doublings == (None, *[pytest.approx(150)] * 3)
    assert line.baseline is line.points[0]


def test_a_lesion_that_came_and_one_that_went_have_points_that_say_so() -> None:
    patient = Patient(nodules(now(50, 10)), 600)
    patient.before(0, nodules(then(-40, 9)))
    patient.before(200, nodules(then(-40, 7)))
    patient.before(400, nodules(then(50, 6)))
    came, went = patient.timeline().lines
    assert sights(came) == ["not seen", "not seen", "seen", "seen"]
    assert sights(went) == ["seen", "seen", "not seen", "not seen"]
    assert volumes(went)[:2] == [pytest.approx(sphere_mm3(9)), pytest.approx(sphere_mm3(7))]
    assert went.points[3].place.superior == pytest.approx(-40)
    assert came.points[0].place.superior == pytest.approx(50 - HIGHER_MM)
    assert went.nadir is went.points[1]


def test_two_lesions_gone_in_different_places_are_two_lines() -> None:
    patient = Patient(nodules(), 300)
    patient.before(0, nodules(then(-40, 9)))
    patient.before(100, nodules(then(40, 9)))
    assert [sights(line)[:2] for line in patient.timeline().lines] == [["not seen", "seen"], ["seen", "not seen"]]


def test_where_a_study_ends_the_lesion_is_not_covered() -> None:
    upper = GRID.crop((20, 0, 0), (10, 30, 40))
    patient = Patient(nodules(now(-60, 10)), 300)
    patient.before(0, nodules(then(-60, 9)))
    patient.before(100, nodules(), upper)
    (line,) = patient.timeline().lines
    assert [point.sight for point in line.points] == [Sight.SEEN, Sight.NOT_COVERED, Sight.SEEN]
    assert line.doubling_days is not None


def test_the_study_being_read_may_lie_among_the_others() -> None:
    patient = Patient(nodules(now(50, 8)), 100)
    patient.before(0, nodules(then(50, 6)))
    patient.before(400, nodules(then(50, 10)))
    found = patient.timeline()
    assert found.current == 1
    assert volumes(found.lines[0]) == [pytest.approx(sphere_mm3(d)) for d in (6, 8, 10)]


def test_a_nodule_that_became_a_mass_is_one_line_under_its_latest_name() -> None:
    patient = Patient(analysis(finding("mass", lesions=(now(0, 36, name="mass"),))), 400)
    patient.before(0, nodules(then(0, 20))).before(200, nodules(then(0, 28)))
    (line,) = patient.timeline().lines
    assert line.abnormality.name == "mass"
    assert sights(line) == ["seen"] * 3


def test_a_line_knows_at_which_settings_it_is_told() -> None:
    sure = with_thresholds(finding("nodule", 4.0, (then(50, 8),)))
    faint = with_thresholds(finding("nodule", -1.0, (now(50, 8),)))
    (line,) = Patient(analysis(faint)).before(0, analysis(sure)).timeline().lines
    assert [line.told(s) for s in Setting] == [True, True, True]
    (alone,) = Patient(analysis(faint)).before(0, analysis(with_thresholds(finding("nodule", -4.0)))).timeline().lines
    assert [setting for setting in Setting if alone.told(setting)] == [Setting.SENSITIVE]


def test_a_line_is_found_by_any_of_its_lesions() -> None:
    mine, other = now(50, 8), now(-40, 8)
    earlier = then(50, 7)
    found = Patient(nodules(mine, other)).before(0, nodules(earlier)).timeline()
    assert found.line_of(earlier) is found.line_of(mine) is found.lines[0]
    assert found.line_of(other) is found.lines[1]
    assert found.line_of(now(90, 8)) is None


def test_a_lesion_that_split_is_one_line_whose_volume_is_the_sum() -> None:
    """Two years ago one lesion, last year and now two beside each other."""
    parts = now(50, 9), now(62, 7)
    patient = Patient(nodules(*parts), 700)
    patient.before(350, nodules(then(50, 8), then(62, 6)))
    whole = then(55, 14)
    split = LesionChange(whole.abnormality, ChangeKind.SPLIT, (whole,), parts)
    patient.older.append(replace(patient.before(0, nodules()).older.pop(), changes=(split,)))
    (line,) = patient.timeline().lines
    assert [len(point.lesions) for point in line.points] == [1, 2, 2]
    assert volumes(line)[1] == pytest.approx(sphere_mm3(8) + sphere_mm3(6))
    assert line.points[2].longest_mm == pytest.approx(16)
    assert line.points[2].diameter_mm == 9


def test_lesions_that_merged_are_parts_of_one_point() -> None:
    patient = Patient(nodules(now(55, 20)), 700)
    small, large = then(62, 7), then(50, 9)
    merged = LesionChange(small.abnormality, ChangeKind.MERGED, (small, large), patient.analysis.findings[0].lesions)
    patient.older.append(replace(patient.before(0, nodules()).older.pop(), changes=(merged,)))
    (line,) = patient.timeline().lines
    assert line.points[0].lesions == (large, small)
    assert line.points[0].place == large.centre


def test_what_makes_points_differ_by_itself_is_said() -> None:
    patient = Patient(nodules(now(50, 8)), 100).before(100, nodules(then(50, 8)))
    undated = scan(Volume(np.full(GRID.shape, -1000, np.int16), GRID), None, "1.2.77")
    poor = Registration(raised().prior_to_current, 0.5)
    patient.older.append(older_study(undated, nodules(then(50, 8)), patient.current, patient.analysis, poor))
    found = patient.timeline()
    said = " ".join(notice.text for notice in found.notices)
    assert "A study date is missing" in said
    assert "Two studies are of one day (2022-06-09)" in said
    assert "fits the current scan poorly" in said
    assert found.studies[0].taken_on is None
    assert found.lines[0].doubling_days is None


def test_growth_is_told_from_thin_slices_of_like_kernels_alone() -> None:
    """Volume doubles every 150 days; the second study has thick slices, the third a sharp kernel, and both are off."""
    patient = Patient(nodules(now(50, 6 * 2 ** (600 / 450))), 600)
    for days, size in ((0, 6.0), (100, 14.0), (350, 4.0)):
        patient.before(days, nodules(then(50, size)))
    of = [replace(one.study, kernel="B30f", thickness_mm=1.0) for one in patient.older]
    of = [of[0], replace(of[1], thickness_mm=5.0), replace(of[2], kernel="B70f")]
    older = [replace(one, study=study) for one, study in zip(patient.older, of, strict=True)]
    current = replace(patient.current, series=replace(patient.current.series, kernel="B31f", thickness_mm=1.0))
    found = timeline(current, patient.analysis, older)
    (line,) = found.lines
    assert line.doubling_days == pytest.approx(150)
    assert line.doublings[:3] == (None, None, None)
    assert line.doublings[3] == pytest.approx(150)
    assert volumes(line)[1] == pytest.approx(sphere_mm3(14))
    said = " ".join(notice.text for notice in found.notices)
    assert "5 mm thick" in said
    assert "between a sharp and a smooth one" in said


def test_nothing_of_the_voxels_is_kept() -> None:
    kept = Patient(nodules(now(50, 8))).before(0, nodules(then(50, 8))).older[0]
    assert not any(isinstance(value, Volume | Scan | Analysis) for value in vars(kept).values())


def test_a_light_map_says_the_same_to_half_a_millimetre() -> None:
    def breathed(points: Matrix) -> Matrix:
        bent = points.copy()
        bent[:, 2] += 9 * np.sin(points[:, 1] / 55) * np.cos(points[:, 2] / 70)
        return bent

    full = Registration(np.eye(4), 0.9, breathed, breathed)
    light = lightened(full, GRID, GRID)
    points = np.random.default_rng(2).uniform(-130, 130, (500, 3))
    assert np.abs(light.to_current(points) - full.to_current(points)).max() < 0.5
    assert np.abs(light.to_prior(points) - full.to_prior(points)).max() < 0.5
    assert light.deformable


def with_thresholds(one: Finding) -> Finding:
    """Return a finding that knows three thresholds."""
    return replace(one, thresholds=Thresholds(0.2, 0.5, 0.9))
