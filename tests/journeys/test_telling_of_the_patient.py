"""What guidelines must know of the patient, told by clicks in the real window; the advice follows at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.advice import NOTHING_TOLD, Told
from ai.comparison import compare
from tests.journeys.test_reading import on_disk
from tests.support.window import Hand, StandInModel, open_window_over, stand_in_engines
from viewer.state.role import Role

pytestmark = pytest.mark.journey


@pytest.fixture
def hand(qtbot: QtBot, tmp_path: Path) -> Iterator[Hand]:
    """Return a hand on a window in which two studies are compared, with the real guidelines."""
    prior = on_disk(tmp_path / "prior", "1.2.3.4.1", date(2023, 12, 1))
    current = on_disk(tmp_path / "current", "1.2.3.4.2", date(2024, 3, 1))
    made = open_window_over(qtbot, replace(stand_in_engines(StandInModel()), compare=compare))
    made.open(current)
    made.open(prior, Role.PRIOR)
    qtbot.waitUntil(lambda: made.reading.comparison.value.comparison is not None, timeout=20_000)
    made.window.side.tabs.setCurrentWidget(made.window.side.changes)
    yield made
    made.window.close()
    made.window.deleteLater()


def said(hand: Hand) -> str:
    """Return all advice on the rows of the changes."""
    return "\n".join(row.toolTip() for row in hand.window.side.changes.rows.values())


def answer(hand: Hand, field: str, value: bool | None) -> None:
    """Click one answer."""
    QTest.mouseClick(hand.window.side.patient.buttons[field, value], Qt.MouseButton.LeftButton)


def test_known_cancer_screening_and_risk_are_told_by_clicks(hand: Hand) -> None:
    section = hand.window.side.patient
    assert section.fold.isVisible()
    assert "The patient has a known cancer." not in said(hand)
    before = said(hand)
    QTest.mouseClick(section.fold, Qt.MouseButton.LeftButton)
    answer(hand, "known_cancer", True)
    hand.qtbot.waitUntil(lambda: "The patient has a known cancer." in said(hand), timeout=5000)
    answer(hand, "screening", False)
    hand.qtbot.waitUntil(lambda: "not taken for screening" in said(hand), timeout=5000)
    assert section.fold.name == "Patient: not for screening · known cancer"
    for field in ("known_cancer", "screening"):
        answer(hand, field, None)
    hand.qtbot.waitUntil(lambda: said(hand) == before, timeout=5000)


def test_it_is_forgotten_with_the_study(hand: Hand, tmp_path: Path) -> None:
    QTest.mouseClick(hand.window.side.patient.fold, Qt.MouseButton.LeftButton)
    answer(hand, "known_cancer", True)
    assert hand.reading.patient.value == Told(known_cancer=True)
    hand.window.open_paths([on_disk(tmp_path / "later", "1.2.3.4.3", date(2024, 9, 1))], Role.CURRENT)
    hand.qtbot.waitUntil(lambda: hand.reading.patient.value == NOTHING_TOLD, timeout=20_000)
