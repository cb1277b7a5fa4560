"""The tree grows without moving what the reader looks at; keys, filter, hidden names, marks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.progress import Progress
from ai.series import Notice, Patient, Series, Study
from ai.studies import LikelyPair
from tests.support.readings import grid_of, scan_of
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.study_browser import StudyBrowser
from viewer.widgets.study_rows import PairRow, PatientRow, SeriesRow, VisitRow
from viewer.widgets.study_tree import StudyItem
from viewer.work import Lane

ROE, DOE = Patient("Roe^Richard", "T-1", sex="M"), Patient("Doe^Jane", "T-2")
NOW, THEN = date(2024, 3, 1), date(2023, 2, 2)
GAP = Notice("2 slices are missing above slice 5.", grave=True)


def series(uid: str, day: date = NOW, patient: Patient = ROE, number: int = 1, slices: int = 300) -> Series:
    """Make a chest series of the one visit of its patient and day."""
    study = Study(f"{patient.identifier} {day}", day, "CT chest", "", patient)
    text = f"Thorax {uid}"
    return Series(uid, Path("/disc"), study, number=number, description=text, shape=(slices, 9, 9), body_part="CHEST")


class Bench:
    """A browser over a reading, and what was asked of it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.reading = Reading()
        self.lane = Lane("Looking what is there")
        self.browser = StudyBrowser(self.reading, [self.lane])
        self.tree = self.browser.tree
        self.asked: list[tuple[str, Role | None]] = []
        self.pairs: list[LikelyPair] = []
        self.sights: list[list[str]] = []
        self.tree.series_asked.connect(lambda one, role: self.asked.append((one.uid, role)))
        self.tree.pair_asked.connect(self.pairs.append)
        self.tree.in_sight.connect(lambda seen: self.sights.append([one.uid for one in seen]))
        qtbot.addWidget(self.browser)
        self.browser.resize(420, 500)
        self.browser.show()

    def find(self, *found: Series, searching: bool = False) -> None:
        """Let these have been found."""
        model = self.reading.browser
        if not model.value.searching:
            model.begin(Role.CURRENT)
        model.tell(Role.CURRENT, found)
        if not searching:
            model.end(Role.CURRENT)

    def seen(self) -> list[str]:
        """Return the rows that are not hidden, from above."""
        rows = []
        item = self.tree.topLevelItem(0)
        while item is not None:
            if isinstance(item, StudyItem) and not item.isHidden():
                rows.append(spoken(item))
            item = self.tree.itemBelow(item)
        return rows

    def select(self, uid: str) -> StudyItem:
        """Click on a series."""
        item = self.tree.series_item(uid)
        assert item is not None
        self.tree.scrollToItem(item)
        QTest.mouseClick(
            self.tree.viewport(), Qt.MouseButton.LeftButton, pos=self.tree.visualItemRect(item).center() + QPoint(9, 0)
        )
        return item

    def selected(self) -> str:
        """Return the row the keys speak to."""
        item = self.tree.currentItem()
        return spoken(item) if isinstance(item, StudyItem) else ""


def spoken(item: StudyItem) -> str:
    """Return a row in a word."""
    row = item.row
    if isinstance(row, PatientRow):
        return row.name
    if isinstance(row, VisitRow):
        return row.day
    return "pair" if isinstance(row, PairRow) else row.series.uid


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    """Return a bench and leave no thread behind."""
    made = Bench(qtbot)
    yield made
    made.lane.close()


def test_patients_pair_visits_and_series_stand_in_order(bench: Bench) -> None:
    bench.find(series("b", number=2), series("a"), series("then", THEN), series("doe", patient=DOE))
    assert bench.seen()[:3] == ["Doe, Jane", "2024-03-01", "doe"]
    assert bench.seen()[3:] == ["Roe, Richard", "pair", "2024-03-01", "a", "b", "2023-02-02", "then"]
    assert bench.browser.count.text() == "4 series of 2 patients"


def test_the_pair_is_selected_and_enter_opens_both(bench: Bench) -> None:
    bench.find(series("now"), series("then", THEN))
    assert bench.selected() == "pair"
    QTest.keyClick(bench.tree, Qt.Key.Key_Return)
    assert [(pair.current.uid, pair.prior.uid) for pair in bench.pairs] == [("now", "then")]


def test_a_pair_that_may_not_be_the_last_word_says_so(bench: Bench) -> None:
    bench.find(series("now"), series("then", THEN), searching=True)
    (line,) = bench.tree.lines.values()
    assert line.reason.text().startswith("So far: 393 days")
    bench.find(series("now"), series("then", THEN))
    assert line.reason.text().startswith("393 days")


def test_the_button_of_the_pair_opens_both_until_both_are_open(bench: Bench) -> None:
    bench.find(series("now"), series("then", THEN))
    (line,) = bench.tree.lines.values()
    assert "393 days earlier" in line.reason.text()
    QTest.mouseClick(line.button, Qt.MouseButton.LeftButton)
    assert len(bench.pairs) == 1
    show(bench.reading, Role.CURRENT, series("now"))
    show(bench.reading, Role.PRIOR, series("then", THEN))
    assert not line.button.isEnabled()


@pytest.mark.parametrize(
    ("key", "held", "role"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, None),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier, Role.PRIOR),
        (Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier, Role.PRIOR),
    ],
)
def test_a_key_opens_the_selected_series(
    bench: Bench, key: Qt.Key, held: Qt.KeyboardModifier, role: Role | None
) -> None:
    bench.find(series("a"), series("b", number=2))
    bench.select("b")
    QTest.keyClick(bench.tree, key, held)
    assert bench.asked == [("b", role)]


def test_a_double_click_opens(bench: Bench) -> None:
    bench.find(series("a"), series("b", number=2))
    item = bench.select("b")
    QTest.mouseDClick(bench.tree.viewport(), Qt.MouseButton.LeftButton, pos=bench.tree.visualItemRect(item).center())
    assert bench.asked == [("b", None)]


def test_the_menu_of_a_series_offers_both_roles_and_its_lines_once_a_scan_was_analysed(bench: Bench) -> None:
    bench.find(series("a"))
    bench.select("a")
    menu = bench.browser.menu()
    offered = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
    assert offered == ["Open as current", "Open as prior", "Follow lesions into this study"]
    assert not menu.actions()[-1].isEnabled()
    menu.actions()[1].trigger()
    assert bench.asked == [("a", Role.PRIOR)]
    menu.deleteLater()


def test_what_the_reader_selected_and_folded_stays_while_rows_arrive(bench: Bench) -> None:
    bench.find(series("b", number=2), series("then", THEN), searching=True)
    bench.select("b")
    folded = next(item for item in bench.tree.items.values() if spoken(item) == "2023-02-02")
    folded.setExpanded(False)
    more = [series("a"), series("b", number=2), series("then", THEN), series("z", number=3), series("doe", patient=DOE)]
    bench.find(*more)
    assert bench.selected() == "b"
    assert not folded.isExpanded()
    QTest.keyClick(bench.tree, Qt.Key.Key_Return)
    assert bench.asked == [("b", None)]


def test_a_patient_who_was_folded_away_stays_so_though_his_pair_is_proposed(bench: Bench) -> None:
    bench.find(series("now"), series("then", THEN), searching=True)
    patient = bench.tree.topLevelItem(0)
    assert patient is not None
    patient.setExpanded(False)
    bench.find(series("now"), series("then", THEN), series("doe", patient=DOE))
    assert not patient.isExpanded()


def test_the_newest_series_is_opened_not_the_one_that_was_listed_first(bench: Bench) -> None:
    opened: list[Series] = []
    bench.tree.series_asked.connect(lambda one, role: opened.append(one))
    bench.find(series("a", slices=30), searching=True)
    bench.select("a")
    bench.find(series("a", slices=300))
    QTest.keyClick(bench.tree, Qt.Key.Key_Return)
    assert opened[0].shape[0] == 300


def test_rows_that_arrive_above_do_not_move_what_is_in_sight(bench: Bench) -> None:
    many = [series(f"{n:02}", number=n) for n in range(10, 40)]
    bench.find(*many, searching=True)
    item = bench.select("30")
    before = bench.tree.visualItemRect(item).top()
    bench.find(*(series(f"{n:02}", number=n) for n in range(40)))
    assert bench.tree.visualItemRect(item).top() == before


def test_what_vanished_is_taken_out(bench: Bench) -> None:
    bench.find(series("a"), series("then", THEN), series("doe", patient=DOE))
    bench.find(series("a"))
    assert bench.seen() == ["Roe, Richard", "2024-03-01", "a"]
    assert bench.tree.lines == {}


def test_a_filter_leaves_what_holds_every_word_with_its_parents(bench: Bench) -> None:
    bench.find(series("lung"), series("soft", number=2), series("then", THEN), series("doe", patient=DOE))
    bench.browser.filter.setText("roe lung")
    assert bench.seen() == ["Roe, Richard", "pair", "2024-03-01", "lung"]
    bench.browser.filter.setText("jane")
    assert bench.seen() == ["Doe, Jane", "2024-03-01", "doe"]
    assert bench.selected() == "doe"
    bench.browser.filter.setText("nobody")
    assert bench.browser.empty.text() == "No patient, study or series with “nobody”."
    bench.browser.filter.clear()
    assert len(bench.seen()) == 10


def test_hidden_names_are_numbers_and_cannot_be_sought(bench: Bench) -> None:
    bench.find(series("a"), series("doe", patient=DOE))
    bench.reading.linked.hide_patient(True)
    assert [row for row in bench.seen() if row.startswith(("Patient", "Roe", "Doe"))] == ["Patient 1", "Patient 2"]
    item = bench.tree.topLevelItem(0)
    assert item is not None
    assert item.toolTip(0) == ""
    bench.browser.filter.setText("roe")
    assert not any(not item.isHidden() for item in bench.tree.items.values())
    bench.browser.filter.clear()
    bench.reading.linked.hide_patient(False)
    assert "Roe, Richard" in bench.seen()


def test_what_is_on_screen_is_marked(bench: Bench) -> None:
    bench.find(series("a"), series("then", THEN))
    show(bench.reading, Role.CURRENT, series("a"))
    assert (roles(bench, "a"), roles(bench, "then")) == ((Role.CURRENT,), ())
    show(bench.reading, Role.PRIOR, series("then", THEN))
    assert roles(bench, "then") == (Role.PRIOR,)
    bench.reading.scans[Role.PRIOR].clear()
    assert roles(bench, "then") == ()


def test_grave_notices_and_what_is_hardly_read_are_marked(bench: Bench) -> None:
    bench.find(replace(series("a"), notices=(GAP,)), series("scout", number=2, slices=2))
    gap, scout = bench.tree.series_item("a"), bench.tree.series_item("scout")
    assert gap is not None
    assert scout is not None
    assert isinstance(gap.row, SeriesRow)
    assert isinstance(scout.row, SeriesRow)
    assert (gap.row.likely, gap.row.warnings) == (True, (GAP.text,))
    assert GAP.text in gap.toolTip(0)
    assert (scout.row.likely, scout.row.warnings) == (False, ())


def test_the_thumbnails_in_sight_are_asked_for_from_above(qtbot: QtBot, bench: Bench) -> None:
    bench.find(*(series(f"{n:02}", number=n) for n in range(40)))
    qtbot.waitUntil(lambda: len(bench.sights) > 0)
    first = bench.sights[-1]
    assert first[0] == "00"
    assert 4 <= len(first) <= 9
    bench.tree.verticalScrollBar().setValue(bench.tree.verticalScrollBar().maximum())
    qtbot.waitUntil(lambda: bench.sights[-1][-1] == "39")


def test_a_thumbnail_is_painted_when_it_arrives_and_an_unreadable_one_says_so(bench: Bench) -> None:
    bench.find(series("a"))
    item = bench.tree.series_item("a")
    assert item is not None
    place = bench.tree.visualItemRect(item).topLeft() + QPoint(8, 8)
    pictures = [bench.tree.viewport().grab().toImage()]
    for grey in (None, np.full((96, 96), 200, np.uint8)):
        bench.reading.thumbnails.keep(series("a"), grey)
        pictures.append(bench.tree.viewport().grab().toImage())
    assert pictures[0] != pictures[1]
    assert pictures[2].pixelColor(place).lightness() == pytest.approx(200, abs=2)
    assert pictures[1].pixelColor(place).lightness() < 60


def test_volume_files_stand_below_each_other_without_empty_headings(bench: Bench) -> None:
    bench.find(*(Series(f"/v/{n}.mha", Path(f"/v/{n}.mha"), shape=(90, 9, 9)) for n in "ab"))
    assert bench.seen() == ["No patient named", "/v/a.mha", "/v/b.mha"]


def test_an_empty_browser_says_what_can_be_dropped(bench: Bench) -> None:
    assert bench.browser.empty.isVisible()
    for kind in ("folder", "ZIP", "DICOMDIR", "NIfTI", "NRRD", "MHA"):
        assert kind in bench.browser.empty.text()
    bench.find(searching=True)
    assert bench.browser.empty.text() == "Nothing found yet …"


def test_who_chooses_a_prior_is_told_so(bench: Bench) -> None:
    bench.find(series("a"))
    assert not bench.browser.hint.isVisible()
    bench.reading.browser.begin(Role.PRIOR)
    assert bench.browser.hint.isVisible()
    bench.reading.browser.opened()
    assert not bench.browser.hint.isVisible()


def test_a_search_is_stopped_by_its_button(qtbot: QtBot, bench: Bench) -> None:
    stopped: list[bool] = []

    def search(progress: Progress) -> None:
        while not stopped:
            progress.report(0.0, "Looking through 640 files")

    bench.lane.run(search, lambda found: None, lambda error: None, lambda: stopped.append(True))
    (row,) = bench.browser.searches
    qtbot.waitUntil(lambda: "640 files" in row.words.text())
    QTest.mouseClick(row.stop, Qt.MouseButton.LeftButton)
    assert stopped == [True]
    assert not row.isVisible()


def roles(bench: Bench, uid: str) -> tuple[Role, ...]:
    """Return what a series is marked as."""
    item = bench.tree.series_item(uid)
    assert item is not None
    assert isinstance(item.row, SeriesRow)
    return item.row.roles


def show(reading: Reading, role: Role, one: Series) -> None:
    """Let a series be on screen."""
    scan = scan_of(grid_of())
    reading.scans[role].complete(replace(scan, series=one))
