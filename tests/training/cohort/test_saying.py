"""What a report says of a scan as a whole: joined over its sentences."""

from __future__ import annotations

from ai.organs import LOBES
from ai.report.mention import Side
from ai.training.cohort.saying import labelled
from ai.training.cohort.words import Change, Said


def test_what_is_there_anywhere_is_there() -> None:
    said = labelled("No nodule in the left lung. There is a nodule in the right upper lobe. Possible pneumonia.")
    assert said.labels["nodule"].said is Said.PRESENT
    assert said.places["nodule"].organs == {"right_upper"}
    assert said.places["nodule"].side is Side.RIGHT
    assert said.labels["pneumonia"].said is Said.UNCERTAIN


def test_places_of_several_sentences_are_joined() -> None:
    said = labelled("There is a nodule in the right upper lobe. There is a nodule in the left lower lobe.")
    assert said.places["nodule"].organs == {"right_upper", "left_lower"}
    assert said.places["nodule"].side is Side.BOTH


def test_where_one_place_is_no_organ_all_organs_are_allowed() -> None:
    said = labelled("Calcification of the aorta. Calcification of the left hilum.")
    assert said.places["calcification"].organs == frozenset()
    assert "hilum" in said.places["calcification"].locations


def test_both_lungs_are_all_lobes() -> None:
    assert labelled("Ground-glass opacity in both lungs.").places["groundglass"].organs == set(LOBES)


def test_a_course_is_a_change_and_the_new_comes_before_the_old() -> None:
    said = labelled("Unchanged nodule in the left lung. New nodule in the right lung. The pneumothorax has resolved.")
    assert said.changes["nodule"] is Change.NEW
    assert said.changes["pneumothorax"] is Change.RESOLVED
    assert said.labels["pneumothorax"].value == 0.0


def test_a_report_that_says_nothing_has_no_labels() -> None:
    assert labelled("").labels == {}
