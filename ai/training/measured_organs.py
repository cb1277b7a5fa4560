"""The organs of a real scan, from what was measured: lobes by fissures, the heart by outlines, the aorta as a tube."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.interpolate import RBFInterpolator
from scipy.spatial import cKDTree
from torch import Tensor

from ai.organs import code_of
from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Course, HeartShape
from ai.training.measured import Measured, Outline, Places

Mask = NDArray[np.bool_]

_SOFT_HU = -150.0
"""Less dense than this is lung or its edge, not heart or vessel; fat under the pericardium is denser."""
_SMOOTHING = 10.0
"""Of the thin plates: places read by eye are off by a few millimetres."""
_CAP_MM = 4.0
"""How far the heart reaches beyond its highest and lowest outline."""


def organ_codes(what: Measured, canvas: Canvas) -> Tensor | None:
    """Return uint8 codes of ``ai.organs``; None where not all of lobes, heart and aorta were measured."""
    if not what.heart or len(what.fissures) < 3 or "aorta" not in what.courses:
        return None
    codes = _lobes(what, canvas)
    solid = (canvas.hu > _SOFT_HU).cpu().numpy() & (codes == 0)
    codes[_heart(what.heart, canvas) & solid] = code_of("heart")
    codes[_tube(what.courses["aorta"], canvas) & solid] = code_of("aorta")
    return torch.from_numpy(codes).to(canvas.hu.device)


def heart_shape(organs: Tensor, spacing_mm: float) -> HeartShape | None:
    """Return the ellipsoid with the moments of the organs' heart; None where there is none."""
    places = np.argwhere(organs.cpu().numpy() == code_of("heart")) * spacing_mm
    if len(places) < 100:
        return None
    middle = places.mean(0)
    # A solid ellipsoid's variance along a half axis a is a²/5.
    variance, axes = np.linalg.eigh(np.cov((places - middle).T))
    half = np.sqrt(5 * variance)
    rows = [(float(a), float(b), float(c)) for a, b, c in axes.T]
    return HeartShape(
        (float(middle[0]), float(middle[1]), float(middle[2])),
        (float(half[0]), float(half[1]), float(half[2])),
        (rows[0], rows[1], rows[2]),
    )


def _lobes(what: Measured, canvas: Canvas) -> NDArray[np.uint8]:
    origin = canvas.origin.array()
    height = (origin[2] + np.arange(canvas.shape[0]) * canvas.spacing_mm)[:, None, None]
    above = {name: height > _sheet(places, canvas)[None] for name, places in what.fissures.items()}
    upper_right = np.where(above["right_horizontal"], code_of("right_upper"), code_of("right_mid"))
    right = np.where(above["right_oblique"], upper_right, code_of("right_lower"))
    left = np.where(above["left_oblique"], code_of("left_upper"), code_of("left_lower"))
    codes = np.where(canvas.right.cpu().numpy(), right, left)
    return np.asarray(codes * canvas.lung.cpu().numpy(), dtype=np.uint8)


def _sheet(places: Places, canvas: Canvas) -> NDArray[np.float64]:
    """Return a fissure's height (superior, millimetres) over every (back, left) of the canvas: a thin plate."""
    plate = RBFInterpolator(places[:, :2], places[:, 2], kernel="thin_plate_spline", smoothing=_SMOOTHING)
    origin = canvas.origin.array()
    step = 8.0
    backs = np.arange(0, canvas.shape[1] * canvas.spacing_mm + step, step)
    lefts = np.arange(0, canvas.shape[2] * canvas.spacing_mm + step, step)
    grid = np.stack(np.meshgrid(origin[0] + lefts, origin[1] + backs), -1)
    coarse = plate(grid.reshape(-1, 2)).reshape(grid.shape[:2])
    rows = np.arange(canvas.shape[1]) * canvas.spacing_mm / step
    columns = np.arange(canvas.shape[2]) * canvas.spacing_mm / step
    found = ndimage.map_coordinates(coarse, np.meshgrid(rows, columns, indexing="ij"), order=1, mode="nearest")
    return np.asarray(found)


def _heart(outlines: tuple[Outline, ...], canvas: Canvas) -> Mask:
    """The heart between its outlines: signed distances in the planes, interpolated from plane to plane."""
    ordered = sorted(outlines, key=lambda outline: outline.superior_mm)
    levels = np.array([outline.superior_mm for outline in ordered])
    planes = np.stack([_signed(outline.places, canvas) for outline in ordered])
    mask = np.zeros(canvas.shape, dtype=bool)
    for number in range(canvas.shape[0]):
        height = canvas.origin.superior + number * canvas.spacing_mm
        beyond = max(levels[0] - height, height - levels[-1], 0.0)
        if beyond > _CAP_MM:
            continue
        at = float(np.interp(height, levels, np.arange(len(levels))))
        low = min(int(at), len(levels) - 2)
        mask[number] = planes[low] * (low + 1 - at) + planes[low + 1] * (at - low) < -2 * beyond
    return mask


def _signed(polygon: Places, canvas: Canvas) -> NDArray[np.float64]:
    """Signed distance to a polygon of (left, posterior) places in the canvas's axial plane, negative inside."""
    origin = canvas.origin.array()
    left = origin[0] + np.arange(canvas.shape[2])[None, :] * canvas.spacing_mm
    back = origin[1] + np.arange(canvas.shape[1])[:, None] * canvas.spacing_mm
    inside = np.zeros(canvas.shape[1:], dtype=bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > back) != (y1 > back)
        inside ^= crosses & (left < x0 + (back - y0) * (x1 - x0) / (y1 - y0))
    distance = ndimage.distance_transform_edt(~inside) - ndimage.distance_transform_edt(inside)
    return np.asarray(distance * canvas.spacing_mm)


def _tube(places: Places, canvas: Canvas) -> Mask:
    """Where a course's tube is: within the radius of the nearest place along it."""
    points = (places[:, :3] - canvas.origin.array())[:, ::-1]
    course = Course(tuple((float(a), float(b), float(c)) for a, b, c in points), tuple(float(r) for r in places[:, 3]))
    shares = np.linspace(0, 1, max(2, round(course.length_mm / 2)))
    along = [course.at(float(share)) for share in shares]
    line, radii = np.array([place for place, _ in along]), np.array([radius for _, radius in along])
    reach = float(radii.max())
    low = np.maximum(0, np.floor((line.min(0) - reach) / canvas.spacing_mm)).astype(int)
    high = np.minimum(canvas.shape, np.ceil((line.max(0) + reach) / canvas.spacing_mm).astype(int) + 1)
    mask = np.zeros(canvas.shape, dtype=bool)
    if (high <= low).any():
        return mask
    block = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(*(np.arange(a, b) for a, b in zip(low, high, strict=True)), indexing="ij"), -1)
    distance, nearest = cKDTree(line).query(grid * canvas.spacing_mm, distance_upper_bound=reach + 1)
    within = distance <= np.append(radii, -1.0)[nearest]
    for end, beside in ((0, 1), (len(line) - 1, len(line) - 2)):
        # The tube ends flat, at the valve and at the diaphragm, not as a half ball.
        beyond = (grid * canvas.spacing_mm - line[end]) @ (line[beside] - line[end]) < 0
        within &= ~(beyond & (nearest == end))
    mask[block] = within
    return mask
