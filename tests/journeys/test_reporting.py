"""The real window: a finding becomes a sentence, it leads to its place, a report is held against the picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ai.discrepancy import DiscrepancyKind
from ai.draft import Language
from ai.geometry import PointMm
from tests.journeys.test_reading import on_disk
from tests.support.window import Hand, StandInModel, open_window
from viewer.state.role import Role
from viewer.state.verdict import Verdict

pytestmark = pytest.mark.journey

CTRL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def hand(qtbot: QtBot, tmp_path: Path) -> Iterator[Hand]:
    """Return a hand on a window with an analysed scan, its report on screen."""
    made = open_window(qtbot, StandInModel())
    made.open(on_disk(tmp_path / "current", "1.2.3.4.2", date(2024, 3, 1)))
    made.press(Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: made.reading.report.value.draft is not None, timeout=20_000)
    yield made
    made.window.close()
    made.window.deleteLater()


def accept(hand: Hand, name: str) -> None:
    """Accept a finding in the list and wait until the draft speaks of it."""
    QTest.mouseClick(hand.window.side.findings[Role.CURRENT].rows[name].accept, LEFT)
    hand.qtbot.waitUntil(lambda: any(line.key.startswith(name) for line in hand.reading.report.value.lines))


def click_line(hand: Hand, beginning: str) -> None:
    """Click on a line of the editor by the beginning of its key."""
    editor = hand.window.report.draft.editor
    key = next(key for key, _ in editor.lines() if key.startswith(beginning))
    editor.go_to(key)
    cursor = editor.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, 4)
    QTest.mouseClick(editor.viewport(), LEFT, pos=editor.cursorRect(cursor).center())


def place_of(hand: Hand, name: str) -> PointMm:
    """Return where a finding's lesion lies."""
    finding = hand.reading.findings[Role.CURRENT].value.finding(name)
    assert finding is not None
    return finding.lesions[0].centre


def test_an_accepted_finding_becomes_a_sentence_that_leads_to_its_place(hand: Hand) -> None:
    panel = hand.window.report.draft
    assert "Nodule" not in panel.editor.toPlainText()
    assert "2 findings" in panel.unread.text()
    accept(hand, "nodule")
    assert "Nodule in the right upper lobe, 11.0 × 9.0 mm" in panel.editor.toPlainText()
    assert "Ground" not in panel.editor.toPlainText()
    assert "1 finding." in panel.unread.text()
    away = hand.state().crosshair
    click_line(hand, "nodule")
    assert hand.state().crosshair != away
    assert hand.state().crosshair.distance_mm(place_of(hand, "nodule")) < 0.01
    number = int(panel.editor.toPlainText().split("(slice ")[1].split(")")[0])
    hand.seen(hand.canvas())
    picture = hand.canvas().picture
    assert picture is not None
    assert picture.look.slice_number == number


def test_what_the_reader_rewrites_stays_his_whatever_is_accepted_later(hand: Hand) -> None:
    accept(hand, "nodule")
    editor = hand.window.report.draft.editor
    click_line(hand, "nodule")
    window = hand.state()
    hand.press(Qt.Key.Key_Home)
    hand.press("g spiculated ")
    assert hand.state() == window
    accept(hand, "groundglass")
    text = editor.toPlainText()
    assert "g spiculated Nodule" in text
    assert "Ground-glass opacity" in text
    rows = hand.window.side.findings[Role.CURRENT].rows
    QTest.mouseClick(rows["groundglass"].reject, LEFT)
    hand.qtbot.waitUntil(lambda: "Ground-glass" not in editor.toPlainText())
    QTest.mouseClick(rows["nodule"].reject, LEFT)
    hand.qtbot.waitUntil(lambda: any(line.left_behind for line in hand.reading.report.value.lines))
    assert "g spiculated Nodule" in editor.toPlainText()
    assert "no longer accepted" in hand.window.report.draft.said.text()


def test_the_report_is_copied_and_saved_in_either_language(hand: Hand, tmp_path: Path) -> None:
    accept(hand, "nodule")
    panel = hand.window.report.draft
    QTest.mouseClick(panel.languages[Language.CHINESE], LEFT)
    hand.qtbot.waitUntil(lambda: "结节" in panel.editor.toPlainText())
    QTest.mouseClick(panel.copy, LEFT)
    copied = QApplication.clipboard().text()
    assert copied.startswith("胸部CT")
    assert "仅供研究使用" in copied
    path = tmp_path / "report.txt"
    panel.save_to(path)
    hand.qtbot.waitUntil(lambda: any("report.txt" in text for text in hand.window.notices.texts()))
    assert path.read_text(encoding="utf-8") == hand.reading.report.value.text()


def test_a_pasted_report_with_a_swapped_side_is_held_against_the_picture(hand: Hand) -> None:
    dock = hand.window.report
    dock.tabs.setCurrentWidget(dock.second_reader)
    panel = dock.second_reader
    report = "FINDINGS: The heart is normal. There is a 10 mm nodule in the left upper lobe. Ground-glass opacity."
    QApplication.clipboard().setText(report)
    panel.text.setFocus()
    hand.press(Qt.Key.Key_V, CTRL)
    QTest.mouseClick(panel.check, LEFT)
    hand.qtbot.waitUntil(lambda: len(panel.rows) == 1, timeout=20_000)
    ((discrepancy, row),) = panel.rows.items()
    assert discrepancy.kind is DiscrepancyKind.SIDE
    assert dock.tabs.tabText(1) == "Second reader (1)"
    QTest.mouseClick(row, LEFT)
    assert hand.state().crosshair.distance_mm(place_of(hand, "nodule")) < 0.01
    (mark,) = panel.text.extraSelections()
    assert "10 mm nodule in the left upper lobe" in mark.cursor.selectedText()
    QTest.mouseClick(row.reject, LEFT)
    assert hand.reading.second_reader.value.verdict(discrepancy) is Verdict.REJECTED
    assert dock.tabs.tabText(1) == "Second reader"


def test_the_report_goes_and_comes_with_one_key_and_the_keys_go_back(hand: Hand) -> None:
    accept(hand, "nodule")
    click_line(hand, "nodule")
    hand.press("x")
    written = hand.reading.report.value.lines
    hand.press(Qt.Key.Key_Escape)
    assert hand.canvas().hasFocus()
    hand.press(Qt.Key.Key_R, CTRL)
    assert not hand.window.report.isVisible()
    hand.press(Qt.Key.Key_R, CTRL)
    assert hand.window.report.isVisible()
    assert hand.reading.report.value.lines == written
