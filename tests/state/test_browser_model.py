"""What there is to choose from, what is proposed, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ai.series import Notice, Patient, Series, Study
from viewer.state.browser_model import BrowserModel, without_copies
from viewer.state.role import Role
from viewer.state.study_words import count_words, holds, pair_words, patient_words, series_words, visit_words

ROE = Patient("Roe^Richard", "T-1", date(1950, 1, 2), "M", "074Y")
DOE = Patient("Doe, Jane", "T-2")
NOW, THEN = date(2024, 3, 1), date(2023, 2, 2)
GAP = Notice("2 slices are missing above slice 5.", grave=True)
DAMAGED = Notice("broken.dcm is cut off.", grave=True, of_place=True)
STRANGER = Notice("1 file was no DICOM and left out.", of_place=True)


def series(uid: str, day: date | None = NOW, patient: Patient = ROE, slices: int = 300) -> Series:
    """Make a chest series of the one visit of its patient and day."""
    study = Study(f"{patient.identifier} {day}", day, "CT chest", "Test hospital", patient)
    return Series(
        uid,
        Path("/disc"),
        study,
        number=3,
        description="Thorax 1.0 B60f",
        kernel="B60f",
        thickness_mm=1.0,
        shape=(slices, 512, 512),
        body_part="CHEST",
    )


def browser(found: Sequence[Series], searching: bool = False) -> BrowserModel:
    """Return a browser that holds these."""
    model = BrowserModel()
    model.begin(Role.CURRENT)
    model.tell(Role.CURRENT, found)
    if not searching:
        model.end(Role.CURRENT)
    return model


def proposed(model: BrowserModel) -> object:
    """Return the UIDs of what is proposed."""
    proposal = model.value.proposal()
    if proposal is None:
        return None
    return proposal.uid if isinstance(proposal, Series) else (proposal.current.uid, proposal.prior.uid)


def test_the_only_likely_pair_is_proposed() -> None:
    assert proposed(browser([series("now"), series("then", THEN), series("doe", patient=DOE)])) == ("now", "then")


def test_of_several_pairs_none_is_and_of_no_pair_the_first_readable_series() -> None:
    several = [series("a"), series("b", THEN), series("c", patient=DOE), series("d", THEN, DOE)]
    assert proposed(browser(several)) == "c"
    assert proposed(browser([series("scout", slices=2), series("whole")])) == "whole"
    assert proposed(browser([series("scout", slices=2)])) == "scout"
    assert proposed(browser([])) is None


def test_a_search_for_a_prior_adds_and_proposes_what_it_found() -> None:
    model = browser([series("now")])
    model.begin(Role.PRIOR)
    model.tell(Role.PRIOR, [series("then", THEN, slices=3), series("then too", THEN)])
    assert model.value.count == 3
    assert (model.value.opens_as, proposed(model)) == (Role.PRIOR, "then too")
    model.opened()
    assert model.value.opens_as is Role.CURRENT


def test_a_search_for_a_current_scan_begins_anew() -> None:
    model = browser([series("now")])
    model.begin(Role.PRIOR)
    model.tell(Role.PRIOR, [series("then", THEN)])
    model.begin(Role.CURRENT)
    assert model.value.count == 0
    assert model.value.searching == {Role.CURRENT}


def test_of_copies_the_fullest_is_listed() -> None:
    part, whole = series("a", slices=100), replace(series("a"), source=Path("/copy"))
    assert without_copies([part, whole, part]) == [whole]
    assert browser([part, whole]).value.count == 1


def test_what_tells_of_the_place_is_told_once_and_warns_of_no_series() -> None:
    found = [replace(series("a"), notices=(DAMAGED, STRANGER, GAP)), replace(series("b"), notices=(DAMAGED, STRANGER))]
    model = browser(found)
    assert model.value.left_out == (DAMAGED, STRANGER)
    assert model.harmless() == (STRANGER,)
    assert [model.value.warnings_of(one) for one in found] == [(GAP.text,), ()]


def test_stacks_that_still_grow_are_not_warned_of() -> None:
    growing = replace(series("a"), notices=(GAP,))
    assert browser([growing], searching=True).value.warnings_of(growing) == ()


def test_a_series_knows_its_visit() -> None:
    model = browser([series("a"), series("b"), series("then", THEN)])
    visit = model.value.visit_of(series("b"))
    assert visit is not None
    assert [s.uid for s in visit.series] == ["a", "b"]
    assert model.value.visit_of(series("elsewhere")) is None


def test_it_is_shown_hidden_and_toggled() -> None:
    model = BrowserModel()
    seen: list[bool] = []
    model.changed.connect(lambda before, after: seen.append(after.shown))
    for intent in (model.show, model.show, model.toggle, model.hide, model.toggle):
        intent()
    assert seen == [True, False, True]


def test_words_of_a_patient_and_what_stands_for_them_when_hidden() -> None:
    assert patient_words(ROE) == ("Roe, Richard", "T-1 · born 1950-01-02 · M · 74 y")
    assert patient_words(ROE, hidden_as="Patient 2") == ("Patient 2", "")
    assert patient_words(Patient()) == ("No patient named", "")
    assert patient_words(Patient(identifier="T-9")) == ("No name", "T-9")


def test_words_of_visits_series_and_pairs_leave_out_what_is_unknown() -> None:
    one = series("a")
    assert visit_words(one.study) == ("2024-03-01", "CT chest · Test hospital")
    assert visit_words(Study()) == ("No date", "")
    assert series_words(one) == ("3  Thorax 1.0 B60f", "300 × 1 mm · B60f · Chest")
    assert series_words(Series("b", Path("/scans/b.mha"), shape=(1, 4, 4))) == ("b.mha", "1 slice")
    assert pair_words(one) == "2024-03-01  Thorax 1.0 B60f"
    assert pair_words(replace(one, description="Lung", thickness_mm=1.25)) == "2024-03-01  Lung  1.25 mm  B60f"


def test_words_of_how_much_there_is() -> None:
    assert count_words(browser([series("a"), series("b", patient=DOE)]).value) == "2 series of 2 patients"
    assert count_words(browser([series("a")], searching=True).value) == "1 series of 1 patient so far"
    assert count_words(browser([series("a", patient=Patient())]).value) == "1 series"
    assert count_words(BrowserModel().value) == ""


def test_every_word_that_is_sought_must_be_there() -> None:
    assert holds("Roe, Richard T-1 CT chest", "roe CHEST")
    assert not holds("Roe, Richard T-1 CT chest", "roe knee")
    assert holds("anything", "")
