"""What was measured on real scans is complete, in the right order and on the right side; no voxels are needed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ai.geometry import PointMm
from ai.phantom.canvas import Canvas
from ai.training import measured as room
from ai.training.backgrounds import listed
from ai.training.measured import Measured, MeasuredError, measured, placed

NAMES = sorted({entry.landmarks for purpose in ("train", "held_out") for entry in listed(purpose)})


def of(name: str) -> Measured:
    """Return one scan's measures."""
    found = measured(name)
    assert found is not None
    return found


def canvas(origin: PointMm) -> Canvas:
    """Return an empty canvas that begins at a place of the patient."""
    shape = (4, 4, 4)
    return Canvas(torch.zeros(shape), torch.zeros(shape), torch.zeros(shape, dtype=torch.bool), 2.0, origin)


def test_every_real_anatomy_is_measured() -> None:
    assert len(NAMES) == 6
    assert all(measured(name) is not None for name in NAMES)
    assert measured("") is None
    assert measured("nobody") is None


@pytest.mark.parametrize("name", NAMES)
def test_all_of_it_is_there(name: str) -> None:
    what = of(name)
    assert set(what.courses) == set(room._COURSES)
    assert set(what.coronaries) == {"left_anterior_descending", "circumflex", "right"}
    assert set(what.fissures) == {"right_oblique", "right_horizontal", "left_oblique"}
    assert all(len(places) >= 6 for places in what.fissures.values())
    assert {"4R", "4L", "7", "10R", "10L", "axilla_right", "axilla_left"} <= set(what.nodes)
    assert len(what.heart) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_courses_run_as_landmarks_say(name: str) -> None:
    what = of(name)
    spine, sternum, aorta = (what.courses[part] for part in ("spine", "sternum", "aorta"))
    assert (np.diff(spine[:, 2]) < 0).all()
    assert (np.diff(sternum[:, 2]) < 0).all()
    assert sternum[:, 1].mean() < spine[:, 1].mean() - 60
    assert aorta[0, 2] < aorta[:, 2].max() > aorta[-1, 2]
    assert aorta[-1, 1] > aorta[0, 1]
    assert np.linalg.norm(np.diff(aorta[:, :3], axis=0), axis=1).sum() > 200
    assert what.courses["oesophagus"][-1, 2] < what.courses["oesophagus"][0, 2]
    for vein in ("subclavian_right", "subclavian_left", "jugular_right"):
        assert np.allclose(what.courses[vein][-1, :3], what.courses["vena_cava"][0, :3])


@pytest.mark.parametrize("name", NAMES)
def test_no_step_along_a_course_is_a_slip_of_the_pen(name: str) -> None:
    what = of(name)
    for places in (*what.courses.values(), *what.coronaries.values()):
        steps = np.linalg.norm(np.diff(places[:, :3], axis=0), axis=1)
        assert steps.min() > 0
        assert steps.max() < 50
        assert places[:, 3].min() > 0.5
        assert places[:, 3].max() < 25


@pytest.mark.parametrize("name", NAMES)
def test_right_is_right(name: str) -> None:
    what = of(name)
    middle = what.courses["spine"][:, 0].mean()
    for station in ("2", "4", "10", "axilla_"):
        right, left = (
            what.nodes[station + side] for side in (("R", "L") if station != "axilla_" else ("right", "left"))
        )
        assert right[0] < left[0]
    assert what.nodes["axilla_right"][0] < middle < what.nodes["axilla_left"][0]
    assert what.fissures["right_oblique"][:, 0].max() < middle < what.fissures["left_oblique"][:, 0].min()


@pytest.mark.parametrize("name", NAMES)
def test_oblique_fissures_rise_to_the_back(name: str) -> None:
    for side in ("right_oblique", "left_oblique"):
        places = of(name).fissures[side]
        assert np.polyfit(places[:, 1], places[:, 2], 1)[0] > 0.3


def test_places_move_into_the_canvas() -> None:
    what = of("normal001")
    landmarks = placed(what, canvas(PointMm(-100.0, -200.0, -300.0)))
    assert landmarks.aorta is not None
    left, posterior, superior, radius = what.courses["aorta"][3]
    assert landmarks.aorta.points[3] == pytest.approx((superior + 300, posterior + 200, left + 100))
    assert landmarks.aorta.radii_mm[3] == radius
    assert landmarks.nodes["7"] == pytest.approx((300 - 136, 200 - 132, 100 - 1))
    assert set(landmarks.coronaries) == set(what.coronaries)


def test_a_course_nobody_asks_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd.toml").write_text("[courses]\nthoracic_duct = [[0, 0, 0, 1], [0, 0, 9, 1]]\n", encoding="utf-8")
    monkeypatch.setattr(room, "_FOLDER", tmp_path)
    with pytest.raises(MeasuredError, match="thoracic_duct"):
        measured("odd")
