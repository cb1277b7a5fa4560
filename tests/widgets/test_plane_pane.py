"""One plane of one scan, introduced to the models."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ai.volume import Volume
from tests.support.readings import scan_of, shift
from viewer.mpr.comparing import CompareMode
from viewer.mpr.plane import Plane
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.plane_pane import PlanePane

GRID = scan_of().volume.grid


def warped() -> Volume:
    """Soft tissue everywhere."""
    return Volume(np.full(GRID.shape, 60, np.int16), GRID)


@pytest.fixture
def reading() -> Reading:
    """Return two scans that are compared."""
    made = Reading()
    for role in Role:
        made.scans[role].complete(scan_of(uid=role.value))
    made.comparison.settle(shift())
    return made


@pytest.fixture
def pane(qtbot: QtBot, reading: Reading) -> PlanePane:
    """Return the current axial pane, on screen."""
    made = PlanePane(reading, Role.CURRENT, Plane.AXIAL)
    qtbot.addWidget(made.canvas)
    made.canvas.resize(400, 400)
    made.canvas.show()
    return made


def test_under_the_cursor_lies_the_scan_that_is_seen_there(
    pane: PlanePane, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading.change.show_warped_prior(warped())
    heard: list[str] = []
    monkeypatch.setattr(pane.canvas, "show_hover", heard.append)
    middle = GRID.centre
    pane.canvas.grab()
    pane.canvas.hovered.emit(middle)
    reading.linked.compare_by(CompareMode.FLICKER)
    pane.canvas.grab()
    pane.canvas.hovered.emit(middle)
    assert heard[0].startswith("40 HU")
    assert heard[1].startswith("Prior, warped: 60 HU")


def test_a_hidden_pane_too_lets_the_warped_priors_voxels_go(pane: PlanePane, reading: Reading) -> None:
    reading.change.show_warped_prior(warped())
    held = reading.change.value.warped_prior
    assert held is not None
    alive = weakref.ref(held)
    del held
    reading.linked.compare_by(CompareMode.SWIPE)
    pane.canvas.grab()
    pane.canvas.hide()
    reading.change.clear()
    gc.collect()
    assert alive() is None
