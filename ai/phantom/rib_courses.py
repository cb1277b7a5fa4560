"""Finds the ribs of a real scan: bone in a shell around the lungs, each piece a course from the spine to the front."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Course, Landmarks

_BONE_HU = (180.0, 260.0, 360.0)
"""Pieces that hold more than one rib are parted by the next higher."""
_SHELL_MM = (-19.0, -0.5)
"""Where ribs lie outside the lung's surface; shoulder blades and collar bones lie farther out."""
_SHORTEST_MM = 45.0
_TALLEST_MM = 26.0
"""A piece that is taller than this at one angle is two ribs grown together by partial volume."""
_STEP = np.deg2rad(6.0)
_MEDIASTINUM_MM, _IN_FRONT_MM = 42.0, 22.0
"""Half width about the spine, and how far in front of its middle."""


def rib_courses(canvas: Canvas, landmarks: Landmarks) -> tuple[Course, ...]:
    """Return the ribs' courses; needs the spine's course (and leaves out the sternum, where it is known)."""
    if landmarks.spine is None:
        return ()
    depth = canvas.depth_mm.cpu().numpy()
    hu = canvas.hu.cpu().numpy()
    bone = (depth > _SHELL_MM[0]) & (depth < _SHELL_MM[1])
    bone &= ~_beside(landmarks.spine, bone.shape, canvas.spacing_mm, 15.0)
    if landmarks.sternum is not None:
        bone &= ~_beside(landmarks.sternum, bone.shape, canvas.spacing_mm, 14.0)
    bone &= ~_vessels(landmarks, landmarks.spine, bone.shape, canvas.spacing_mm)
    lung = np.argwhere(canvas.lung.cpu().numpy()[::4, ::4, ::4]) * (4 * canvas.spacing_mm)
    found = []
    for threshold in _BONE_HU:
        bone &= hu > threshold
        ribs, bone = _separate(bone, lung.mean(0), canvas.spacing_mm)
        found += ribs
    return tuple(sorted(found, key=lambda course: -course.points[0][0]))


def _vessels(landmarks: Landmarks, spine: Course, shape: tuple[int, ...], spacing_mm: float) -> NDArray[np.bool_]:
    """Where vessels full of contrast could pass for ribs: the mediastinum and around the subclavian veins."""
    points = np.array(spine.points)
    order = np.argsort(points[:, 0])
    heights = np.arange(shape[0]) * spacing_mm
    back, left = (np.interp(heights, points[order, 0], points[order, axis])[:, None, None] for axis in (1, 2))
    rows = (np.arange(shape[1]) * spacing_mm)[None, :, None]
    columns = (np.arange(shape[2]) * spacing_mm)[None, None, :]
    mask = np.asarray((np.abs(columns - left) < _MEDIASTINUM_MM) & (rows < back - _IN_FRONT_MM))
    for vein in (landmarks.subclavian_right, landmarks.subclavian_left):
        if vein is None:
            continue
        for share in np.linspace(0, 1, max(2, round(vein.length_mm / 4))):
            place, radius = vein.at(float(share))
            reach = radius + 4.0
            block = tuple(
                slice(max(0, int((p - reach) / spacing_mm)), int((p + reach) / spacing_mm) + 2) for p in place
            )
            mask[block] = True
    return mask


def _separate(
    bone: NDArray[np.bool_], middle: NDArray[np.float64], spacing_mm: float
) -> tuple[list[Course], NDArray[np.bool_]]:
    """Return the pieces that are one rib each, and the bone of those that are more than one."""
    labels, _ = ndimage.label(bone)
    merged = np.zeros_like(bone)
    found = []
    for number, part in enumerate(ndimage.find_objects(labels), start=1):
        piece = labels[part] == number
        places = (np.argwhere(piece) + np.array([p.start for p in part])) * spacing_mm
        if len(places) * spacing_mm**3 < 800:
            continue
        course = _along(places, middle)
        if course is None:
            merged[part] |= piece
        elif course.length_mm >= _SHORTEST_MM:
            found.append(course)
    return found, merged


def _beside(course: Course, shape: tuple[int, ...], spacing_mm: float, extra_mm: float) -> NDArray[np.bool_]:
    """Columns around a mostly upright course, at each height, its radius and some more wide."""
    points = np.array(course.points)
    order = np.argsort(points[:, 0])
    heights = np.arange(shape[0]) * spacing_mm
    back, left, radius = (
        np.interp(heights, points[order, 0], values[order])[:, None, None]
        for values in (points[:, 1], points[:, 2], np.array(course.radii_mm))
    )
    rows = (np.arange(shape[1]) * spacing_mm)[None, :, None]
    columns = (np.arange(shape[2]) * spacing_mm)[None, None, :]
    return np.asarray((rows - back) ** 2 + (columns - left) ** 2 < (radius + extra_mm) ** 2)


def _along(places: NDArray[np.float64], middle: NDArray[np.float64]) -> Course | None:
    """Order a rib's voxels by their angle about the thorax's upright axis, from the back to the front."""
    side = 1.0 if places[:, 2].mean() > middle[2] else -1.0
    angle = np.arctan2(side * (places[:, 2] - middle[2]), places[:, 1] - middle[1])
    bins = np.round(angle / _STEP).astype(int)
    points, radii = [], []
    for number in np.unique(bins):
        own = places[bins == number]
        if len(own) < 3:
            continue
        if np.ptp(own[:, 0]) > _TALLEST_MM:
            return None
        points.append(own.mean(0))
        radii.append(float(np.clip(own[:, 0].std() * 2, 3.0, 8.0)))
    if len(points) < 3:
        return None
    smooth = ndimage.gaussian_filter1d(np.array(points), 1.0, axis=0, mode="nearest")
    return Course(tuple((float(a), float(b), float(c)) for a, b, c in smooth), tuple(radii))
