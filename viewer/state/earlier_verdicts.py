"""Verdicts on changes that outlive the window: kept with the current scan, found again when its prior is opened."""

from __future__ import annotations

from collections.abc import Sequence

from ai.change import Comparison, FindingChange, LesionChange
from ai.geometry import PointMm
from ai.session import JudgedChange
from viewer.state.change_key import ChangeKey, key_of
from viewer.state.comparison_model import ComparisonOnScreen
from viewer.state.verdict import Verdict

_SAME_MM = 3.0
"""Two scans compared anew give a lesion's middle again to a voxel or so."""


def verdicts_again(earlier: Sequence[JudgedChange], comparison: Comparison, prior_uid: str) -> dict[ChangeKey, Verdict]:
    """Return what the reader said earlier of the changes of a comparison with this prior."""
    with_it = [one for one in earlier if one.prior_uid == prior_uid]
    found: dict[ChangeKey, Verdict] = {}
    for change in _changes(comparison):
        key = key_of(change)
        verdict = next((Verdict(one.verdict) for one in with_it if _same(one, key)), None)
        if verdict is not None:
            found[key] = verdict
    return found


def verdicts_to_keep(
    earlier: Sequence[JudgedChange], compared: ComparisonOnScreen, prior_uid: str | None
) -> tuple[JudgedChange, ...]:
    """Return the verdicts on the comparison on screen, and those of earlier ones with other priors."""
    if compared.comparison is None or prior_uid is None:
        return tuple(earlier)
    now = (_judged(change, compared, prior_uid) for change in _changes(compared.comparison))
    return (*(one for one in earlier if one.prior_uid != prior_uid), *(one for one in now if one is not None))


def _changes(comparison: Comparison) -> Sequence[LesionChange | FindingChange]:
    return [*comparison.lesions, *comparison.findings]


def _judged(change: LesionChange | FindingChange, compared: ComparisonOnScreen, prior_uid: str) -> JudgedChange | None:
    key = key_of(change)
    verdict = compared.verdict(key)
    if verdict is Verdict.OPEN:
        return None
    return JudgedChange(key.abnormality, verdict.value, prior_uid, key.prior, key.current)


def _same(earlier: JudgedChange, key: ChangeKey) -> bool:
    return (
        earlier.abnormality == key.abnormality
        and _near(earlier.prior, key.prior)
        and _near(earlier.current, key.current)
    )


def _near(one: PointMm | None, other: PointMm | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.distance_mm(other) <= _SAME_MM
