"""Measures become organs: lobes above and below their fissures, the heart within its outlines, the aorta as a tube."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.organs import code_of
from ai.phantom.canvas import Canvas
from ai.training.measured import Measured, Outline
from ai.training.measured_organs import heart_shape, organ_codes

SPACING_MM = 4.0
SHAPE = (50, 40, 60)


def sheet(left: float, height: float, slope: float) -> np.ndarray:
    """Return nine places of a plane that rises to the back."""
    return np.array([(left + x, 80.0 + y, height + slope * y) for x in (-30, 0, 30) for y in (-40, 0, 40)], dtype=float)


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    """Return two boxes of lung with water between them; the patient's frame is the canvas's."""
    hu, depth = torch.zeros(SHAPE), torch.full(SHAPE, -5.0)
    for columns in (slice(2, 22), slice(38, 58)):
        hu[3:47, 4:36, columns] = -850.0
        depth[3:47, 4:36, columns] = 5.0
    right = (torch.arange(SHAPE[2]) < SHAPE[2] // 2).expand(SHAPE)
    return Canvas(hu, depth, right, SPACING_MM)


@pytest.fixture(scope="module")
def what() -> Measured:
    """Return measures with plane fissures, a heart of 40 × 60 × 60 mm and a straight aorta of radius 10 mm."""
    square = np.array([(90.0, 40.0), (150.0, 40.0), (150.0, 100.0), (90.0, 100.0)])
    return Measured(
        {"aorta": np.array([(120.0, 130.0, 180.0, 10.0), (120.0, 130.0, 60.0, 10.0)])},
        {},
        {},
        (Outline(100.0, square), Outline(60.0, square)),
        {
            "right_oblique": sheet(48, 90, 1.0),
            "right_horizontal": sheet(48, 120, 0.0),
            "left_oblique": sheet(192, 90, 1.0),
        },
    )


def code_at(canvas: Canvas, organs: torch.Tensor, up: float, back: float, left: float) -> int:
    return int(organs[tuple(round(v / canvas.spacing_mm) for v in (up, back, left))])


def test_lobes_lie_above_and_below_their_fissures(canvas: Canvas, what: Measured) -> None:
    organs = organ_codes(what, canvas)
    assert organs is not None
    assert code_at(canvas, organs, 160, 60, 48) == code_of("right_upper")
    assert code_at(canvas, organs, 100, 60, 48) == code_of("right_mid")
    assert code_at(canvas, organs, 100, 120, 48) == code_of("right_lower")
    assert code_at(canvas, organs, 100, 60, 192) == code_of("left_upper")
    assert code_at(canvas, organs, 100, 120, 192) == code_of("left_lower")
    lobes = (organs > 0) & (organs <= code_of("left_lower"))
    assert torch.equal(lobes, canvas.lung)


def test_heart_and_aorta_have_their_size(canvas: Canvas, what: Measured) -> None:
    organs = organ_codes(what, canvas)
    assert organs is not None
    heart = float((organs == code_of("heart")).sum()) * SPACING_MM**3
    aorta = float((organs == code_of("aorta")).sum()) * SPACING_MM**3
    assert heart == pytest.approx(60 * 60 * 44, rel=0.2)
    assert aorta == pytest.approx(np.pi * 10**2 * 120, rel=0.15)
    assert not ((organs == code_of("heart")) & canvas.lung).any()


def test_the_aorta_ends_flat(canvas: Canvas, what: Measured) -> None:
    organs = organ_codes(what, canvas)
    assert organs is not None
    heights = torch.nonzero((organs == code_of("aorta")).any(2).any(1)).flatten() * SPACING_MM
    assert float(heights.min()) >= 60 - 1e-6
    assert float(heights.max()) <= 180 + 1e-6


def test_the_hearts_ellipsoid_has_its_moments() -> None:
    up, back, left = (torch.arange(60, dtype=torch.float32) * 2 - 60 for _ in range(3))
    inside = (up[:, None, None] / 20) ** 2 + (back[None, :, None] / 30) ** 2 + (left[None, None, :] / 45) ** 2 < 1
    shape = heart_shape(inside.to(torch.uint8) * code_of("heart"), 2.0)
    assert shape is not None
    assert shape.half_mm == pytest.approx((20, 30, 45), abs=1.0)
    assert shape.middle == pytest.approx((60, 60, 60), abs=0.5)
    assert np.array(shape.axes) @ np.array(shape.axes).T == pytest.approx(np.eye(3), abs=1e-6)


def test_half_measured_organs_are_not_said(canvas: Canvas, what: Measured) -> None:
    less = Measured(what.courses, {}, {}, (), what.fissures)
    assert organ_codes(less, canvas) is None
    assert heart_shape(torch.zeros(SHAPE, dtype=torch.uint8), SPACING_MM) is None
