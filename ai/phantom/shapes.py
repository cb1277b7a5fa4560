"""Distances to simple bodies, millimetres, negative inside; all broadcast over (up, back, left)."""

from __future__ import annotations

import torch
from torch import Tensor


def ellipse(x: Tensor, y: Tensor, a: Tensor | float, b: Tensor | float, power: float = 2.0) -> Tensor:
    """Return the approximate distance to a (super)ellipse with half axes a, b; exact in sign."""
    level = ((x / a).abs() ** power + (y / b).abs() ** power) ** (1 / power)
    size = torch.minimum(torch.as_tensor(a), torch.as_tensor(b))
    return (level - 1) * size


def ellipsoid(up: Tensor, back: Tensor, left: Tensor, radii: tuple[float, float, float]) -> Tensor:
    """Return the approximate distance to an ellipsoid around the origin."""
    level = torch.sqrt((up / radii[0]) ** 2 + (back / radii[1]) ** 2 + (left / radii[2]) ** 2)
    return (level - 1) * min(radii)


def capsule(
    up: Tensor,
    back: Tensor,
    left: Tensor,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radii: tuple[float, float],
) -> Tensor:
    """Return the distance to a tapering rod between two points (up, back, left)."""
    axis = [e - s for s, e in zip(start, end, strict=True)]
    length2 = max(sum(a * a for a in axis), 1e-6)
    u, b, f = up - start[0], back - start[1], left - start[2]
    along = ((u * axis[0] + b * axis[1] + f * axis[2]) / length2).clamp(0, 1)
    distance = torch.sqrt((u - along * axis[0]) ** 2 + (b - along * axis[1]) ** 2 + (f - along * axis[2]) ** 2)
    return distance - (radii[0] + (radii[1] - radii[0]) * along)


def smooth_min(a: Tensor, b: Tensor, width_mm: float) -> Tensor:
    """Return the lesser of two distances with a rounded edge (polynomial blend)."""
    h = (0.5 + 0.5 * (b - a) / width_mm).clamp(0, 1)
    return b + h * (a - b) - width_mm * h * (1 - h)
