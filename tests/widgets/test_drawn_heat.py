"""Which heat is drawn, and on which scale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.readings import analysis_of, scan_of
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


def test_the_most_probable_lies_on_top() -> None:
    reading = found()
    overlay = replace(reading.panes[Role.PRIOR].value.overlay, shown=True)
    assert drawn_heat(reading, Role.PRIOR, overlay).titles == ("Mass", "Nodule")
