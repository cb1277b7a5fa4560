"""Four questions about the patient, asked by buttons; a line says what was told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.advice import NOTHING_TOLD, Told
from viewer.state.patient_model import PatientModel
from viewer.widgets.patient_section import PatientSection, told_words


@pytest.fixture
def section(qtbot: QtBot) -> PatientSection:
    """Return the section, unfolded, over nothing told."""
    made = PatientSection(PatientModel())
    qtbot.addWidget(made)
    made.show()
    QTest.mouseClick(made.fold, Qt.MouseButton.LeftButton)
    return made


def down(section: PatientSection) -> set[tuple[str, bool | None]]:
    """Return the answers whose buttons are down."""
    return {key for key, button in section.buttons.items() if button.isChecked()}


def test_nothing_is_told_at_first(section: PatientSection) -> None:
    fields = ("screening", "known_cancer", "immunosuppressed", "high_risk")
    assert down(section) == {(field, None) for field in fields}
    assert section.fold.name == "Patient: not told"


def test_answers_are_told_and_taken_back(section: PatientSection) -> None:
    for key in (("screening", True), ("high_risk", False)):
        section.buttons[key].click()
    assert section._patient.value == Told(screening=True, high_risk=False)
    assert section.fold.name == "Patient: screening · low risk"
    section.buttons["screening", None].click()
    assert section._patient.value == Told(high_risk=False)


def test_a_model_that_forgets_lets_all_buttons_up(section: PatientSection) -> None:
    section._patient.tell(Told(known_cancer=True))
    assert ("known_cancer", True) in down(section)
    section._patient.tell(NOTHING_TOLD)
    assert ("known_cancer", None) in down(section)


def test_folded_the_questions_are_hidden(section: PatientSection) -> None:
    assert section.questions.isVisible()
    QTest.mouseClick(section.fold, Qt.MouseButton.LeftButton)
    assert not section.questions.isVisible()


def test_words() -> None:
    told = Told(screening=False, known_cancer=False, immunosuppressed=False, high_risk=True)
    assert told_words(told) == "not for screening · no known cancer · not immunosuppressed · high risk"
