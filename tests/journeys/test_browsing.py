"""An archive is dropped on the real window and read from its study browser, with mouse and keyboard."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ai.progress import Progress
from ai.scan import find_series, write_dicom
from ai.series import Patient, Series, Study
from tests.support.readings import grid_of, scan_of
from tests.support.window import Hand, StandInModel, open_window_over, stand_in_engines
from viewer.state.role import Role
from viewer.steps import engines
from viewer.widgets.study_rows import PairRow, SeriesRow

pytestmark = pytest.mark.journey

CTRL = Qt.KeyboardModifier.ControlModifier
ROE, WANG = Patient("Roe^Richard", "T-1", sex="M"), Patient("王^小东", "T-2", sex="F")
NOW, THEN, SPRING = date(2024, 3, 1), date(2023, 12, 1), date(2023, 4, 1)
CHEST = grid_of((24, 48, 48), (3.0, 5.0, 5.0))
"""Just enough slices for a chest."""


class Gate:
    """The real search, which waits at its end until it is let go."""

    def __init__(self) -> None:
        self.held: threading.Event | None = None

    def find_series(self, path: Path, progress: Progress, so_far: engines.SoFar) -> Sequence[Series]:
        """Search; tell all of it, then wait while held."""
        found = find_series(path, progress, so_far)
        if self.held is not None:
            so_far(found)
            while not self.held.wait(0.005):
                progress.report(0.0, "Looking through 192 files")
        return found


def write(root: Path, patient: Patient, day: date, number: int, description: str) -> None:
    """Write one series of the one visit of its patient and day."""
    visit = patient.identifier[-1] + day.strftime("%m%y")
    uid = f"1.2.3.{visit}.{number}"
    study = Study(f"1.2.3.{visit}", day, "CT chest", "Test hospital", patient)
    scan = scan_of(CHEST, uid=uid, taken_on=day)
    series = replace(scan.series, study=study, number=number, description=description, body_part="CHEST")
    write_dicom(replace(scan, series=series), root / visit / str(number))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a folder with two patients, two visits each, two series each."""
    root = tmp_path / "archive"
    for patient, days in ((ROE, (NOW, THEN)), (WANG, (THEN, SPRING))):
        for day in days:
            write(root, patient, day, 2, "Thorax soft")
            write(root, patient, day, 3, "Thorax lung")
    (root / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM\x02")
    return root


@pytest.fixture
def gate() -> Gate:
    """Return a search that is not held."""
    return Gate()


@pytest.fixture
def hand(qtbot: QtBot, gate: Gate) -> Iterator[Hand]:
    """Return a hand on an empty window; closes it afterwards."""
    made = open_window_over(qtbot, replace(stand_in_engines(StandInModel()), find_series=gate.find_series))
    yield made
    if gate.held is not None:
        gate.held.set()
    made.window.close()
    made.window.deleteLater()


def drop(hand: Hand, *paths: Path, right: bool = False) -> None:
    """Drop files on the left or right half of the pictures."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPointF(hand.window.width() * (0.9 if right else 0.6), hand.window.height() / 2)
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (
        QDragEnterEvent(place.toPoint(), *how),
        QDragMoveEvent(place.toPoint(), *how),
        QDropEvent(place, *how),
    ):
        QApplication.sendEvent(hand.window, event)


def listed(hand: Hand) -> int:
    """Return how many series the browser shows."""
    tree = hand.window.browser.tree
    return sum(isinstance(item.row, SeriesRow) and not item.isHidden() for item in tree.items.values())


def on_screen(hand: Hand, role: Role) -> tuple[date | None, str] | None:
    """Return day and description of a scan that is whole."""
    shown = hand.reading.scans[role].value
    return (shown.series.study.taken_on, shown.series.description) if shown is not None and shown.whole else None


def found(hand: Hand, series: int) -> None:
    """Wait until the browser is there with all series and the search is over."""
    browser = hand.reading.browser
    hand.qtbot.waitUntil(lambda: browser.value.shown and not browser.value.searching, timeout=20_000)
    assert listed(hand) == series


def test_an_archive_is_dropped_and_enter_opens_the_proposed_pair(hand: Hand, archive: Path) -> None:
    drop(hand, archive)
    found(hand, 8)
    tree = hand.window.browser.tree
    assert hand.window.browser.isVisible()
    assert tree.hasFocus()
    assert hand.window.browser.count.text() == "8 series of 2 patients"
    hand.press("/")
    hand.press("roe")
    assert listed(hand) == 4
    hand.press(Qt.Key.Key_Return)
    assert tree.hasFocus()
    hand.press(Qt.Key.Key_Home)
    hand.press(Qt.Key.Key_Down)
    assert isinstance(tree.chosen, PairRow)
    hand.press(Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.PRIOR) == (THEN, "Thorax soft"), timeout=20_000)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) == (NOW, "Thorax soft"), timeout=20_000)
    hand.qtbot.waitUntil(lambda: hand.reading.comparison.value.comparison is not None, timeout=20_000)
    assert hand.canvas().hasFocus()
    assert hand.window.browser.isVisible()


def test_one_patient_needs_one_enter(hand: Hand, tmp_path: Path) -> None:
    for day in (NOW, THEN):
        write(tmp_path / "roe", ROE, day, 2, "Thorax soft")
        write(tmp_path / "roe", ROE, day, 3, "Thorax lung")
    drop(hand, tmp_path / "roe")
    found(hand, 4)
    hand.press(Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.PRIOR) == (THEN, "Thorax soft"), timeout=20_000)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) == (NOW, "Thorax soft"), timeout=20_000)


def test_a_series_is_opened_while_the_archive_is_still_indexed(hand: Hand, gate: Gate, archive: Path) -> None:
    gate.held = threading.Event()
    drop(hand, archive)
    hand.qtbot.waitUntil(lambda: listed(hand) == 8, timeout=20_000)
    browser, tree = hand.window.browser, hand.window.browser.tree
    row = browser.searches[0]
    hand.qtbot.waitUntil(lambda: "192 files" in row.words.text())
    assert browser.count.text() == "8 series of 2 patients so far"
    item = next(i for i in tree.items.values() if isinstance(i.row, SeriesRow) and i.row.title == "3  Thorax lung")
    tree.scrollToItem(item)
    for click in (QTest.mouseClick, QTest.mouseDClick):
        click(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(item).center())
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) == (NOW, "Thorax lung"), timeout=20_000)
    shown = hand.reading.scans[Role.CURRENT].value
    before = hand.state().crosshair
    hand.wheel(hand.canvas(), 1)
    assert hand.state().crosshair != before
    assert row.isVisible()
    gate.held.set()
    hand.qtbot.waitUntil(lambda: not hand.reading.browser.value.searching)
    assert hand.reading.scans[Role.CURRENT].value is shown
    hand.qtbot.waitUntil(lambda: not row.isVisible())


def test_keys_open_a_prior_by_hand_and_step_through_the_visit(hand: Hand, archive: Path) -> None:
    drop(hand, archive)
    found(hand, 8)
    tree = hand.window.browser.tree
    items = [i for i in tree.items.values() if isinstance(i.row, SeriesRow)]
    roe = [i for i in items if isinstance(i.row, SeriesRow) and i.row.series.study.patient.identifier == "T-1"]
    tree.setCurrentItem(roe[0])
    hand.press(Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) == (NOW, "Thorax soft"), timeout=20_000)
    hand.press(Qt.Key.Key_PageDown)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) == (NOW, "Thorax lung"), timeout=20_000)
    tree.setFocus()
    tree.setCurrentItem(roe[3])
    hand.press("p")
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.PRIOR) == (THEN, "Thorax lung"), timeout=20_000)
    assert on_screen(hand, Role.CURRENT) == (NOW, "Thorax lung")


def test_the_browser_is_hidden_and_comes_back_with_a_key(hand: Hand, archive: Path) -> None:
    hand.press(Qt.Key.Key_B, CTRL)
    assert hand.window.browser.isVisible()
    assert hand.window.browser.empty.isVisible()
    hand.press(Qt.Key.Key_B, CTRL)
    assert not hand.window.browser.isVisible()
    drop(hand, archive)
    found(hand, 8)
    hand.press(Qt.Key.Key_B, CTRL)
    assert not hand.window.browser.isVisible()


def test_thumbnails_of_what_is_in_sight_arrive_by_themselves(hand: Hand, archive: Path) -> None:
    sights: list[list[Series]] = []
    hand.window.browser.tree.in_sight.connect(sights.append)
    drop(hand, archive)
    found(hand, 8)
    drawn = hand.reading.thumbnails
    hand.qtbot.waitUntil(lambda: len(sights) > 0 and len(sights[-1]) >= 4)
    hand.qtbot.waitUntil(lambda: all(drawn.of(series) is not None for series in sights[-1]), timeout=20_000)
    assert all(known.grey is not None for known in drawn.value.values())


def test_several_priors_dropped_on_the_right_half_are_chosen_from(hand: Hand, archive: Path, tmp_path: Path) -> None:
    write(tmp_path / "one", ROE, NOW, 2, "Thorax soft")
    drop(hand, tmp_path / "one")
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.CURRENT) is not None, timeout=20_000)
    assert not hand.window.browser.isVisible()
    drop(hand, archive / "11223", right=True)
    found(hand, 3)
    assert hand.window.browser.hint.isVisible()
    hand.press(Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: on_screen(hand, Role.PRIOR) == (THEN, "Thorax soft"), timeout=20_000)
    assert not hand.window.browser.hint.isVisible()
    place = hand.window.browser.tree.mapTo(hand.window, QPoint(0, 0))
    assert place.x() < hand.window.width() / 2
