"""What the reader said of changes is found again when the prior is opened in another session."""

from __future__ import annotations

from dataclasses import replace

from ai.change import Comparison
from tests.support.readings import analysis_of, comparison_of, scan_of, shift
from viewer.state.change_key import key_of
from viewer.state.comparison_model import ComparisonModel
from viewer.state.earlier_verdicts import verdicts_again, verdicts_to_keep
from viewer.state.verdict import Verdict


def compared() -> Comparison:
    grid = scan_of().volume.grid
    return comparison_of(shift(), analysis_of(grid, nodule=2.0), analysis_of(grid, nodule=2.0, mass=1.0))


def judged(comparison: Comparison) -> ComparisonModel:
    """Return a model in which the first lesion is accepted, the last rejected, a finding accepted."""
    model = ComparisonModel()
    model.show(comparison)
    model.judge(key_of(comparison.lesions[0]), Verdict.ACCEPTED)
    model.judge(key_of(comparison.lesions[-1]), Verdict.REJECTED)
    model.judge(key_of(comparison.findings[0]), Verdict.ACCEPTED)
    model.judge(key_of(comparison.findings[1]), Verdict.OPEN)
    return model


def test_verdicts_are_found_again_by_place() -> None:
    comparison = compared()
    model = judged(comparison)
    kept = verdicts_to_keep((), model.value, "prior")
    assert [one.verdict for one in kept] == ["accepted", "rejected", "accepted"]
    said = {key: verdict for key, verdict in model.value.verdicts.items() if verdict is not Verdict.OPEN}
    near = [
        replace(one, current=None if one.current is None else replace(one.current, left=one.current.left + 2))
        for one in kept
    ]
    assert verdicts_again(near, comparison, "prior") == said
    far = [
        replace(one, current=None if one.current is None else replace(one.current, left=one.current.left + 9))
        for one in kept
    ]
    assert verdicts_again(far, comparison, "prior") == {key_of(comparison.findings[0]): Verdict.ACCEPTED}
    assert verdicts_again(kept, comparison, "another prior") == {}


def test_of_another_prior_they_are_kept_beside() -> None:
    model = judged(compared())
    earlier = verdicts_to_keep((), model.value, "oldest")
    both = verdicts_to_keep(earlier, model.value, "prior")
    assert [one.prior_uid for one in both] == ["oldest"] * 3 + ["prior"] * 3
    assert verdicts_to_keep(both, model.value, "prior") == both
    assert verdicts_to_keep(earlier, ComparisonModel().value, None) == earlier


def test_what_is_said_now_counts_more_than_what_was_said_then() -> None:
    comparison = compared()
    key = key_of(comparison.lesions[0])
    model = ComparisonModel()
    model.judge(key, Verdict.REJECTED)
    model.show(comparison, {key: Verdict.ACCEPTED, key_of(comparison.findings[0]): Verdict.ACCEPTED})
    assert model.value.verdict(key) is Verdict.REJECTED
    assert model.value.verdict(key_of(comparison.findings[0])) is Verdict.ACCEPTED
