"""Notices, progress, header, overlay sliders, drop halves, key sheet."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ai.progress import Progress
from tests.support.readings import scan_of, shift
from viewer.assets import key_sheet
from viewer.mpr.plane import Plane
from viewer.state.notices_model import NoticesModel
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.drop_curtain import DropCurtain, dropped_paths
from viewer.widgets.key_sheet_view import KeySheetView
from viewer.widgets.notice_bar import NoticeBar
from viewer.widgets.overlay_bar import OverlayBar
from viewer.widgets.progress_strip import ProgressStrip
from viewer.widgets.scan_header import ScanHeader
from viewer.work import Lane


def test_the_board_shows_the_newest_and_each_is_dismissed(qtbot: QtBot) -> None:
    notices = NoticesModel()
    bar = NoticeBar(notices)
    qtbot.addWidget(bar)
    assert not bar.isVisible()
    for n in range(5):
        notices.say(f"notice {n}")
    assert bar.texts() == ["notice 2", "notice 3", "notice 4"]
    QTest.mouseClick(bar.findChildren(QToolButton)[-1], Qt.MouseButton.LeftButton)
    assert len(notices.value) == 4


def test_a_lane_is_shown_while_it_works_and_stopped_by_its_button(qtbot: QtBot) -> None:
    gate = threading.Event()

    def work(progress: Progress) -> None:
        progress.report(0.25, "block 1 of 4")
        gate.wait(5)

    lane = Lane("Analysing")
    strip = ProgressStrip([lane])
    qtbot.addWidget(strip)
    strip.show()
    row = strip.rows[0]
    assert not row.isVisible()
    lane.run(work, lambda value: None, lambda error: None)
    qtbot.waitUntil(lambda: row.words.text() == "Analysing  ·  block 1 of 4")
    assert (row.isVisible(), row.bar.value()) == (True, 250)
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    assert not row.isVisible()
    gate.set()
    lane.close()


def test_the_header_says_what_links_the_scans(qtbot: QtBot) -> None:
    reading = Reading()
    header = ScanHeader(reading, Role.PRIOR)
    qtbot.addWidget(header)
    assert header.tie_text() == ""
    for role in Role:
        reading.scans[role].complete(scan_of(uid=role.value))
    assert header.tie_text() == "linked by the volumes’ middles"
    reading.comparison.register(shift(superior=3, quality=0.93))
    assert header.tie_text() == "linked by rigid registration so far, agreement 0.93"
    reading.comparison.settle(shift(superior=3, quality=0.93))
    assert header.tie_text() == "linked by rigid registration, agreement 0.93"
    reading.linked.toggle_link()
    assert header.tie_text().startswith("unlinked")
    reading.linked.step(Role.PRIOR, Plane.AXIAL, 2)
    reading.linked.toggle_link()
    assert header.tie_text() == "linked by rigid registration, agreement 0.93 · shifted 6 mm by hand"


def test_the_sliders_speak_to_both_scans_and_follow_the_keys(qtbot: QtBot) -> None:
    reading = Reading()
    bar = OverlayBar(reading)
    qtbot.addWidget(bar)
    bar.opacity.setValue(80)
    bar.threshold.setValue(30)
    overlays = [reading.panes[role].value.overlay for role in Role]
    assert [(o.opacity, o.threshold) for o in overlays] == [(0.8, 0.3), (0.8, 0.3)]
    reading.linked.use_opacity(0.4)
    assert bar.opacity.value() == 40


@pytest.mark.parametrize(
    ("x", "halved", "role"), [(10, True, Role.CURRENT), (90, True, Role.PRIOR), (90, False, Role.CURRENT)]
)
def test_a_drop_in_the_right_half_is_the_prior(qtbot: QtBot, x: float, halved: bool, role: Role) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(100, 50)
    assert DropCurtain(parent).role_at(QPointF(x, 5), halved) is role


def test_only_files_and_folders_are_taken() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/scans/a b"), QUrl("https://example.org/scan")])
    assert dropped_paths(mime) == [Path("/scans/a b")]


def test_the_sheet_shows_every_key(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1200, 800)
    parent.show()
    sheet = KeySheetView(parent)
    sheet.toggle()
    texts = {label.text() for label in sheet.findChildren(QLabel)}
    assert {line.keys for group in key_sheet() for line in group.lines} <= texts
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton)
    assert not sheet.isVisible()
