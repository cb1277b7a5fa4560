"""Several lesions that became one, and one that became several."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from ai.change import ChangeKind, LesionChange, Registration
from ai.comparison.guidelines import Circumstances
from ai.comparison.joining import joined
from ai.comparison.lesion_changes import change_of
from ai.comparison.matching import matched
from ai.findings import Lesion
from tests.support.synthetic_analysis import lesion, sphere_mm3

_KNOWN = Circumstances(thickness_mm=1.0, compared=True, days=90)
_STILL = Registration(np.eye(4), 0.97)


def _changes(then: Sequence[Lesion], now: Sequence[Lesion]) -> list[LesionChange]:
    return [change_of(group, _KNOWN) for group in joined(matched(then, now, _STILL), _STILL)]


def _two(apart_mm: float, diameters_mm: tuple[float, float] = (12, 9)) -> list[Lesion]:
    return [lesion("nodule", (-60 - apart_mm * n, 0, 0), size) for n, size in enumerate(diameters_mm)]


def test_two_that_became_one_are_one_change_with_summed_volumes() -> None:
    (change,) = _changes(_two(11), [lesion("nodule", (-64, 0, 0), 20)])
    assert change.kind is ChangeKind.MERGED
    assert [one.diameter_mm for one in change.priors] == [12, 9]
    assert change.prior_mm3 == pytest.approx(sphere_mm3(12) + sphere_mm3(9))
    assert change.volume_change == pytest.approx(sphere_mm3(20) / (sphere_mm3(12) + sphere_mm3(9)) - 1)
    assert change.doubling_days is not None and change.doubling_days > 0
    assert change.diameter_change_mm is None


def test_one_that_became_two_is_split() -> None:
    (change,) = _changes([lesion("nodule", (-64, 0, 0), 20)], _two(11))
    assert change.kind is ChangeKind.SPLIT
    assert len(change.currents) == 2 and len(change.priors) == 1
    assert change.volume_change is not None and change.volume_change < 0


def test_what_lies_beside_is_new_or_gone() -> None:
    assert [c.kind for c in _changes(_two(40), [lesion("nodule", (-61, 0, 0), 14)])] == [
        ChangeKind.GROWN,
        ChangeKind.GONE,
    ]
    assert ChangeKind.NEW in [c.kind for c in _changes([lesion("nodule", (-61, 0, 0), 14)], _two(40))]


def test_a_small_lesion_has_not_swallowed_a_large_one() -> None:
    """The sums must add up: half of what was there is no merger."""
    then = [lesion("nodule", (-60, 0, 0), 8), lesion("nodule", (-66, 0, 0), 16)]
    kinds = [c.kind for c in _changes(then, [lesion("nodule", (-62, 0, 0), 9)])]
    assert ChangeKind.MERGED not in kinds


def test_two_pairs_stay_two() -> None:
    assert [c.kind for c in _changes(_two(14), _two(14))] == [ChangeKind.STABLE, ChangeKind.STABLE]
