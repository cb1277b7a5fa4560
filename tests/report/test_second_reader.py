"""The second reader: each kind of discrepancy, one sentence at a time, and what is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ai.advice import Advice
from ai.change import ChangeKind, Comparison, LesionChange, Registration
from ai.discrepancy import Discrepancy, DiscrepancyKind, ReadingToCheck
from ai.draft import Language
from ai.findings import NEVER, Doubt, Finding, Lesion, Quantity, Thresholds
from ai.geometry import PointMm
from ai.report import check_report
from ai.report.advice_check import allowed
from ai.report.report_claims import claims_of, months_in
from tests.report.second_reading.measuring import measured
from tests.report.second_reading.writers import DEVELOPED_ON
from tests.support.readings import scan_of
from tests.support.synthetic_analysis import analysis, finding, lesion

NODULE = lesion("nodule", (-70, 0, 90), 8.0, "right_upper")
SEEN = finding("nodule", 3.0, (NODULE,))
K = DiscrepancyKind


def reading(*findings: Finding, rejected: frozenset[str] = frozenset()) -> ReadingToCheck:
    """Return a picture; labels that are not named are not looked for."""
    return ReadingToCheck(scan_of(), analysis(*findings), rejected)


def kinds(text: str, picture: ReadingToCheck) -> list[tuple[DiscrepancyKind, str]]:
    return [(one.kind, one.abnormality) for one in check_report(text, picture)]


def only(text: str, picture: ReadingToCheck) -> Discrepancy:
    (one,) = check_report(text, picture)
    return one


@pytest.mark.parametrize(
    "text",
    [
        "There is an 8 mm nodule in the right upper lobe.",
        "8 x 8 mm solid nodule in the RUL. No pleural effusion.",
        "Nodule in the right upper lobe, 9 mm, unchanged.",
        "Multiple pulmonary nodules, the largest 8 mm.",
        "Possible nodule in the right upper lobe.",
        "右肺上叶见结节，大小约8mm。",
    ],
)
def test_a_report_that_says_what_the_picture_shows_is_left_in_peace(text: str) -> None:
    assert check_report(text, reading(SEEN, finding("pleural_effusion", -3))) == ()


def test_what_the_report_does_not_speak_of_is_shown_in_its_place() -> None:
    one = only("The heart is normal in size.", reading(SEEN))
    assert (one.kind, one.abnormality, one.span) == (K.SILENT, "nodule", None)
    assert one.place == NODULE.centre
    assert one.words == "The picture shows nodule 8.0 mm in the right upper lobe; the report does not speak of it."


def test_of_what_the_model_has_not_learned_it_neither_says_yes_nor_no() -> None:
    for logit in (-3.0, 9.0):
        unlearned = replace(finding("fracture", logit), threshold=NEVER, thresholds=Thresholds.never())
        for text in ("Fracture of the left sixth rib.", "No fracture."):
            assert check_report(text, reading(unlearned)) == ()


@pytest.mark.parametrize(("confidence", "asked_for"), [(0.9, True), (0.6, False)])
def test_an_instance_held_for_sure_on_a_close_look_is_asked_for_whatever_the_whole_says(
    confidence: float, asked_for: bool
) -> None:
    body = replace(NODULE, confidence=confidence)
    looked = replace(finding("nodule", -3, (body,)), instance_thresholds=Thresholds(0.5, 0.7, 0.8))
    found = check_report("The heart is normal in size.", reading(looked))
    assert [(one.kind, one.abnormality) for one in found] == [(K.SILENT, "nodule")] * asked_for


def test_what_the_report_denies_is_shown_with_its_sentence() -> None:
    text = "Clear lungs. No pneumothorax. Normal heart."
    one = only(text, reading(finding("pneumothorax", 3)))
    assert one.kind is K.SILENT
    assert one.span is not None
    assert "No pneumothorax" in text[slice(*one.span)]
    assert "there is none" in one.words


@pytest.mark.parametrize(
    "picture",
    [
        reading(finding("nodule", 3, (lesion("nodule", (-70, 0, 90), 4.0),))),
        reading(finding("nodule", 0.5, (NODULE,), threshold=0.7)),
        reading(finding("scarring", 3)),
        reading(SEEN, rejected=frozenset({"nodule"})),
        reading(),
    ],
    ids=["small", "below threshold", "minor", "rejected by the reader", "nothing"],
)
def test_what_does_not_matter_is_not_asked_for(picture: ReadingToCheck) -> None:
    assert check_report("The heart is normal in size.", picture) == ()


def test_what_the_picture_does_not_show_is_asked_about() -> None:
    text = "Left pleural effusion. Nodule in the right upper lobe, 8 mm."
    one = only(text, reading(SEEN, finding("pleural_effusion", -3)))
    assert (one.kind, one.abnormality, one.place) == (K.UNSEEN, "pleural_effusion", None)
    assert one.span is not None
    assert text[slice(*one.span)].strip() == "Left pleural effusion."


@pytest.mark.parametrize(
    "text", ["Possible pleural effusion.", "History of pleural effusion.", "Tuberculosis.", "The effusion resolved."]
)
def test_doubt_history_and_what_the_model_does_not_look_for_are_not_contradicted(text: str) -> None:
    assert check_report(text, reading(finding("pleural_effusion", -3))) == ()


def test_a_swapped_side_is_one_discrepancy_and_no_other() -> None:
    text = "Nodule in the left upper lobe, 8 mm."
    one = only(text, reading(SEEN))
    assert (one.kind, one.place) == (K.SIDE, NODULE.centre)
    assert one.words == "The report says left; the picture shows nodule 8.0 mm in the right upper lobe."


def test_a_side_swapped_in_the_impression_only() -> None:
    text = "FINDINGS: Nodule in the right upper lobe, 8 mm.\n\nIMPRESSION:\n1. Left upper lobe nodule, 8 mm.\n"
    one = only(text, reading(SEEN))
    assert one.kind is K.SIDE
    assert one.span is not None
    assert one.span[0] > text.index("IMPRESSION")


def test_a_nodule_on_each_side_is_no_swap() -> None:
    both = finding("nodule", 3, (NODULE, lesion("nodule", (70, 0, 80), 8.0, "left_upper")))
    text = "Nodule of 8 mm in the right upper lobe. Nodule of 8 mm in the left upper lobe."
    assert check_report(text, reading(both)) == ()


def test_the_side_of_fluid_is_told_by_its_volume() -> None:
    fluid = Quantity("effusion_volume", "", 300.0, "ml", "", "", (("right_lung", 290.0), ("left_lung", 10.0)))
    said = replace(analysis(finding("pleural_effusion", 3)), quantities=(fluid,))
    picture = replace(reading(), analysis=said)
    assert kinds("Left pleural effusion.", picture) == [(K.SIDE, "pleural_effusion")]
    assert check_report("Right pleural effusion.", picture) == ()
    assert check_report("Bilateral pleural effusions.", picture) == ()


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("8 mm", ""),
        ("10 mm", ""),
        ("6 mm", ""),
        ("11 mm", "The report says 11 mm; the picture shows nodule 8.0 mm"),
        ("8 cm", "ten times"),
        ("0.8 mm", "a tenth"),
        ("0.8 cm", ""),
    ],
)
def test_sizes(size: str, words: str) -> None:
    found = check_report(f"Nodule in the right upper lobe, {size}.", reading(SEEN))
    assert [one.kind for one in found] == ([K.SIZE] if words else [])
    assert all(words in one.words for one in found)


def test_an_earlier_size_is_no_size_of_now() -> None:
    text = "Nodule in the right upper lobe, 8 mm, previously 4 mm."
    assert check_report(text, reading(SEEN)) == ()


def test_a_large_body_where_the_picture_shows_none_of_its_kind() -> None:
    text = "Nodule in the right upper lobe, 8 mm. Nodule in the left upper lobe, {}."
    assert kinds(text.format("12 mm"), reading(SEEN)) == [(K.UNSEEN, "nodule")]
    assert kinds(text.format("5 mm"), reading(SEEN)) == []


def test_two_nodules_are_told_apart_by_their_lobes() -> None:
    two = finding("nodule", 3, (NODULE, lesion("nodule", (-70, 40, -10), 15.0, "right_lower")))
    text = "Nodules: right upper lobe nodule 8 mm."
    one = only(text.replace("Nodules: ", ""), reading(two))
    assert (one.kind, one.place) == (K.SILENT, PointMm(-70, 40, -10))


@pytest.mark.parametrize(
    "text",
    [
        "A 9 mm nodule in the right thyroid lobe.",
        "Adrenal nodule of 14 mm on the left.",
        "Cyst of the left kidney, 3 cm.",
        "No suspicious bone lesion.",
    ],
)
def test_what_lies_outside_the_lungs_is_another_matter(text: str) -> None:
    found = kinds(text, reading(SEEN, finding("cyst", -3), finding("mass", -3)))
    assert found == [(K.SILENT, "nodule")]


def compared(kind: ChangeKind, now: tuple[Lesion, ...], *findings: Finding) -> ReadingToCheck:
    change = LesionChange(NODULE.abnormality, kind, (NODULE,), now)
    there = Registration(np.diag([1.0, 1.0, 1.0, 1.0]) + np.eye(4, k=3) * 5, 0.9)
    return replace(reading(*findings), prior=scan_of(), comparison=Comparison(there, (change,), (), 90))


def test_a_lesion_of_the_prior_that_is_gone_wants_a_word() -> None:
    picture = compared(ChangeKind.GONE, (), finding("nodule", -3))
    one = only("Clear lungs.", picture)
    assert (one.kind, one.place) == (K.PRIOR, PointMm(-65, 0, 90))
    assert check_report("The nodule in the right upper lobe has resolved.", picture) == ()
    assert check_report("No pulmonary nodules.", picture) == ()
    assert kinds("No nodule in the left lower lobe.", picture) == [(K.PRIOR, "nodule")]


def test_a_lesion_of_the_prior_that_is_still_there_is_asked_for_once() -> None:
    picture = compared(ChangeKind.STABLE, (NODULE,), SEEN)
    assert kinds("Clear lungs.", picture) == [(K.PRIOR, "nodule")]
    assert check_report("Unchanged nodule in the right upper lobe.", picture) == ()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Findings: Pneumothorax on the left. Nodule.\nImpression: Lung nodule.", ["pneumothorax"]),
        ("Findings: Pneumothorax on the left. Nodule.\nImpression: Left pneumothorax.", []),
        ("Findings: Pneumothorax on the left. Nodule.", []),
        ("所见：左侧气胸。\n诊断意见：双肺未见结节。", ["pneumothorax"]),
        ("Findings: Small right pleural effusion.\nImpression: No acute finding.", []),
        ("Findings: Large right pleural effusion.\nImpression: No acute finding.", ["pleural_effusion"]),
        ("Findings: No pneumothorax.\nImpression: No acute finding.", []),
    ],
)
def test_what_is_critical_belongs_into_the_impression(text: str, missing: list[str]) -> None:
    picture = reading(finding("pneumothorax", 0.5, threshold=0.5), finding("pleural_effusion", 0.5, threshold=0.5))
    found = [one.abnormality for one in check_report(text, picture) if one.kind is K.IMPRESSION]
    assert found == missing


def advise(found: Lesion, change: LesionChange | None, alike: Sequence[Lesion]) -> Advice:
    follows = "at low risk: CT at 6–12 months, then consider CT at 18–24 months; at high risk: CT at 3–6 months"
    return Advice("A guideline 2017", "solid", follows, "", "")


@pytest.mark.parametrize(
    ("advised", "contradicts"),
    [
        ("Follow-up CT in 6-12 months is recommended.", False),
        ("Follow-up CT in 1 year.", False),
        ("Repeat CT in 3 months.", False),
        ("Recommend CT in 24 months.", True),
        ("Follow-up CT in two years.", True),
        ("No follow-up is needed.", True),
        ("建议半年后复查CT。", False),
        ("建议2年后复查。", True),
        ("无需随访。", True),
        ("The patient was treated 24 months ago.", False),
    ],
)
def test_advice_is_held_against_the_guideline(advised: str, contradicts: bool) -> None:
    text = f"Nodule in the right upper lobe, 8 mm. {advised}"
    found = check_report(text, reading(SEEN), advise=advise)
    assert [one.kind for one in found] == ([K.ADVICE] if contradicts else [])
    assert all("A guideline 2017" in one.words and one.span is not None for one in found)


def test_no_follow_up_is_allowed_where_the_guideline_lets_none_follow() -> None:
    assert allowed(None, "no routine follow-up")
    assert allowed((12, 12), "at low risk: no routine follow-up; at high risk: optional CT at 12 months")
    assert not allowed((12, 12), "CT at 3–6 months")


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("in 3 months", (3, 3)),
        ("3–6 months", (3, 6)),
        ("6 to 12 months", (6, 12)),
        ("in one year", (12, 12)),
        ("3-month follow-up", (3, 3)),
        ("3个月", (3, 3)),
        ("半年后", (6, 6)),
        ("6～12个月", (6, 12)),
    ],
)
def test_intervals(text: str, months: tuple[float, float]) -> None:
    assert months_in(text) == [months]


def test_claims_know_where_the_impression_is() -> None:
    found = claims_of("FINDINGS: Nodule.\nIMPRESSION: Emphysema.\nRECOMMENDATION: Follow-up in 3 months.")
    assert [(claim.name, claim.in_impression) for claim in found.claims] == [("nodule", False), ("emphysema", True)]
    assert [one.months for one in found.follow_ups] == [(3, 3)]


def test_the_worst_comes_first_and_speaks_the_readers_language() -> None:
    text = "左肺上叶见结节，大小约8mm。双侧胸腔积液。"
    picture = reading(SEEN, finding("pneumothorax", 3), finding("pleural_effusion", -3))
    found = check_report(text, picture, Language.CHINESE)
    assert [one.kind for one in found] == [K.SIDE, K.SILENT, K.UNSEEN]
    assert found[0].words == "报告写左侧，图像显示结节 8.0 mm右肺上叶。"


def test_nothing_is_said_of_an_empty_report_or_a_scan_in_grave_doubt() -> None:
    assert check_report("  \n", reading(SEEN)) == ()
    withheld = replace(analysis(SEEN), doubts=(Doubt("No chest.", grave=True),))
    assert check_report("Clear lungs.", replace(reading(), analysis=withheld)) == ()


def test_planted_errors_are_found_and_false_alarms_are_few() -> None:
    """A small part of ``python -m tests.report.second_reading``, on seeds that it was mended on."""
    figures = measured(range(140), DEVELOPED_ON)
    assert figures.grounded.total() >= 60
    assert figures.share_found >= 0.9
    assert figures.false_alarms_a_study <= 1.5
