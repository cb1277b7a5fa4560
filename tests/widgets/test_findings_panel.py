"""The list of findings says what is there, how sure, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ai.findings import NEVER, Doubt, Setting, Thresholds
from tests.support.readings import analysis_of, scan_of, with_settings
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.verdict import Verdict
from viewer.widgets.finding_row import percent, where_words
from viewer.widgets.findings_panel import FindingsPanel, sentence
from viewer.widgets.probability_bar import threshold_words

GRID = scan_of().volume.grid


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    """Return a reading with an open scan."""
    made = Reading()
    made.scans[Role.CURRENT].complete(scan_of())
    return made


@pytest.fixture
def panel(qtbot: QtBot, reading: Reading) -> FindingsPanel:
    """Return the panel of the current scan, shown."""
    made = FindingsPanel(reading, Role.CURRENT)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_is_below_the_threshold_is_folded_away(qtbot: QtBot, reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(analysis_of(GRID, nodule=2.0, mass=-2.0, emphysema=-5.0))
    qtbot.waitUntil(lambda: [name for name, row in panel.rows.items() if row.isVisible()] == ["nodule"])
    assert panel.list.fold.name == "Below threshold (2)"
    QTest.mouseClick(panel.list.fold, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: all(row.isVisible() for row in panel.rows.values()))


def test_nothing_present_is_said_with_its_limit(reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(analysis_of(GRID, nodule=-2.0))
    assert sentence(reading.findings[Role.CURRENT].value) == (
        "None of the 1 abnormalities this model knows reaches its threshold."
    )


def test_a_click_goes_there_and_the_verdict_toggles(reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(analysis_of(GRID, nodule=2.0))
    row = panel.rows["nodule"]
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert reading.panes[Role.CURRENT].value.crosshair == row.finding.peaks[0].position
    model = reading.findings[Role.CURRENT]
    QTest.mouseClick(row.accept, Qt.MouseButton.LeftButton)
    assert model.value.verdict("nodule") is Verdict.ACCEPTED
    assert row.accept.isChecked()
    QTest.mouseClick(row.reject, Qt.MouseButton.LeftButton)
    assert [row.accept.isChecked(), row.reject.isChecked()] == [False, True]
    QTest.mouseClick(row.reject, Qt.MouseButton.LeftButton)
    assert model.value.rejected() == set()
    assert not row.reject.isChecked()


def test_a_new_analysis_replaces_the_rows(reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(analysis_of(GRID, nodule=2.0))
    reading.findings[Role.CURRENT].show(analysis_of(GRID, mass=2.0))
    assert list(panel.rows) == ["mass"]


@pytest.mark.parametrize(
    ("probability", "words"), [(0.5, "0.500"), (0.0002, "<0.001"), (0.99999, ">0.999"), (0.0, "0.000"), (1.0, "1.000")]
)
def test_a_probability_is_never_rounded_to_certainty(probability: float, words: str) -> None:
    assert percent(probability) == words


def test_the_largest_lesion_is_named_with_its_diameter() -> None:
    finding = analysis_of(GRID, nodule=2.0).findings[0]
    assert where_words(finding, None) == "right upper · 10.0 mm"
    second = replace(finding.lesions[0], volume_mm3=9.0, location="left_mid")
    two = replace(finding, lesions=(second, *finding.lesions))
    assert where_words(two, None) == "right upper, left middle · 2 instances, largest 10.0 mm"
    assert where_words(replace(finding, probability=0.1), None) == "below threshold · right upper · 10.0 mm"
    assert where_words(replace(finding, threshold=NEVER), None) == "this model has not learned it"


def test_what_one_instance_alone_makes_present_says_so() -> None:
    faint = replace(analysis_of(GRID, nodule=-2.0).findings[0])
    sure = replace(faint.lesions[0], confidence=0.93)
    looked = replace(faint, lesions=(sure,), instance_threshold=0.8, instance_thresholds=Thresholds(0.5, 0.8, 0.9))
    assert where_words(looked, None) == "right upper · 10.0 mm · by an instance that is 93% sure"
    assert "one instance 93% sure, enough from 80%" in threshold_words(looked)
    likely = replace(looked, probability=0.9)
    assert where_words(likely, None) == "right upper · 10.0 mm"


def shown_rows(panel: FindingsPanel) -> list[str]:
    """Return the rows that are seen, from top to bottom."""
    seen = [(row.y(), name) for name, row in panel.rows.items() if row.isVisibleTo(panel.list)]
    return [name for _, name in sorted(seen)]


def headings(panel: FindingsPanel) -> list[str]:
    """Return the headings that are seen, from top to bottom."""
    labels = [label for label in panel.list.findChildren(QLabel) if label.property("heading")]
    return [label.text() for label in sorted(labels, key=QLabel.y) if label.isVisibleTo(panel.list)]


MANY = {"nodule": 2.0, "pleural_effusion": 3.0, "pneumothorax": -0.5, "fracture": -0.7, "chest_tube": 4.0, "cyst": -5.0}


def test_rows_stand_under_their_regions(qtbot: QtBot, reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(with_settings(analysis_of(GRID, **MANY)))
    assert headings(panel) == ["Lungs", "Pleura", "Devices"]
    qtbot.waitUntil(lambda: shown_rows(panel) == ["nodule", "pleural_effusion", "chest_tube"])
    panel.list.fold.click()
    qtbot.waitUntil(lambda: shown_rows(panel)[3:] == ["cyst", "pneumothorax", "fracture"])


def test_a_setting_moves_rows_and_keeps_folds_instances_and_the_row_itself(
    qtbot: QtBot, reading: Reading, panel: FindingsPanel
) -> None:
    reading.findings[Role.CURRENT].show(with_settings(analysis_of(GRID, **MANY)))
    row = panel.rows["nodule"]
    row.unfold.click()
    panel.list.fold.click()
    reading.use_setting(Setting.SENSITIVE)
    assert panel.list.fold.name == "Below threshold (1)"
    qtbot.waitUntil(lambda: shown_rows(panel)[:3] == ["nodule", "pleural_effusion", "pneumothorax"])
    assert panel.list.fold.isChecked()
    assert panel.rows["nodule"] is row
    assert row.instances[0].isVisibleTo(panel)
    reading.use_setting(Setting.SPECIFIC)
    assert panel.list.fold.name == "Below threshold (3)"


def test_a_setting_leaves_the_list_where_it_was_scrolled(qtbot: QtBot, reading: Reading, panel: FindingsPanel) -> None:
    panel.resize(300, 240)
    many = dict.fromkeys(("nodule", "mass", "cyst", "pneumonia", "fibrosis", "emphysema"), 3.0) | MANY
    reading.findings[Role.CURRENT].show(with_settings(analysis_of(GRID, **many)))
    bar = panel.area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 60)
    bar.setValue(50)
    reading.use_setting(Setting.SENSITIVE)
    qtbot.wait(20)
    assert bar.value() == 50


def test_an_accepted_finding_stays_and_says_that_it_is_below(reading: Reading, panel: FindingsPanel) -> None:
    reading.findings[Role.CURRENT].show(with_settings(analysis_of(GRID, nodule=1.0, mass=3.0)))
    panel.rows["nodule"].accept.click()
    reading.use_setting(Setting.SPECIFIC)
    row = panel.rows["nodule"]
    assert row.isVisibleTo(panel)
    assert row.where.text() == "below threshold · right upper · 10.0 mm"
    row.accept.click()
    assert not row.isVisibleTo(panel)


def test_an_instance_says_its_measures_and_a_click_goes_there(reading: Reading, panel: FindingsPanel) -> None:
    analysis = analysis_of(GRID, nodule=2.0)
    finding = analysis.findings[0]
    small = replace(finding.lesions[0], centre=GRID.centre, volume_mm3=90.0, location="left_lower", confidence=0.82)
    both = replace(finding, lesions=(small, *finding.lesions))
    reading.findings[Role.CURRENT].show(replace(analysis, findings=(both,)))
    row = panel.rows["nodule"]
    row.unfold.click()
    assert [r.where.text() for r in row.instances] == ["1  right upper", "2  left lower"]
    assert row.instances[0].measures.text() == "11.0 × 9.0 mm · 520 mm³ · 20 HU"
    assert [r.sure.text() for r in row.instances] == ["", "82%"]
    QTest.mouseClick(row.instances[1], Qt.MouseButton.LeftButton)
    assert reading.panes[Role.CURRENT].value.crosshair == GRID.centre
    assert reading.findings[Role.CURRENT].value.selected == "nodule"


def test_typing_finds_a_label_folded_away_and_esc_shows_all_again(
    qtbot: QtBot, reading: Reading, panel: FindingsPanel
) -> None:
    reading.findings[Role.CURRENT].show(analysis_of(GRID, **MANY))
    QTest.keyClicks(panel.filter, "PNEU")
    assert shown_rows(panel) == ["pneumothorax"]
    assert headings(panel) == ["Pleura · below threshold"]
    with qtbot.waitSignal(panel.filter.left):
        QTest.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert panel.filter.text() == ""
    assert "pneumothorax" not in shown_rows(panel)
    panel.filter.setText("lump")
    assert "This model knows no label with “lump”." in [label.text() for label in panel.findChildren(QLabel)]


def test_withheld_findings_are_one_prominent_sentence(reading: Reading, panel: FindingsPanel) -> None:
    doubtful = replace(analysis_of(GRID), doubts=(Doubt("HU < −1024: this is a <phantom>.", True),))
    reading.findings[Role.CURRENT].show(doubtful)
    assert panel.withheld.isVisible()
    assert panel.withheld.text() == "<b>Findings are withheld.</b><br>HU &lt; −1024: this is a &lt;phantom&gt;."
    assert panel.rows == {}
    assert not panel.filter.isVisible()
    reading.findings[Role.CURRENT].run()
    assert not panel.withheld.isVisible()
