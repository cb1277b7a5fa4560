"""What is new, grown, stable, shrunk and gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from ai.advice import Advice, Told
from ai.change import ChangeKind, Comparison, Registration
from ai.comparison import advised_anew, compare
from ai.findings import Analysis, Composition, ModelCard
from ai.geometry import PointMm
from ai.volume import Volume, axis_aligned
from tests.support.synthetic_analysis import analysis, finding, lesion, scan, sphere_mm3
from tests.support.synthetic_chest import motion

_GRID = axis_aligned((120, 30, 40), (2.5, 10.0, 10.0), PointMm(-195, -145, -145))
_VOLUME = Volume(np.full(_GRID.shape, -1000, dtype=np.int16), _GRID)
_STILL = Registration(np.eye(4), 0.95)


def _compared(
    then: Analysis, now: Analysis, found: Registration = _STILL, days: int | None = 90, low: Volume = _VOLUME
) -> Comparison:
    prior = scan(low, date(2024, 1, 1))
    current = scan(_VOLUME, None if days is None else date.fromordinal(date(2024, 1, 1).toordinal() + days))
    return compare(prior, then, current, now, found)


def _kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(change.abnormality.name, change.kind.value) for change in comparison.lesions]


def test_each_kind_of_lesion_change() -> None:
    then = analysis(
        finding("nodule", lesions=(lesion("nodule", (-60, 0, 50), 8), lesion("nodule", (60, 0, 50), 10, "left_upper"))),
        finding("cyst", lesions=(lesion("cyst", (-60, 0, -50), 20), lesion("cyst", (60, 0, -50), 20, "left_lower"))),
    )
    now = analysis(
        finding("nodule", lesions=(lesion("nodule", (-61, 2, 52), 10), lesion("nodule", (-60, 0, -90), 6))),
        finding("cyst", lesions=(lesion("cyst", (-60, 0, -50), 15), lesion("cyst", (60, 1, -50), 20, "left_lower"))),
    )
    comparison = _compared(then, now)
    assert _kinds(comparison) == [
        ("nodule", "grown"),
        ("cyst", "shrunk"),
        ("cyst", "stable"),
        ("nodule", "new"),
        ("nodule", "gone"),
    ]
    grown = comparison.lesions[0]
    assert grown.volume_change == pytest.approx(sphere_mm3(10) / sphere_mm3(8) - 1)
    assert grown.doubling_days == pytest.approx(90 * np.log(2) / (3 * np.log(10 / 8)))
    assert comparison.days_between == 90


def test_lesions_are_matched_where_the_registration_puts_them() -> None:
    rigid = motion((0, 0, 10), (30, -20, 40))
    moved = rigid[:3, :3] @ [-60, 0, 50] + rigid[:3, 3]
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 50)),)))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (moved[0], moved[1], moved[2])),)))
    assert _kinds(_compared(then, now, Registration(rigid, 0.9))) == [("nodule", "stable")]
    assert _kinds(_compared(then, now)) == [("nodule", "new"), ("nodule", "gone")]


def test_a_map_that_follows_the_breath_is_held_to_its_word() -> None:
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 50), 6),)))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 62), 6),)))
    followed = replace(_STILL, warp_to_current=lambda points: points, warp_to_prior=lambda points: points)
    assert _kinds(_compared(then, now)) == [("nodule", "stable")]
    assert _kinds(_compared(then, now, followed)) == [("nodule", "new"), ("nodule", "gone")]


def test_of_two_neighbours_each_finds_its_own() -> None:
    """The nearest pair first would join 0 with 8 and leave two alone."""
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 6), lesion("nodule", (-60, 0, 10), 6))))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 8), 6), lesion("nodule", (-60, 0, 20), 6))))
    comparison = _compared(then, now)
    pairs = {(c.prior.centre.superior, c.current.centre.superior) for c in comparison.lesions if c.prior and c.current}
    assert pairs == {(0, 8), (10, 20)}


def test_a_nodule_that_became_a_mass_is_one_lesion_and_one_finding() -> None:
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 28),)), finding("mass", logit=-2))
    now = analysis(finding("mass", lesions=(lesion("mass", (-62, 3, 0), 36),)), finding("nodule", logit=-2))
    comparison = _compared(then, now)
    assert _kinds(comparison) == [("mass", "grown")]
    (change,) = comparison.findings
    assert (change.abnormality.name, change.kind) == ("mass", ChangeKind.GROWN)
    assert change.prior is not None and change.prior.abnormality.name == "nodule"


def test_left_and_right_are_never_one_lesion() -> None:
    then = analysis(finding("mass", lesions=(lesion("mass", (-10, 0, 0), 60, "right_upper"),)))
    now = analysis(finding("mass", lesions=(lesion("mass", (10, 0, 0), 60, "left_upper"),)))
    assert _kinds(_compared(then, now)) == [("mass", "new"), ("mass", "gone")]


def test_one_place_under_two_labels_is_one_lesion() -> None:
    both = (
        finding("mass", lesions=(lesion("mass", (-60, 0, 0), 40),)),
        finding("nodule", lesions=(lesion("nodule", (-61, 0, 0), 38),)),
    )
    assert _kinds(_compared(analysis(*both), analysis(*both))) == [("mass", "stable")]


def test_what_fell_below_the_threshold_is_a_partner_but_not_told_alone() -> None:
    seen, doubted = (
        finding("nodule", lesions=(lesion("nodule", (-60, 0, 0)),)),
        finding("nodule", logit=-1, lesions=(lesion("nodule", (-60, 0, 0)), lesion("nodule", (-60, 0, 90)))),
    )
    assert _kinds(_compared(analysis(seen), analysis(doubted))) == [("nodule", "stable")]
    assert _kinds(_compared(analysis(doubted), analysis(doubted))) == []


def test_where_the_other_scan_ends_nothing_is_new() -> None:
    upper = _GRID.crop((80, 0, 0), (40, 30, 40))
    short = Volume(np.ascontiguousarray(_VOLUME.hu[80:]), upper)
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, -80)),)))
    comparison = _compared(analysis(finding("nodule", logit=-2)), now, low=short)
    assert comparison.lesions == ()
    assert any("lies outside the prior scan" in notice.text for notice in comparison.notices)


def test_findings_in_both_only_then_only_now() -> None:
    then = analysis(finding("groundglass"), finding("pleural_effusion"), finding("emphysema", logit=-3))
    now = analysis(finding("emphysema"), finding("groundglass"), finding("pleural_effusion", logit=-3))
    kinds = {change.abnormality.name: change.kind.value for change in _compared(then, now).findings}
    assert kinds == {"emphysema": "new", "groundglass": "stable", "pleural_effusion": "gone"}


def test_without_dates_there_is_no_doubling_time_and_that_is_said() -> None:
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 8),)))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 12),)))
    comparison = _compared(then, now, days=None)
    assert comparison.days_between is None
    assert comparison.lesions[0].doubling_days is None
    assert comparison.lesions[0].kind is ChangeKind.GROWN
    assert any("study date" in notice.text for notice in comparison.notices)


def test_of_thick_slices_the_diameters_are_compared_and_that_is_said() -> None:
    """From 8 to 9.5 mm a volume grows by two thirds, and a diameter by less than the 2 mm that are real."""
    thick = axis_aligned((60, 30, 40), (5.0, 10.0, 10.0), PointMm(-195, -145, -145))
    low = Volume(np.full(thick.shape, -1000, dtype=np.int16), thick)
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 8), lesion("nodule", (-60, 0, 60), 8))))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 9.5), lesion("nodule", (-60, 0, 60), 12))))
    assert _kinds(_compared(then, now)) == [("nodule", "grown"), ("nodule", "grown")]
    comparison = _compared(then, now, low=low)
    assert _kinds(comparison) == [("nodule", "stable"), ("nodule", "grown")]
    assert [change.kind for change in comparison.findings] == [ChangeKind.GROWN]
    for change in comparison.lesions:
        assert change.volume_change is change.doubling_days is change.mass_change is change.mass_doubling_days is None
    assert any("5.0 mm are too thick" in notice.text for notice in comparison.notices)


def test_between_a_sharp_and_a_smooth_kernel_no_doubling_time_is_told() -> None:
    then = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 8),)))
    now = analysis(finding("nodule", lesions=(lesion("nodule", (-60, 0, 0), 12),)))
    prior, current = scan(_VOLUME, date(2024, 1, 1)), scan(_VOLUME, date(2024, 6, 1))
    prior, current = (
        replace(one, series=replace(one.series, kernel=kernel)) for one, kernel in ((prior, "B30f"), (current, "B70f"))
    )
    comparison = compare(prior, then, current, now, _STILL)
    (change,) = comparison.lesions
    assert (change.kind, change.doubling_days) == (ChangeKind.GROWN, None)
    assert change.volume_change == pytest.approx(1.5**3 - 1)
    assert any("no doubling time" in notice.text for notice in comparison.notices)


def test_doubts_are_said() -> None:
    other = ModelCard("other", "2", "cd" * 32, "something else")
    comparison = _compared(analysis(), analysis(card=other), Registration(np.eye(4), 0.55), days=-10)
    said = " ".join(notice.text for notice in comparison.notices)
    assert "fit each other poorly" in said
    assert "different models" in said
    assert "swapped" in said


def test_guidelines_are_asked_again_when_something_is_told() -> None:
    """A new solid nodule of 10 mm: what it is by Fleischner without a word, at low risk, and in a screened patient."""
    new = replace(lesion("nodule", (-60, 0, 50), 10), composition=Composition.SOLID, solid_mm=10.0)
    then, now = analysis(), analysis(finding("nodule", lesions=(new,)))
    fine = axis_aligned((30, 30, 40), (1.0, 10.0, 10.0), PointMm(-195, -145, 35))
    low = Volume(np.full(fine.shape, -1000, np.int16), fine)
    seen = scan(low, date(2024, 1, 1)), scan(low, date(2024, 6, 1))
    compared = compare(seen[0], then, seen[1], now, _STILL)
    assert "Holds if" in _given(compared, "Fleischner 2017").why
    healthy = Told(screening=False, known_cancer=False, immunosuppressed=False, high_risk=False)
    told = advised_anew(compared, *seen, healthy)
    assert "no known cancer" not in _given(told, "Fleischner 2017").why
    assert not _given(told, "Lung-RADS v2022").given
    screened = advised_anew(told, *seen, replace(healthy, screening=True))
    assert not _given(screened, "Fleischner 2017").given
    assert _given(screened, "Lung-RADS v2022").category == "4B"
    assert not _given(advised_anew(told, *seen, replace(healthy, known_cancer=True)), "Fleischner 2017").given
    assert [c.currents for c in told.lesions] == [c.currents for c in compared.lesions]
    at_once = compare(seen[0], then, seen[1], now, _STILL, told=healthy)
    assert [c.advice for c in at_once.lesions] == [c.advice for c in told.lesions]


def _given(comparison: Comparison, guideline: str) -> Advice:
    (change,) = comparison.lesions
    return next(advice for advice in change.advice if advice.guideline == guideline)
