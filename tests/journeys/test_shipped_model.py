"""The real window over the model that is shipped: its findings arrive, its heat is drawn, its card is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ai.model import ModelError, load_bundle
from ai.phantom import drawn_case
from ai.scan import write_dicom
from ai.series import Scan
from ai.volume import Volume
from tests.support.readings import series_of
from tests.support.window import Hand, open_window_over
from viewer.state.findings_model import Stage
from viewer.state.role import Role
from viewer.steps.all_steps import Engines
from viewer.widgets.model_line import ModelLine

pytestmark = pytest.mark.journey


@pytest.fixture
def hand(qtbot: QtBot) -> Hand:
    """Return a hand on a window over the shipped model; skips while none is shipped."""
    try:
        load_bundle()
    except ModelError as reason:
        pytest.skip(str(reason))
    return open_window_over(qtbot, Engines())


def synthetic_patient() -> Scan:
    """Return a coarse thorax with a pleural effusion and a mass."""
    case = drawn_case(5, None, frozenset({"pleural_effusion", "mass"}), 3.0)
    volume = Volume(case.hu.numpy(), case.canvas.grid)
    return Scan(volume, series_of(volume.grid, uid="1.2.3.4.9"))


def test_its_findings_and_heat_arrive(hand: Hand, tmp_path: Path) -> None:
    write_dicom(synthetic_patient(), tmp_path)
    hand.window.open_paths([tmp_path])
    findings = hand.reading.findings[Role.CURRENT]
    hand.qtbot.waitUntil(lambda: findings.value.stage in (Stage.DONE, Stage.FAILED), timeout=120_000)
    assert findings.value.sentence == ""
    assert findings.value.analysis is not None
    card = findings.value.analysis.card
    line = hand.window.findChild(ModelLine)
    assert line is not None
    assert card.version in line.text()
    assert card.trained_on in line.text()
    rows = hand.window.side.findings[Role.CURRENT].rows
    present = [f for f in findings.value.analysis.findings if f.present]
    assert present
    hottest = max(present, key=lambda f: float(f.heatmap.values.max()))
    hand.reading.go_to(Role.CURRENT, hottest)
    without = hand.seen(hand.canvas())
    QTest.mouseClick(rows[hottest.abnormality.name].eye, Qt.MouseButton.LeftButton)
    assert hand.seen(hand.canvas()) != without
    hand.window.close()
    hand.window.deleteLater()
