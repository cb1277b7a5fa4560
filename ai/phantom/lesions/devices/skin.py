"""Where the body ends along a straight line, seen from outside: for what lies under or on the skin."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector

_AIR_HU = -400.0
_MUSCLE_HU = -10.0
_THICK_MM = 10.0
"""Tissue at least this thick is the body; what is thinner lies on it."""


def skin_from(canvas: Canvas, place: Vector, towards: Vector) -> Vector | None:
    """Return where a ray from a place leaves the body for good; None where the body goes on to the field's end.

    Looked for from outside, so that gas in the body is not taken for its end.
    """
    return _first(canvas, place, towards, _AIR_HU)


def muscle_from(canvas: Canvas, place: Vector, towards: Vector) -> Vector | None:
    """Return where a ray from a place leaves the muscle of the wall for good."""
    return _first(canvas, place, towards, _MUSCLE_HU)


def front_of(canvas: Canvas, up_mm: float, left_mm: float) -> Vector | None:
    """Return the skin's foremost place over a point of the coronal plane."""
    return skin_from(canvas, _half_way(canvas, up_mm, left_mm), (0.0, -1.0, 0.0))


def front_muscle(canvas: Canvas, up_mm: float, left_mm: float) -> Vector | None:
    """Return the chest wall's foremost muscle or cartilage over a point of the coronal plane."""
    return muscle_from(canvas, _half_way(canvas, up_mm, left_mm), (0.0, -1.0, 0.0))


def outward(canvas: Canvas, skin: Vector, span_mm: float = 16.0) -> Vector:
    """Return the axial unit vector out of the body at a place of its front, by its neighbours left and right."""
    beside = [front_of(canvas, skin[0], skin[2] + side * span_mm) for side in (-1, 1)]
    a, b = (one if one is not None else skin for one in beside)
    slope = (b[1] - a[1]) / max(b[2] - a[2], 1e-3)
    slope = float(np.clip(slope, -2.0, 2.0))
    norm = float(np.hypot(1.0, slope))
    return 0.0, -1.0 / norm, slope / norm


def outside_body(canvas: Canvas, block: tuple[slice, slice, slice]) -> Tensor:
    """True in air outside the lungs."""
    return (canvas.hu[block] < _AIR_HU) & (canvas.depth_mm[block] < 0)


def _half_way(canvas: Canvas, up_mm: float, left_mm: float) -> Vector:
    return up_mm, canvas.shape[1] * canvas.spacing_mm * 0.5, left_mm


def _first(canvas: Canvas, place: Vector, towards: Vector, floor_hu: float) -> Vector | None:
    """Return the outermost place of a ray behind which tissue of at least that density is thick."""
    places = _ray(canvas, place, towards)
    if len(places) == 0:
        return None
    s, r, c = torch.as_tensor(np.round(places / canvas.spacing_mm).astype(int).T)
    dense = (canvas.hu[s, r, c] > floor_hu).cpu().numpy()
    run = max(2, round(_THICK_MM / canvas.spacing_mm))
    thick = np.convolve(dense, np.ones(run), "valid") > run - 0.5
    if len(thick) == 0 or thick[0] or not thick.any():
        return None
    found = places[int(np.argmax(thick))]
    return float(found[0]), float(found[1]), float(found[2])


def _ray(canvas: Canvas, place: Vector, towards: Vector) -> NDArray[np.float64]:
    """Places one voxel apart, from the field's end back to ``place``."""
    direction = np.array(towards) / np.linalg.norm(towards)
    reach = np.arange(0.0, 400.0, canvas.spacing_mm)
    places = np.array(place) + reach[:, None] * direction
    index = np.round(places / canvas.spacing_mm)
    within = ((index >= 0) & (index < np.array(canvas.shape))).all(1).cumprod().astype(bool)
    return np.asarray(places[within][::-1])
