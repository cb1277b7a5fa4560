"""Which map of change is drawn, on which scale, and what is said while there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ai.change import ChangeMap
from tests.support.readings import analysis_of, scan_of, shift
from viewer.mpr.comparing import CompareMode
from viewer.mpr.pane_state import OverlayKind
from viewer.state.change_model import HeatChange
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.drawn_change import drawn_change, said_of_change

GRID = scan_of().volume.grid
MAP = ChangeMap(np.full(GRID.shape, 50.0, np.float32), GRID)


@pytest.fixture
def reading() -> Reading:
    """Return a reading with two scans, the change of whose density is asked for."""
    made = Reading()
    for role in Role:
        made.scans[role].complete(scan_of(uid=role.value))
    made.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    return made


def said(reading: Reading) -> str:
    """What is written on the current panes."""
    state = reading.panes[Role.CURRENT].value
    return said_of_change(reading, state.overlay, state.compare)


def test_it_waits_in_words_until_the_map_is_there(reading: Reading) -> None:
    heard = [said(reading)]
    reading.comparison.register(shift())
    heard.append(said(reading))
    reading.comparison.settle(replace(shift(), warp_to_current=lambda points: points))
    heard.append(said(reading))
    reading.change.show_density(MAP)
    heard.append(said(reading))
    assert heard == [
        "Change map: waits for the registration",
        "Change map: only rigid so far, waits …",
        "Change map: is being made …",
        "",
    ]


def test_a_map_by_the_rigid_registration_says_what_that_means(reading: Reading) -> None:
    reading.comparison.settle(shift())
    reading.change.show_density(MAP)
    assert said(reading) == "By rigid registration only: breathing shows as change"


def test_why_there_is_none_is_said(reading: Reading) -> None:
    reading.comparison.settle(shift())
    reading.change.fail("The scans are too large to map.")
    assert said(reading) == "Change map: The scans are too large to map."


def test_a_flicker_without_its_prior_waits_too(reading: Reading) -> None:
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    reading.linked.compare_by(CompareMode.FLICKER)
    assert said(reading) == "Flicker: waits for the registration"


def test_nothing_is_said_while_nothing_is_asked_for(reading: Reading) -> None:
    reading.linked.toggle_change(OverlayKind.DENSITY_CHANGE)
    assert said(reading) == ""


def test_density_is_drawn_over_the_current_scan_only_from_twenty_hu_on(reading: Reading) -> None:
    reading.change.show_density(MAP)
    overlay = reading.panes[Role.CURRENT].value.overlay
    drawn = drawn_change(reading, Role.CURRENT, overlay)
    assert drawn is not None
    assert (drawn.map, drawn.scale.least) == (MAP, 20.0)
    assert drawn.scale.unit.startswith("HU")
    assert drawn_change(reading, Role.PRIOR, overlay) is None


def test_heat_is_drawn_in_logit_points_on_the_scale_of_both_scans(reading: Reading) -> None:
    for role, logit in ((Role.PRIOR, 1.0), (Role.CURRENT, 3.0)):
        reading.findings[role].show(analysis_of(GRID, nodule=logit))
    reading.linked.toggle_change(OverlayKind.HEAT_CHANGE)
    assert said(reading) == "Change of heat: waits for the registration"
    reading.change.show_heat(HeatChange("nodule", MAP))
    drawn = drawn_change(reading, Role.CURRENT, reading.panes[Role.CURRENT].value.overlay)
    assert drawn is not None
    assert drawn.title == "Nodule: change of heat"
    assert (drawn.scale.top, drawn.scale.least) == pytest.approx((7.0, 0.7))
    assert drawn.scale.unit.startswith("logit points")
