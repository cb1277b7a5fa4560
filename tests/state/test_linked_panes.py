"""What is done in one scan happens at the corresponding place of the other."""

from __future__ import annotations

import pytest

from ai.geometry import PointMm
from tests.support.readings import grid_of, shift
from viewer.mpr.plane import Plane
from viewer.mpr.posing import fit_mm_per_px
from viewer.mpr.window import Window
from viewer.state.comparison_model import ComparisonModel
from viewer.state.linked_panes import LinkedPanes
from viewer.state.pane_model import LUNG, PaneModel
from viewer.state.role import Role

CURRENT = grid_of((40, 30, 30), (2.0, 2.0, 2.0), PointMm(0.0, 0.0, 0.0))
PRIOR = grid_of((40, 60, 60), (2.0, 2.0, 2.0), PointMm(100.0, 50.0, 200.0))


class Bench:
    """Two linked scans."""

    def __init__(self) -> None:
        self.panes = {role: PaneModel() for role in Role}
        self.comparison = ComparisonModel()
        self.linked = LinkedPanes(self.panes, self.comparison)
        self.panes[Role.CURRENT].begin(CURRENT, LUNG)
        self.panes[Role.PRIOR].begin(PRIOR, LUNG)
        self.linked.hang()

    def crosshair(self, role: Role) -> PointMm:
        """Where a scan is looked at."""
        return self.panes[role].value.crosshair


@pytest.fixture
def bench() -> Bench:
    """Return two linked scans without a registration."""
    return Bench()


def near(a: PointMm, b: PointMm) -> bool:
    """True where two places are the same to a micrometre."""
    return a.distance_mm(b) < 1e-3


def test_without_a_registration_the_middles_correspond(bench: Bench) -> None:
    assert not bench.linked.registered
    bench.linked.look_at(Role.CURRENT, CURRENT.centre.moved(superior=10))
    assert near(bench.crosshair(Role.PRIOR), PRIOR.centre.moved(superior=10))


def test_the_registration_maps_the_crosshair_both_ways(bench: Bench) -> None:
    bench.comparison.register(shift(left=-110, posterior=-60, superior=-190))
    point = PointMm(20.0, 20.0, 30.0)
    bench.linked.look_at(Role.CURRENT, point)
    assert near(bench.crosshair(Role.PRIOR), PointMm(130.0, 80.0, 220.0))
    bench.linked.look_at(Role.PRIOR, PointMm(140.0, 70.0, 230.0))
    assert near(bench.crosshair(Role.CURRENT), PointMm(30.0, 10.0, 40.0))


def test_a_registration_that_arrives_moves_the_prior_not_the_current(bench: Bench) -> None:
    before = bench.crosshair(Role.CURRENT)
    bench.comparison.register(shift(left=-110, posterior=-60, superior=-190))
    assert bench.crosshair(Role.CURRENT) == before
    assert near(bench.crosshair(Role.PRIOR), before.moved(110, 60, 190))


def test_scrolling_one_scrolls_the_other_by_millimetres(bench: Bench) -> None:
    there = bench.crosshair(Role.PRIOR)
    bench.linked.step(Role.CURRENT, Plane.AXIAL, 3)
    assert bench.crosshair(Role.PRIOR).superior - there.superior == pytest.approx(6.0, abs=1.0)


def test_unlinked_each_is_scrolled_alone_and_relinking_keeps_the_offset(bench: Bench) -> None:
    bench.linked.toggle_link()
    start = bench.crosshair(Role.CURRENT)
    bench.linked.step(Role.PRIOR, Plane.AXIAL, 4)
    assert bench.crosshair(Role.CURRENT) == start
    bench.linked.toggle_link()
    apart = bench.crosshair(Role.PRIOR).superior - bench.crosshair(Role.CURRENT).superior
    bench.linked.step(Role.CURRENT, Plane.AXIAL, 5)
    assert bench.crosshair(Role.PRIOR).superior - bench.crosshair(Role.CURRENT).superior == pytest.approx(apart)
    bench.linked.step(Role.PRIOR, Plane.AXIAL, -3)
    assert bench.crosshair(Role.PRIOR).superior - bench.crosshair(Role.CURRENT).superior == pytest.approx(apart)


def test_reset_forgets_the_offset(bench: Bench) -> None:
    bench.linked.toggle_link()
    bench.linked.step(Role.PRIOR, Plane.AXIAL, 4)
    bench.linked.toggle_link()
    assert bench.linked.link.value.offset.superior == pytest.approx(8.0, abs=1.0)
    bench.linked.reset(Role.CURRENT)
    assert bench.linked.link.value.offset == PointMm(0, 0, 0)
    expected = bench.linked.across(Role.CURRENT, bench.crosshair(Role.CURRENT))
    assert near(bench.crosshair(Role.PRIOR), expected)


def test_the_window_is_shared_while_linked(bench: Bench) -> None:
    bench.linked.use_window(Role.PRIOR, Window(400, 40))
    assert bench.panes[Role.CURRENT].value.window == Window(400, 40)
    bench.linked.toggle_link()
    bench.linked.use_window(Role.PRIOR, Window(80, 40))
    assert bench.panes[Role.CURRENT].value.window == Window(400, 40)


def scale_mm_per_px(bench: Bench, role: Role) -> float:
    """How many millimetres a pixel of a 100 × 100 axial pane shows."""
    grid = CURRENT if role is Role.CURRENT else PRIOR
    return fit_mm_per_px(grid, Plane.AXIAL, (100, 100)) / bench.panes[role].value.zoom


def test_zoom_keeps_the_same_scale_in_millimetres_though_one_scan_is_twice_as_wide(bench: Bench) -> None:
    assert scale_mm_per_px(bench, Role.CURRENT) == pytest.approx(scale_mm_per_px(bench, Role.PRIOR))
    bench.linked.zoom_at(Role.CURRENT, Plane.AXIAL, 3.0, CURRENT.centre.moved(left=5))
    assert scale_mm_per_px(bench, Role.CURRENT) == pytest.approx(scale_mm_per_px(bench, Role.PRIOR))


def test_pan_moves_both(bench: Bench) -> None:
    before = bench.panes[Role.PRIOR].value.centre
    bench.linked.pan(Role.CURRENT, Plane.AXIAL, 7.0, -3.0)
    after = bench.panes[Role.PRIOR].value.centre
    assert (after.left - before.left, after.posterior - before.posterior) == pytest.approx((-7.0, 3.0))


def test_undo_takes_both_back(bench: Bench) -> None:
    bench.linked.leave_view()
    bench.linked.use_window(Role.CURRENT, Window(400, 40))
    bench.linked.undo(Role.CURRENT)
    assert [bench.panes[role].value.window for role in Role] == [LUNG, LUNG]


def test_the_models_do_not_answer_each_other(bench: Bench) -> None:
    news: list[Role] = []
    for role in Role:
        bench.panes[role].changed.connect(lambda before, after, role=role: news.append(role))
    bench.linked.step(Role.CURRENT, Plane.CORONAL, 1)
    assert sorted(news, key=lambda role: role.value) == [Role.CURRENT, Role.PRIOR]


def test_overlay_is_toggled_in_both_even_unlinked(bench: Bench) -> None:
    bench.linked.toggle_link()
    bench.linked.toggle_overlay()
    assert all(pane.value.overlay.shown for pane in bench.panes.values())
    bench.linked.toggle_overlay()
    assert not any(pane.value.overlay.shown for pane in bench.panes.values())


def test_alone_a_scan_needs_no_partner() -> None:
    panes = {role: PaneModel() for role in Role}
    linked = LinkedPanes(panes, ComparisonModel())
    panes[Role.CURRENT].begin(CURRENT, LUNG)
    linked.toggle_link()
    assert linked.link.value.on
    linked.step(Role.CURRENT, Plane.AXIAL, 1)
    assert panes[Role.PRIOR].grid is None
