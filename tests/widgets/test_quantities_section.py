"""Measures: folded, with parts, refusals and a copy as text."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ai.findings import Quantity
from viewer.widgets.quantities_section import QuantitiesSection, quantities_text

VOLUME = Quantity("v", "Lung volume", 4312.4, "ml", "Counted.", "Depends on breath.", (("right_mid", 301.0),))
RATIO = Quantity("r", "Cardiothoracic ratio", 0.534, "", "Danzer 1919", decimals=2)
NONE = Quantity("c", "Coronary calcium", None, "", "Agatston 1990", "Contrast looks like calcium: no score.")


def test_it_is_folded_at_first_and_absent_without_measures(qtbot: QtBot) -> None:
    section = QuantitiesSection()
    qtbot.addWidget(section)
    section.show_quantities((VOLUME, RATIO, NONE))
    section.show()
    assert section.fold.name == "Measures (3)"
    assert not section.area.isVisible()
    section.fold.click()
    assert section.area.isVisible()
    section.show_quantities(())
    assert not section.isVisible()


def test_values_parts_and_refusals_are_said_with_source_and_caveat(qtbot: QtBot) -> None:
    section = QuantitiesSection()
    qtbot.addWidget(section)
    section.show_quantities((VOLUME, RATIO, NONE))
    said = {label.text().strip(): label.toolTip() for label in section.area.findChildren(QLabel)}
    assert {"Lung volume", "4312 ml", "right middle", "301 ml", "0.53", "–", NONE.caveat} <= set(said)
    assert said["4312 ml"] == "Depends on breath.\nCounted."


def test_it_is_copied_as_text(qtbot: QtBot) -> None:
    section = QuantitiesSection()
    qtbot.addWidget(section)
    section.show_quantities((VOLUME, RATIO, NONE))
    section.fold.click()
    section.show()
    QTest.mouseClick(section.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == quantities_text((VOLUME, RATIO, NONE))
    assert quantities_text((VOLUME, RATIO, NONE)).splitlines() == [
        "Lung volume: 4312 ml (right middle 301 ml). Depends on breath. [Counted.]",
        "Cardiothoracic ratio: 0.53. [Danzer 1919]",
        "Coronary calcium: –. Contrast looks like calcium: no score. [Agatston 1990]",
    ]
