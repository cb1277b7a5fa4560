"""The rib cage's inside, the diaphragm, and the lungs between them and the mediastinum, as distances."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.body import Body
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Frame
from ai.phantom.landmarks import Course, HeartShape
from ai.phantom.plan import Plan
from ai.phantom.shapes import capsule, ellipse, smooth_min

_FAR_MM = 28.0
"""Beyond this a tube no longer decides how deep in the lung a place lies."""


def cage_mm(body: Body, f: Frame) -> Tensor:
    """Distance to the inside of the rib cage: a barrel, flat in front, that closes as a dome above."""
    top = body.lung_height / 2
    height = ((f.up + top) / (2 * top)).clamp(0, 1.04)
    taper = torch.sqrt((1 - (height.clamp(min=0.45) - 0.45) ** 2 / 0.36).clamp(min=0.02))
    deep = body.cage_depth * (0.35 + 0.65 * taper)
    sunk = body.sunken_sternum * torch.exp(-((f.left / 34) ** 2)) * torch.sigmoid((30 - f.up) / 15)
    back = torch.where(f.back < 0, f.back - sunk, f.back)
    return ellipse(f.left, back, body.cage_width * taper, deep, 2.3)


def under_diaphragm_mm(body: Body, f: Frame) -> Tensor:
    """Height above the diaphragm, positive in the chest: two domes, the left one lower, steep behind."""

    def dome(height: float, middle: float) -> Tensor:
        aside = (f.left - middle) * float(np.sign(middle))
        share = aside / (body.cage_width * 0.62)
        wide = 2.6 * share.clamp(min=0) ** 1.6 + 0.75 * share.clamp(max=0) ** 2
        deep = ((f.back + 8) / (body.cage_depth * 1.05)) ** 2
        steep = 0.7 + 0.5 * torch.sigmoid(f.back / 15)
        return height * (1 - 0.45 * wide - steep * deep - 0.12 * f.back / body.cage_depth)

    right, left = dome(body.dome_right, -body.cage_width * 0.46), dome(body.dome_left, body.cage_width * 0.46)
    return f.up + body.lung_height / 2 - torch.maximum(right, left)


def heart_coordinates(heart: HeartShape, f: Frame) -> tuple[Tensor, Tensor, Tensor]:
    """Return coordinates along the heart's axes in units of its half axes."""
    offsets = (f.up - heart.middle[0], f.back - heart.middle[1], f.left - heart.middle[2])
    rows = [sum(o * a for o, a in zip(offsets, axis, strict=True)) for axis in heart.axes]
    u, v, w = (torch.as_tensor(row) / half for row, half in zip(rows, heart.half_mm, strict=True))
    return u, v, w


def heart_mm(heart: HeartShape, f: Frame) -> Tensor:
    """Distance to the heart's ellipsoid."""
    u, v, w = heart_coordinates(heart, f)
    return (torch.sqrt(u**2 + v**2 + w**2) - 1) * min(heart.half_mm)


def lungs_mm(body: Body, plan: Plan, f: Frame, rng: np.random.Generator) -> Tensor:
    """Depth under the lungs' surface: inside the cage, beside the mediastinum, above the diaphragm."""
    # Wide where the vessels are, a line in front where both lungs meet, a recess before the spine.
    middle = torch.sigmoid((f.back + 0.45 * body.cage_depth) / 7) * torch.sigmoid((0.52 * body.cage_depth - f.back) / 6)
    narrow = 4 + 0.2 * body.mediastinum_half_width + 0.8 * (body.mediastinum_half_width - 4) * middle
    inside = smooth_min(-cage_mm(body, f) - 3, under_diaphragm_mm(body, f), 8.0)
    inside = smooth_min(inside, f.left.abs() - narrow, 8.0)
    inside = smooth_min(inside, heart_mm(plan.heart, f) - 2, 6.0)
    behind = f.back - back_of(plan.spine, f.up)
    wider = (behind / 40).clamp(0, 1) * 8  # transverse processes and the muscles on them
    spine = torch.sqrt(f.left**2 + (behind - behind.clamp(0, 60)) ** 2) - 21 * body.size - wider
    inside = smooth_min(inside, spine, 10.0).expand(f.shape).clone()
    for tube in plan.tubes:
        _pushed(inside, f, tube)
    bumps = smooth_field((12, 10, 14), 2, rng)
    uneven = functional.interpolate(bumps[None, None], size=f.shape, mode="trilinear", align_corners=True)[0, 0]
    return inside + 1.5 * uneven - 1.0


def back_of(course: Course, up: Tensor) -> Tensor:
    """Return how far back a course lies at each height."""
    heights, backs = [p[0] for p in course.points], [p[1] for p in course.points]
    found = np.interp(up.flatten().cpu().numpy(), heights[::-1], backs[::-1])
    return torch.as_tensor(found, dtype=torch.float32).reshape(up.shape)


def _pushed(inside: Tensor, f: Frame, tube: Course) -> None:
    """Take a tube with a little fat around it out of the lung; every second place is near enough here."""
    places = [*zip(tube.points, tube.radii_mm, strict=True)]
    kept = places[::2] if len(places) % 2 else [*places[::2], places[-1]]
    for (start, r0), (end, r1) in pairwise(kept):
        block, g = f.around(start, end, reach_mm=max(r0, r1) + _FAR_MM)
        distance = capsule(g.up, g.back, g.left, start, end, (r0 + 2, r1 + 2))
        inside[block] = smooth_min(inside[block], distance, 6.0)
