"""The real window: a finding becomes a sentence, it leads to its place, a report is held against the picture."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from ai.discrepancy import DiscrepancyKind
from ai.draft import Language
from ai.geometry import PointMm
from tests.journeys.test_reading import on_disk
from tests.support.window import Hand, StandInModel, open_window, stand_in_engines
from viewer.app import build_window
from viewer.state.change_key import key_of
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


def test_asked_for_in_qts_own_menu_of_docks_the_report_is_in_step(hand: Hand) -> None:
    shows = hand.window.report.toggleViewAction()
    told: list[bool] = []
    hand.reading.report.changed.connect(lambda before, after: told.append(after.shown))
    shows.trigger()
    shows.trigger()
    assert told == [False, True]
    assert hand.window.report.isVisible()
    hand.press(Qt.Key.Key_R, CTRL)
    assert not hand.window.report.isVisible()


def test_the_language_is_remembered_at_the_next_start(qtbot: QtBot, tmp_path: Path) -> None:
    kept = QSettings(str(tmp_path / "choices.ini"), QSettings.Format.IniFormat)
    first, second = (build_window(stand_in_engines(StandInModel()), kept) for _ in range(2))
    QTest.mouseClick(first.report.draft.languages[Language.CHINESE], LEFT)
    assert not second.report.draft.languages[Language.CHINESE].isChecked()
    third = build_window(stand_in_engines(StandInModel()), kept)
    assert third.report.draft.languages[Language.CHINESE].isChecked()
    for window in (first, second, third):
        window.close()
        window.deleteLater()


def choose_in_menu(hand: Hand, title: str, words: str, folder: Path) -> None:
    """Open a menu of the bar, click on an entry, and choose a folder in the dialog that it opens."""
    bar = hand.window.menuBar()
    entry = next(action for action in bar.actions() if action.text() == title)
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(entry).center())
    menu = next(menu for menu in hand.window.findChildren(QMenu) if menu.menuAction() is entry)
    hand.qtbot.waitUntil(menu.isVisible)
    action = next(action for action in menu.actions() if action.text() == words)
    assert action.isEnabled()
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    hand.qtbot.waitUntil(lambda: hand.window.findChild(QFileDialog) is not None)
    dialog = hand.window.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    dialog.selectFile(str(folder))
    dialog.accept()


def written(hand: Hand, folder: Path) -> None:
    """Wait until the board says where the objects lie."""

    def said() -> None:
        assert any(str(folder) in text for text in hand.window.notices.texts()), hand.window.notices.texts()

    hand.qtbot.waitUntil(said, timeout=180_000)


@pytest.fixture
def pair(qtbot: QtBot, tmp_path: Path) -> Iterator[Hand]:
    """Return a hand on a window with a current scan and its prior, compared."""
    made = open_window(qtbot, StandInModel())
    made.open(on_disk(tmp_path / "current", "1.2.3.4.2", date(2024, 3, 1)))
    made.open(on_disk(tmp_path / "prior", "1.2.3.4.1", date(2023, 12, 1)), Role.PRIOR)
    qtbot.waitUntil(lambda: made.reading.comparison.value.comparison is not None, timeout=20_000)
    yield made
    made.window.close()
    made.window.deleteLater()


def test_saved_as_dicom_and_opened_again_the_session_goes_on(pair: Hand, qtbot: QtBot, tmp_path: Path) -> None:
    rows = pair.window.side.findings[Role.CURRENT].rows
    QTest.mouseClick(rows["nodule"].accept, LEFT)
    QTest.mouseClick(rows["groundglass"].reject, LEFT)
    changes = pair.reading.comparison.value.comparison
    assert changes is not None
    nodule = next(key_of(change) for change in changes.lesions if change.abnormality.name == "nodule")
    QTest.mouseClick(pair.window.side.changes.rows[nodule].accept, LEFT)
    pair.press(Qt.Key.Key_R, CTRL)
    qtbot.waitUntil(lambda: any(line.key.startswith("nodule") for line in pair.reading.report.value.lines))
    click_line(pair, "nodule")
    pair.press(Qt.Key.Key_Home)
    pair.press("Spiculated. ")
    choose_in_menu(pair, "File", "Save as DICOM …", tmp_path / "current")
    written(pair, tmp_path / "current" / "dicom")
    model = StandInModel()
    again = open_window(qtbot, model)
    again.open(tmp_path / "current")
    findings = again.reading.findings[Role.CURRENT].value
    assert model.asked == []
    line = again.window.findChild(QLabel, "ModelLine")
    assert isinstance(line, QLabel)
    assert line.text().endswith("read back, not run again")
    assert (findings.verdict("nodule"), findings.verdict("groundglass")) == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert place_of(again, "nodule").distance_mm(place_of(pair, "nodule")) < 0.01
    assert {finding.abnormality.name for finding in findings.ordered()} == {"nodule", "groundglass", "emphysema"}
    again.press(Qt.Key.Key_R, CTRL)
    editor = again.window.report.draft.editor
    qtbot.waitUntil(lambda: again.reading.report.value.draft is not None, timeout=20_000)
    assert "Spiculated. Nodule" in editor.toPlainText()
    assert "Ground-glass" not in editor.toPlainText()
    again.open(tmp_path / "prior", Role.PRIOR)
    qtbot.waitUntil(lambda: again.reading.comparison.value.comparison is not None, timeout=20_000)
    accepted = [key for key, said in again.reading.comparison.value.verdicts.items() if said is Verdict.ACCEPTED]
    assert [key.abnormality for key in accepted] == ["nodule"]
    again.window.close()
    again.window.deleteLater()


def test_saved_as_anonymous_dicom_nothing_names_the_patient(hand: Hand, tmp_path: Path) -> None:
    accept(hand, "nodule")
    click_line(hand, "nodule")
    hand.press("Smith ")
    (tmp_path / "out").mkdir()
    choose_in_menu(hand, "File", "Save as anonymous DICOM …", tmp_path / "out")
    written(hand, tmp_path / "out" / "dicom")
    for path in (tmp_path / "out" / "dicom").iterdir():
        for secret in (b"Smith", b"1.2.3.4.2", b"20240301"):
            assert secret not in path.read_bytes(), path.name
