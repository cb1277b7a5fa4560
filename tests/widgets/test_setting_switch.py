"""Three buttons for both scans, and the ticks they move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.findings import NEVER, Record, Setting, Thresholds
from tests.support.readings import analysis_of, grid_of, scan_of, with_settings
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.finding_row import FindingRow
from viewer.widgets.probability_bar import ProbabilityBar, threshold_words
from viewer.widgets.setting_switch import ONE_ONLY, SettingSwitch


@pytest.fixture
def reading() -> Reading:
    """Return a reading of two analysed scans."""
    made = Reading()
    for role in Role:
        made.scans[role].complete(scan_of(uid=role.value))
        made.findings[role].show(with_settings(analysis_of(scan_of().volume.grid, nodule=1.0)))
    return made


def down(switch: SettingSwitch) -> list[Setting]:
    """Return which buttons are down."""
    return [setting for setting, button in switch.buttons.items() if button.isChecked()]


def test_it_speaks_to_both_scans_and_follows_the_key(qtbot: QtBot, reading: Reading) -> None:
    switch = SettingSwitch(reading)
    qtbot.addWidget(switch)
    assert down(switch) == [Setting.BALANCED]
    QTest.mouseClick(switch.buttons[Setting.SPECIFIC], Qt.MouseButton.LeftButton)
    assert {found.value.setting for found in reading.findings.values()} == {Setting.SPECIFIC}
    reading.next_setting()
    assert down(switch) == [Setting.SENSITIVE]
    assert "misses least" in switch.buttons[Setting.SENSITIVE].toolTip()


def test_a_model_of_one_threshold_is_said_to_be_one(qtbot: QtBot, reading: Reading) -> None:
    switch = SettingSwitch(reading)
    qtbot.addWidget(switch)
    for role in Role:
        reading.findings[role].show(analysis_of(grid_of(), nodule=1.0))
    assert {button.toolTip() for button in switch.buttons.values()} == {ONE_ONLY}


def test_the_bar_says_every_threshold_and_draws_the_one_in_use_tallest(qtbot: QtBot) -> None:
    finding = replace(analysis_of(grid_of(), nodule=1.0).findings[0], thresholds=Thresholds(0.25, 0.5, 0.75))
    bar = ProbabilityBar(finding)
    qtbot.addWidget(bar)
    bar.resize(200, 8)
    top = bar.grab().toImage()
    ground = top.pixelColor(round(200 * 0.6), 0)
    tall = {share: top.pixelColor(round(200 * share), 0) != ground for share in (0.25, 0.5, 0.75)}
    assert tall == {0.25: False, 0.5: True, 0.75: False}
    assert all(top.pixelColor(round(200 * share), 2) != ground for share in (0.25, 0.5, 0.75))
    assert threshold_words(finding).endswith("Sensitive 0.250 · balanced 0.500 · specific 0.750")


def test_what_was_measured_of_the_model_stands_with_its_finding(qtbot: QtBot) -> None:
    records = (Record("drawn cases", 33, 6, 0.894, 0.727, 0.833), Record("reports", 2, 40))
    finding = replace(analysis_of(grid_of(), nodule=1.0).findings[0], records=records)
    row = FindingRow(finding)
    qtbot.addWidget(row)
    assert row.toolTip().splitlines()[-2:] == [
        "Measured, drawn cases: AUROC 0.89, called in 24 of 33 with it, in 1 of 6 without",
        "Measured, reports: too few to tell",
    ]
    row.show_finding(replace(finding, threshold=NEVER), listed=False)
    assert row.toolTip().startswith("Never called present")
    assert row.where.text() == "this model has not learned it"
