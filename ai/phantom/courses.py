"""Geometry of vessels' courses: stretches, directions, and coordinates of a block along and around one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas, Region, Vector
from ai.phantom.landmarks import Course

_COARSE_MM = 4.0


def stretch(course: Course, start: float, stop: float, step_mm: float = 3.0) -> Course:
    """Return the part of a course between two shares (0…1) of its length."""
    count = max(2, round(course.length_mm * abs(stop - start) / step_mm) + 1)
    found = [course.at(float(share)) for share in np.linspace(start, stop, count)]
    return Course(tuple(place for place, _ in found), tuple(radius for _, radius in found))


def direction(course: Course, share: float) -> NDArray[np.float64]:
    """Return the unit vector along a course at a share of its length."""
    step = min(0.05, 3.0 / max(3.0, course.length_mm))
    a, b = (np.array(course.at(float(np.clip(share + way * step, 0, 1)))[0]) for way in (-1, 1))
    along = b - a
    return np.asarray(along / max(1e-6, float(np.linalg.norm(along))))


def across(along: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two unit vectors across a direction, fixed for that direction."""
    other = np.array([0.0, 1.0, 0.0]) if abs(along[1]) < 0.8 else np.array([1.0, 0.0, 0.0])
    first = np.cross(along, other)
    first /= np.linalg.norm(first)
    return first, np.cross(along, first)


@dataclass(frozen=True, eq=False)
class Around:
    """Coordinates about a place of a tube, straight there: along it, away from its middle (mm), angle (radians)."""

    along: Tensor
    away: Tensor
    angle: Tensor


def around(region: Region, along: NDArray[np.float64]) -> Around:
    """Return a region's coordinates about its centre, for a tube that runs in the direction ``along``."""
    u, v = across(along)
    axes = (region.up, region.back, region.left)
    t, x, y = (
        sum((axis * float(c) for axis, c in zip(axes, way, strict=True)), torch.zeros(())) for way in (along, u, v)
    )
    return Around(t, torch.sqrt(x**2 + y**2), torch.atan2(y, x))


def nearest(region: Region, centre: Vector, course: Course) -> tuple[Tensor, Tensor]:
    """Return for each voxel of a region the distance to a course's middle and the share of its length there (0…1).

    Computed at about 4 mm and interpolated: good to a millimetre except within 3 mm of the middle.
    """
    coarse = _thinned(region)
    places = np.array(course.points) - np.array(centre)
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    total = max(1e-6, float(lengths.sum()))
    best = torch.full((coarse.up.numel(), coarse.back.numel(), coarse.left.numel()), 1e9)
    share = torch.zeros_like(best)
    done = 0.0
    for a, way, length in zip(places[:-1], np.diff(places, axis=0), lengths, strict=True):
        u, b, f = coarse.up - float(a[0]), coarse.back - float(a[1]), coarse.left - float(a[2])
        w = [float(c) for c in way]
        t = ((u * w[0] + b * w[1] + f * w[2]) / max(1e-6, float(length) ** 2)).clamp(0, 1)
        square = (u - t * w[0]) ** 2 + (b - t * w[1]) ** 2 + (f - t * w[2]) ** 2
        nearer = square < best
        best = torch.where(nearer, square, best)
        share = torch.where(nearer, (done + t * float(length)) / total, share)
        done += float(length)
    size = (region.up.numel(), region.back.numel(), region.left.numel())
    both = torch.stack([best.sqrt(), share])[None]
    fine = functional.interpolate(both, size=size, mode="trilinear", align_corners=True)[0]
    return fine[0], fine[1]


def _thinned(region: Region) -> Region:
    """The same extent at about 4 mm."""
    lines = []
    for axis, line in enumerate((region.up, region.back, region.left)):
        flat = line.flatten()
        count = max(2, round(float(flat[-1] - flat[0]) / _COARSE_MM) + 1) if flat.numel() > 1 else 1
        even = torch.linspace(float(flat[0]), float(flat[-1]), count)
        lines.append(even.reshape([-1 if i == axis else 1 for i in range(3)]))
    return Region(region.block, lines[0], lines[1], lines[2])


def clear_of_spine(canvas: Canvas, region: Region, centre: Vector) -> Tensor:
    """Return 0 in the vertebrae, 1 from a little before them: bone does not give way.

    Where the spine is not known it is 1 everywhere.
    """
    spine = canvas.landmarks.spine
    if spine is None:
        return torch.ones(())
    # The spine is nearly upright: its middle at each level is near enough.
    heights = torch.as_tensor([p[0] for p in spine.points], dtype=torch.float64)
    order = torch.argsort(heights).tolist()
    levels = (region.up.flatten() + centre[0]).double().cpu().numpy()
    known = np.array([(*spine.points[k], spine.radii_mm[k]) for k in order])
    back, left, radius = (
        torch.as_tensor(np.interp(levels, known[:, 0], known[:, axis]), dtype=torch.float32)[:, None, None]
        for axis in (1, 2, 3)
    )
    distance = torch.sqrt((region.back + centre[1] - back) ** 2 + (region.left + centre[2] - left) ** 2)
    # Arches and processes behind the bodies stay as well.
    beside = (region.left + centre[2] - left).abs()
    behind = ((region.back + centre[1] - back) / 4 + 1).clamp(0, 1) * ((radius + 14 - beside) / 6).clamp(0, 1)
    return torch.minimum(((distance - radius - 1) / 6).clamp(0, 1), 1 - behind)
