"""The reader chooses another model in the menu, and the findings say who spoke."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ai.findings import Analysis, ModelCard
from ai.progress import Progress
from ai.scan import write_dicom
from ai.volume import Volume
from tests.support.readings import analysis_of, grid_of, scan_of
from tests.support.window import Hand, StandInModel, open_window_over, stand_in_engines
from viewer.state.model_choice import OfferedModel
from viewer.state.role import Role
from viewer.widgets.model_menu import ModelMenu

pytestmark = pytest.mark.journey

SHIPPED = OfferedModel(Path("/models/shipped"), "Shipped 1", True)
OWN = OfferedModel(Path("/models/own"), "Our archive 3")
CARD = ModelCard("own", "3", "ab" * 32, "the reports of 900 scans", "Our archive")


def by_own(folder: Path, volume: Volume, progress: Progress) -> Analysis:
    """Find a mass, in the name of the hospital's own model."""
    return replace(analysis_of(volume.grid, mass=2.0), card=CARD)


def found(progress: Progress) -> tuple[OfferedModel, ...]:
    """Come with one model and know of another."""
    return (SHIPPED, OWN)


def opened(folder: Path, progress: Progress) -> OfferedModel:
    """Open either."""
    return OWN if folder == OWN.folder else SHIPPED


def spoken(hand: Hand) -> str:
    """Return the line that says which model spoke."""
    line = hand.window.findChild(QLabel, "ModelLine")
    assert isinstance(line, QLabel)
    return line.text()


def test_the_model_is_changed_in_the_menu_and_named_under_the_findings(qtbot: QtBot, tmp_path: Path) -> None:
    scan = scan_of(grid_of((24, 64, 64), (3.0, 4.0, 4.0)), uid="1.2.3.4.2", taken_on=date(2024, 3, 1))
    write_dicom(scan, tmp_path)
    model = StandInModel()
    engines = replace(stand_in_engines(model), analyse_with=by_own, find_models=found, open_model=opened)
    hand = open_window_over(qtbot, engines)
    hand.open(tmp_path)
    assert "Stand-in 0" in spoken(hand)
    menu = hand.window.findChild(ModelMenu)
    assert isinstance(menu, ModelMenu)
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: len(menu.actions()) == 4)
    names = [action.text() for action in menu.actions() if action.text()]
    assert names == ["Shipped 1", "Our archive 3", "Open a model’s folder …"]
    assert [action.isChecked() for action in menu.actions()[:2]] == [True, False]
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: "Our archive 3" in spoken(hand))
    assert "900 scans" in spoken(hand)
    assert [action.isChecked() for action in menu.actions()[:2]] == [False, True]
    assert list(hand.window.side.findings[Role.CURRENT].rows) == ["mass"]
    assert len(model.asked) == 1
    hand.window.close()
    hand.window.deleteLater()
