"""Intents about one scan, and the way back."""

from ai.geometry import PointMm
from tests.support.readings import grid_of
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.state.pane_model import LUNG, PaneModel

MEDIASTINUM = Window(400, 40, "Mediastinum")


def pane() -> PaneModel:
    """Look at a small scan."""
    model = PaneModel()
    model.begin(grid_of(), LUNG)
    return model


def test_before_a_scan_is_there_places_do_nothing() -> None:
    model = PaneModel()
    before = model.value
    model.step(Plane.AXIAL, 3)
    model.look_at(PointMm(1, 2, 3))
    model.pan(Plane.AXIAL, 5, 5)
    assert model.value is before


def test_a_step_moves_the_crosshair_by_one_slice_in_millimetres() -> None:
    model = pane()
    before = model.value.crosshair
    model.step(Plane.AXIAL, 2)
    after = model.value.crosshair
    assert after.superior - before.superior == 6.0
    assert (after.left, after.posterior) == (before.left, before.posterior)


def test_scrolling_past_the_end_is_no_news() -> None:
    model = pane()
    model.go_to_end(Plane.AXIAL, last=True)
    news: list[object] = []
    model.changed.connect(lambda before, after: news.append(after))
    model.step(Plane.AXIAL, 1)
    assert news == []


def test_undo_brings_back_window_and_zoom_of_a_whole_drag() -> None:
    model = pane()
    model.leave_view()
    for right in range(1, 20):
        model.use_window(LUNG.dragged(right, 0))
    dragged = model.value.window
    model.leave_view()
    model.zoom_at(Plane.AXIAL, 2.0, model.value.centre)
    model.undo()
    assert (model.value.zoom, model.value.window) == (1.0, dragged)
    model.undo()
    assert model.value.window == LUNG
    model.redo()
    model.redo()
    assert (model.value.zoom, model.value.window) == (2.0, dragged)


def test_undo_does_not_move_the_crosshair() -> None:
    model = pane()
    model.leave_view()
    model.use_window(MEDIASTINUM)
    model.step(Plane.AXIAL, 3)
    there = model.value.crosshair
    model.undo()
    assert model.value.crosshair == there
    assert model.value.window == LUNG


def test_a_new_change_after_undo_leaves_nothing_to_redo() -> None:
    model = pane()
    model.leave_view()
    model.use_window(MEDIASTINUM)
    model.undo()
    model.leave_view()
    model.use_window(Window(80, 40, "Brain"))
    model.redo()
    assert model.value.window.name == "Brain"


def test_the_window_is_kept_when_another_scan_comes() -> None:
    model = pane()
    model.use_window(MEDIASTINUM)
    model.begin(grid_of(first=PointMm(0, 0, 0)), LUNG)
    assert model.value.window == MEDIASTINUM
    assert model.value.zoom == 1.0


def test_the_first_eye_opened_shows_that_abnormality_alone() -> None:
    model = pane()
    model.follow_heatmap("mass")
    model.toggle_heatmap("nodule")
    assert model.value.overlay.shown
    assert model.value.overlay.abnormalities == {"nodule"}
    model.toggle_heatmap("mass")
    assert model.value.overlay.abnormalities == {"nodule", "mass"}
    model.toggle_heatmap("mass")
    model.toggle_heatmap("nodule")
    assert not model.value.overlay.shown


def test_opacity_and_threshold_stay_within_their_range() -> None:
    model = pane()
    model.use_opacity(1.7)
    model.use_threshold(-1)
    assert model.value.overlay.opacity == 1.0
    assert model.value.overlay.threshold == 0.0


def test_reset_shows_the_whole_scan_and_keeps_the_place() -> None:
    model = pane()
    model.step(Plane.AXIAL, 2)
    there = model.value.crosshair
    model.zoom_at(Plane.AXIAL, 4.0, there)
    model.pan(Plane.CORONAL, 3.0, 3.0)
    model.use_window(MEDIASTINUM)
    model.thicken(Plane.AXIAL, 2)
    model.reset()
    state = model.value
    assert (state.zoom, state.slab_mm, state.window, state.crosshair) == (1.0, 0.0, LUNG, there)
    assert state.centre == grid_of().centre
