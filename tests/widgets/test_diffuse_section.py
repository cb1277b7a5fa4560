"""Diffuse change, then → now, in the reader's words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ai.diffuse import DiffuseChange, PartChange, QuantityChange, RegionChange, Then
from ai.series import Notice
from ai.vocabulary import abnormality
from viewer.widgets.diffuse_section import DiffuseSection
from viewer.widgets.diffuse_words import change_words, diffuse_text, extent_words, heat_words, measure_words

GLASS = abnormality("groundglass")
LUNGS = RegionChange(GLASS, "lungs", 2.0, 5.46, 0.104, 0.3, 401.6, 1300.0)
LOBE = RegionChange(GLASS, "right_mid", None, None, 0.0, 0.004, 0.0, 3.0)
DENSITY = QuantityChange(
    "lung_density", "Mean lung density", "HU", "somebody", 0, Then(-820.0, -835.0), -840.0, "",
    (PartChange("left_lower", Then(-800.0), -850.0),), depends_on_breath=True,
)  # fmt: skip
FLUID = QuantityChange("effusion_volume", "Effusion", "ml", "", 0, None, 350.0, "Then: none was seen.")
FOUND = DiffuseChange((LUNGS, LOBE), (DENSITY, FLUID), None, (Notice("The kernels differ.", grave=True),))


@pytest.fixture
def section(qtbot: QtBot) -> DiffuseSection:
    """Return a section that shows something, unfolded."""
    made = DiffuseSection()
    qtbot.addWidget(made)
    made.resize(320, 400)
    made.show_diffuse(FOUND)
    made.show()
    made.fold.click()
    return made


def test_extent_and_heat_in_words() -> None:
    assert extent_words(LUNGS) == "10 % → 30 %  (402 → 1300 ml)"
    assert extent_words(LOBE) == "0 % → < 1 %  (0 → 3 ml)"
    assert heat_words(LUNGS) == "heat +3.5"
    assert heat_words(LOBE) == ""


def test_a_measure_says_when_it_is_told_in_the_same_breath_and_when_it_cannot_be() -> None:
    assert measure_words(DENSITY, DENSITY.then, DENSITY.now) == "−820 HU → −840 HU"
    assert change_words(DENSITY, DENSITY.change, DENSITY.then) == "−5 HU in the same breath"
    part = DENSITY.parts[0]
    assert change_words(DENSITY, DENSITY.part_change(part), part.then) == "not comparable"
    assert measure_words(FLUID, FLUID.then, FLUID.now) == "– → 350 ml"
    assert change_words(FLUID, FLUID.change, FLUID.then) == ""
    steady = replace(FLUID, then=Then(350.2))
    assert change_words(steady, steady.change, steady.then) == "±0 ml"


def test_everything_is_written_and_what_is_grave_looks_so(section: DiffuseSection) -> None:
    words = section.words()
    assert section.fold.name == "Diffuse change (3)"
    for said in ("Ground glass", "   right middle", "   left lower", "Then: none was seen.", "heat +3.5"):
        assert said in words
    grave = [label.text() for label in section.findChildren(QLabel) if label.property("grave")]
    assert grave == ["The kernels differ."]


def test_a_click_on_an_abnormality_asks_to_go_there(section: DiffuseSection, qtbot: QtBot) -> None:
    title = next(label for label in section.findChildren(QLabel) if label.text() == "Ground glass")
    with qtbot.waitSignal(section.chosen, timeout=1000) as told:
        QTest.mouseClick(title, Qt.MouseButton.LeftButton)
    assert told.args == ["groundglass"]


def test_it_is_copied_as_text(section: DiffuseSection) -> None:
    QTest.mouseClick(section.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert text == diffuse_text(FOUND)
    assert text.splitlines()[0] == "The kernels differ."
    assert "Mean lung density: −820 HU → −840 HU; −5 HU in the same breath" in text


def test_it_is_hidden_where_there_is_nothing(section: DiffuseSection) -> None:
    section.show_diffuse(None)
    assert not section.isVisible()
