"""The real window, DICOM folders on disk, mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ai.findings import Setting
from ai.scan import write_dicom
from tests.support.readings import grid_of, scan_of
from tests.support.window import Hand, StandInModel, open_window
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import CornerTexts
from viewer.mpr.plane import Plane
from viewer.state.findings_model import Stage
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.widgets.menus import RESEARCH_ONLY

pytestmark = pytest.mark.journey

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
GRID = grid_of((24, 64, 64), (3.0, 4.0, 4.0))


def on_disk(folder: Path, uid: str, taken_on: date) -> Path:
    """Write a small scan as DICOM."""
    folder.mkdir(parents=True, exist_ok=True)
    scan = scan_of(GRID, uid=uid, taken_on=taken_on)
    write_dicom(replace(scan, series=replace(scan.series, uid=uid)), folder)
    return folder


@pytest.fixture
def current(tmp_path: Path) -> Path:
    """Return a folder with the current scan."""
    return on_disk(tmp_path / "current", "1.2.3.4.2", date(2024, 3, 1))


@pytest.fixture
def prior(tmp_path: Path) -> Path:
    """Return a folder with the prior."""
    return on_disk(tmp_path / "prior", "1.2.3.4.1", date(2023, 12, 1))


@pytest.fixture
def model() -> StandInModel:
    """Return a model that answers at once."""
    return StandInModel()


@pytest.fixture
def hand(qtbot: QtBot, model: StandInModel) -> Iterator[Hand]:
    """Return a hand on an empty window; closes it afterwards."""
    made = open_window(qtbot, model)
    yield made
    made.window.close()
    made.window.deleteLater()


def test_a_scan_is_opened_scrolled_windowed_analysed(hand: Hand, current: Path) -> None:
    hand.open(current)
    axial = hand.canvas()
    assert axial.picture is not None
    assert axial.picture.look.slice_number == 13
    hand.wheel(axial, 3)
    hand.press(Qt.Key.Key_Down)
    hand.seen(axial)
    assert axial.picture.look.slice_number == 15
    hand.press(Qt.Key.Key_Home)
    hand.press(Qt.Key.Key_Up, SHIFT)
    hand.seen(axial)
    assert axial.picture.look.slice_number == 11
    hand.press("2")
    assert (hand.state().window.width_hu, hand.state().window.level_hu) == (400, 40)
    hand.drag(axial, Qt.MouseButton.LeftButton, 80, 0)
    assert hand.state().window.width_hu > 400
    hand.press(Qt.Key.Key_Z, CTRL)
    assert hand.state().window.width_hu == 400
    rows = hand.window.side.findings[Role.CURRENT].rows
    assert [name for name, row in rows.items() if row.finding.present] == ["nodule", "groundglass"]


def test_heat_is_off_at_first_and_toggled_by_one_key(hand: Hand, current: Path) -> None:
    hand.open(current)
    hand.press("n")
    axial = hand.canvas()
    without = hand.seen(axial)
    assert not hand.bar_is_drawn(axial)
    hand.press("g")
    with_heat = hand.seen(axial)
    assert with_heat != without
    assert hand.bar_is_drawn(axial)
    hand.press("g")
    assert hand.seen(axial) == without


def test_an_eye_shows_one_finding_and_n_goes_to_its_peak(hand: Hand, current: Path) -> None:
    hand.open(current)
    row = hand.window.side.findings[Role.CURRENT].rows["groundglass"]
    QTest.mouseClick(row.eye, Qt.MouseButton.LeftButton)
    assert hand.state().overlay.abnormalities == {"groundglass"}
    assert hand.state().overlay.shown
    hand.press("n")
    hand.press("n")
    assert hand.reading.findings[Role.CURRENT].value.selected == "groundglass"
    assert hand.state().crosshair.distance_mm(row.finding.peaks[0].position) < 0.01
    opacity = hand.state().overlay.opacity
    hand.press("]")
    assert hand.state().overlay.opacity == pytest.approx(opacity + 0.1)
    QTest.mouseClick(row.reject, Qt.MouseButton.LeftButton)
    assert hand.reading.findings[Role.CURRENT].value.verdict("groundglass") is Verdict.REJECTED


def test_one_key_changes_the_setting_and_reads_nothing_again(hand: Hand, current: Path, model: StandInModel) -> None:
    hand.open(current)
    hand.press("n")
    hand.press("g")
    before = hand.seen(hand.canvas())
    rows = hand.window.side.findings[Role.CURRENT].rows
    seen = {}
    for _ in range(3):
        hand.press("t")
        setting = hand.reading.findings[Role.CURRENT].value.setting
        seen[setting] = [name for name, row in rows.items() if row.finding.present]
    assert seen == {
        Setting.SPECIFIC: ["nodule"],
        Setting.SENSITIVE: ["nodule", "groundglass"],
        Setting.BALANCED: ["nodule", "groundglass"],
    }
    assert hand.seen(hand.canvas()) == before
    assert len(model.asked) == 1


def test_n_changes_the_heat_with_the_finding(hand: Hand, current: Path) -> None:
    hand.open(current)
    hand.press("g")
    seen = []
    for _ in range(2):
        hand.press("n")
        seen.append(hand.state().overlay.abnormalities)
    assert seen == [{"nodule"}, {"groundglass"}]


def test_a_label_is_found_by_typing_and_the_keys_go_back_to_the_pictures(hand: Hand, current: Path) -> None:
    hand.open(current)
    hand.press("/")
    field = hand.window.side.findings[Role.CURRENT].filter
    assert field.hasFocus()
    before = hand.state()
    hand.press("tn emphy")
    rows = hand.window.side.findings[Role.CURRENT].rows
    assert field.text() == "tn emphy"
    assert hand.state() == before
    field.clear()
    hand.press("emphy")
    assert [name for name, row in rows.items() if row.isVisible()] == ["emphysema"]
    hand.press(Qt.Key.Key_Escape)
    assert field.text() == ""
    assert hand.canvas().hasFocus()
    hand.press(Qt.Key.Key_Up)
    assert hand.state().crosshair != before.crosshair


def test_a_prior_is_linked_unlinked_and_its_changes_listed(hand: Hand, current: Path, prior: Path) -> None:
    hand.open(current)
    hand.open(prior, Role.PRIOR)
    hand.qtbot.waitUntil(lambda: hand.reading.comparison.value.comparison is not None)
    assert hand.canvas(Role.PRIOR).isVisible()
    hand.wheel(hand.canvas(), 2)
    apart = hand.state(Role.CURRENT).crosshair.superior - hand.state(Role.PRIOR).crosshair.superior
    assert apart == pytest.approx(6.0)
    hand.press("l")
    there = hand.state(Role.PRIOR).crosshair
    hand.wheel(hand.canvas(), 1)
    assert hand.state(Role.PRIOR).crosshair == there
    hand.press("l")
    hand.wheel(hand.canvas(), -1)
    assert hand.state(Role.CURRENT).crosshair.superior - there.superior == pytest.approx(6.0)
    assert hand.state(Role.PRIOR).crosshair.superior == pytest.approx(there.superior - 3.0)
    changes = hand.window.side.changes
    assert {row.change.abnormality.name for row in changes.rows.values()} >= {"nodule", "groundglass"}
    row = next(row for row in changes.rows.values() if row.change.abnormality.name == "nodule")
    hand.window.side.tabs.setCurrentWidget(changes)
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    peak = hand.window.side.findings[Role.PRIOR].rows["nodule"].finding.peaks[0].position
    assert hand.state(Role.PRIOR).crosshair.distance_mm(peak) < 0.01
    assert changes.trend.isVisible()


def test_flicker_swipe_and_checker_show_the_warped_prior_in_the_current_place(
    hand: Hand, current: Path, prior: Path
) -> None:
    hand.open(current)
    hand.open(prior, Role.PRIOR)
    hand.qtbot.waitUntil(lambda: hand.reading.change.value.warped_prior is not None)
    axial = hand.canvas()
    axial.setFocus()
    alone = hand.seen(axial)
    hand.press("f")
    warped = hand.seen(axial)
    assert warped != alone
    assert axial.picture is not None
    assert axial.picture.look.compare.prior_shown
    hand.press("f")
    assert hand.seen(axial) == alone
    hand.press("f", SHIFT)
    assert hand.seen(axial) not in (alone, warped)
    window = hand.state().window
    hand.drag(axial, Qt.MouseButton.LeftButton, -axial.width() // 4, 0)
    assert hand.state().compare.swipe == pytest.approx(0.25, abs=0.02)
    assert hand.state().window == window
    hand.press("f", SHIFT)
    assert hand.state().compare.mode is CompareMode.CHECKER
    hand.press(Qt.Key.Key_Escape)
    assert hand.seen(axial) == alone


def test_the_change_map_is_laid_over_the_current_scan_by_one_key(hand: Hand, current: Path, prior: Path) -> None:
    hand.open(current)
    hand.open(prior, Role.PRIOR)
    hand.qtbot.waitUntil(lambda: hand.reading.change.value.density is not None)
    axial = hand.canvas()
    axial.setFocus()
    there = hand.seen(hand.canvas(Role.PRIOR))
    without = hand.seen(axial)
    hand.press("g", SHIFT)
    assert hand.seen(axial) != without
    assert axial.picture is not None
    assert axial.picture.bar is not None
    assert axial.picture.bar.signed
    assert hand.seen(hand.canvas(Role.PRIOR)) == there
    hand.press("g", SHIFT)
    assert hand.seen(axial) == without


def test_two_folders_dropped_together_are_hung_by_their_dates(hand: Hand, current: Path, prior: Path) -> None:
    hand.window.open_paths([prior, current])
    hand.qtbot.waitUntil(
        lambda: all(found.value.stage is Stage.DONE for found in hand.reading.findings.values()), timeout=20_000
    )
    dates = [shown.series.study.taken_on for role in Role if (shown := hand.reading.scans[role].value) is not None]
    assert dates == [date(2024, 3, 1), date(2023, 12, 1)]


def test_keys_walk_through_panes_texts_and_the_sheet(hand: Hand, current: Path) -> None:
    hand.open(current)
    hand.press(Qt.Key.Key_Tab)
    assert hand.window.grid.plane is Plane.CORONAL
    hand.press(Qt.Key.Key_Space)
    assert hand.state().corner_texts is CornerTexts.FEW
    hand.press("?")
    assert hand.window.keys.isVisible()
    hand.press(Qt.Key.Key_Escape)
    assert not hand.window.keys.isVisible()
    QTest.mouseDClick(hand.canvas(), Qt.MouseButton.LeftButton)
    assert not hand.canvas(plane=Plane.CORONAL).isVisible()
    hand.press(Qt.Key.Key_Escape)
    assert hand.canvas(plane=Plane.CORONAL).isVisible()


def test_the_analysis_is_cancelled_by_its_button_and_started_again(
    hand: Hand, current: Path, model: StandInModel
) -> None:
    held = [True]
    model.hold = lambda: held[0]
    hand.window.open_paths([current])
    hand.qtbot.waitUntil(lambda: len(model.asked) == 1, timeout=20_000)
    row = next(row for row in hand.window.progress.rows if row.isVisible())
    hand.qtbot.waitUntil(lambda: "Looking for nodules" in row.words.text())
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    assert hand.reading.findings[Role.CURRENT].value.stage is Stage.CANCELLED
    assert not row.isVisible()
    held[0] = False
    hand.window.side.findings[Role.CURRENT].analyse_asked.emit()
    hand.qtbot.waitUntil(lambda: hand.reading.findings[Role.CURRENT].value.stage is Stage.DONE)


@pytest.mark.parametrize("content", ["empty folder", "text named .dcm", "no such path"])
def test_what_cannot_be_read_is_one_sentence_and_the_window_lives(
    hand: Hand, current: Path, tmp_path: Path, content: str
) -> None:
    hand.open(current)
    bad = tmp_path / "bad"
    if content != "no such path":
        bad.mkdir()
    if content == "text named .dcm":
        (bad / "slice.dcm").write_text("this is no DICOM", encoding="utf-8")
    hand.window.open_paths([bad])
    hand.qtbot.waitUntil(lambda: len(hand.window.notices.texts()) == 1)
    assert "bad" in hand.window.notices.texts()[0]
    before = hand.state().crosshair
    hand.wheel(hand.canvas(), 1)
    assert hand.state().crosshair != before


def test_the_export_names_its_report(hand: Hand, current: Path, tmp_path: Path) -> None:
    hand.open(current)
    with hand.qtbot.waitSignal(hand.window.steps.write.written, timeout=20_000) as written:
        hand.window.export_to(tmp_path / "export")
    assert Path(written.args[0]).is_file()
    assert (tmp_path / "export" / "analysis.json").is_file()
    assert len(list((tmp_path / "export" / "pictures").glob("*.png"))) == 6


def test_closing_while_the_model_thinks_leaves_no_thread(hand: Hand, current: Path, model: StandInModel) -> None:
    model.hold = lambda: True
    hand.window.open_paths([current])
    hand.qtbot.waitUntil(lambda: len(model.asked) == 1, timeout=20_000)
    hand.window.close()
    assert not any(thread.isRunning() for lane in hand.window.steps.lanes() for thread in lane.findChildren(QThread))
    assert not any(lane.busy for lane in hand.window.steps.lanes())


def test_research_use_only_is_always_in_the_window(hand: Hand) -> None:
    words = [label for label in hand.window.findChildren(QLabel) if label.text() == RESEARCH_ONLY]
    assert len(words) == 1
    assert words[0].isVisible()
