"""The list of findings says what is there, how sure, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.support.readings import analysis_of, scan_of
from viewer.state.findings_model import Verdict
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.finding_row import lesion_line, percent
from viewer.widgets.findings_panel import FindingsPanel, sentence

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
    fold = next(b for b in panel.findChildren(QPushButton) if b.text() == "Below threshold (2)")
    QTest.mouseClick(fold, Qt.MouseButton.LeftButton)
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
    assert lesion_line(finding) == "right upper · 10.0 mm"
    second = replace(finding.lesions[0], volume_mm3=9.0)
    assert lesion_line(replace(finding, lesions=(*finding.lesions, second))) == "right upper · 10.0 mm · and 1 more"
    assert lesion_line(replace(finding, probability=0.1)) == ""
