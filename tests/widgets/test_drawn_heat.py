"""Which heat is drawn, and on which scale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.readings import analysis_of, scan_of
from viewer.mpr.pane_state import OverlayLook
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.widgets.drawn_heat import drawn_heat

GRID = scan_of().volume.grid


def found() -> Reading:
    """Return a reading whose two scans hold a nodule, stronger in the prior."""
    reading = Reading()
    for role, logit in ((Role.CURRENT, 1.0), (Role.PRIOR, 5.0)):
        reading.scans[role].complete(scan_of(uid=role.value))
        reading.findings[role].show(analysis_of(GRID, nodule=logit, mass=2.0))
    return reading


def test_nothing_is_drawn_while_the_overlay_is_off() -> None:
    reading = found()
    assert drawn_heat(reading, Role.CURRENT, reading.panes[Role.CURRENT].value.overlay).heatmaps == ()


def test_only_the_chosen_abnormalities_are_drawn_on_one_scale_for_both_scans() -> None:
    reading = found()
    overlay = replace(reading.panes[Role.CURRENT].value.overlay, shown=True, abnormalities=frozenset({"nodule"}))
    current, prior = (drawn_heat(reading, role, overlay) for role in Role)
    assert current.titles == ("Nodule",)
    assert list(current.tops) == list(prior.tops) == pytest.approx([9.0])


def test_the_finding_looked_at_lies_on_top_of_the_most_probable() -> None:
    reading = found()
    overlay = OverlayLook(shown=True, abnormalities=frozenset({"mass", "nodule"}))
    assert drawn_heat(reading, Role.PRIOR, overlay).titles == ("Mass", "Nodule")
    assert drawn_heat(reading, Role.PRIOR, replace(overlay, followed="mass")).titles == ("Nodule", "Mass")
