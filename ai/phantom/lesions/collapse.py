"""The shapes that lobes collapse into, as axial pictures show them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.organs import code_of
from ai.phantom.canvas import Canvas, Vector
from ai.phantom.fields import smooth_field
from ai.phantom.territories import Lung, relative


@dataclass(frozen=True)
class Collapse:
    """How far a lobe has collapsed.

    Args:
        lobe: which.
        remains: 0 (a sliver) … 1 (half of the lobe's volume still there).
    """

    lobe: str
    remains: float


def anchor_of(lung: Lung, lobe: str) -> Vector:
    """Return the place a collapsing lobe shrinks towards."""
    up, back, out = {
        "right_upper": (34.0, -22.0, -2.0),
        "left_upper": (18.0, -32.0, 4.0),
        "right_mid": (-26.0, -28.0, 12.0),
        "right_lower": (-44.0, 24.0, 0.0),
        "left_lower": (-44.0, 24.0, 0.0),
    }[lobe]
    h = lung.hilum
    return h[0] + up, h[1] + back, h[2] + lung.outward * out


def collapsed_distance(canvas: Canvas, lung: Lung, collapse: Collapse, rng: np.random.Generator) -> Tensor:
    """Return the distance (mm, negative inside) to a collapsed lobe over the lung's box; lung and pleura bound it."""
    up, back, left = relative(canvas, lung.block, lung.hilum)
    out = left * lung.outward
    shape = (up.shape[0], back.shape[1], left.shape[2])
    uneven = 1.8 * smooth_field(shape, 24 / canvas.spacing_mm, rng)
    r = collapse.remains
    if collapse.lobe == "right_upper":
        return _upwards_and_in(up, back, out, r, rng) + uneven
    if collapse.lobe == "left_upper":
        return _forwards(up, back, out, r, rng) + uneven
    if collapse.lobe == "right_mid":
        return _flat_wedge(up, back, out, r, rng) + uneven
    return _behind(up, back, out, r, rng) + uneven


def _upwards_and_in(up: Tensor, back: Tensor, out: Tensor, r: float, rng: np.random.Generator) -> Tensor:
    """Against the upper mediastinum, bounded below by the lifted minor fissure, behind by the oblique one."""
    lateral = out - (6 + 22 * r) - 0.18 * (-back).clamp(min=0)
    below = 4 + 6 * r - up + float(rng.uniform(0.35, 0.8)) * out.clamp(min=0)
    behind = back - float(rng.uniform(-2, 12)) - 0.25 * up.clamp(min=0)
    return torch.maximum(torch.maximum(lateral, 0.85 * below), behind)


def _forwards(up: Tensor, back: Tensor, out: Tensor, r: float, rng: np.random.Generator) -> Tensor:
    """A V from the hilum to the front wall; often a crescent of air stays between it and the aortic arch."""
    lean = float(rng.uniform(0.05, 0.4))
    front = -back
    slope = 0.16 + 0.4 * r
    across = (out - 4 - lean * front).abs() - (3 + slope * front.clamp(min=0))
    low = -up - float(rng.uniform(35, 70))
    return torch.maximum(torch.maximum(across / (1 + slope**2) ** 0.5, -front - 4), low)


def _behind(up: Tensor, back: Tensor, out: Tensor, r: float, rng: np.random.Generator) -> Tensor:
    """Behind and below the hilum beside the spine, on the left behind the heart: the oblique fissure is its edge."""
    slope = float(rng.uniform(-0.15, 0.1)) + 0.55 * r
    lateral = (out - (5 + 8 * r) - slope * back - 0.12 * (-up).clamp(min=0)) / (1 + slope**2) ** 0.5
    high = (up - 8 + 0.65 * back) * 0.8
    return torch.maximum(torch.maximum(lateral, high), -back - 5)


def _flat_wedge(up: Tensor, back: Tensor, out: Tensor, r: float, rng: np.random.Generator) -> Tensor:
    """A flat wedge on the heart's right border, thinner outwards, falling towards the front."""
    wide = 34 + 36 * r
    thick = (3 + 11 * r + 5) * (1 - out.clamp(min=0) / wide).clamp(min=0) - 0.5
    level = up + 16 - float(rng.uniform(0.35, 0.6)) * back
    behind = back + 4 + float(rng.uniform(0.0, 0.4)) * out.clamp(min=0)
    return torch.maximum(level.abs() - thick, behind)


_NEXT = {
    "right_upper": ("right_mid", "right_lower"),
    "right_mid": ("right_upper", "right_lower"),
    "right_lower": ("right_mid", "right_upper"),
    "left_upper": ("left_lower", "left_lower"),
    "left_lower": ("left_upper", "left_upper"),
}
"""Which lobes take the room: in front of the hilum, and behind it."""


def give_room(canvas: Canvas, lung: Lung, lobe: str, share: Tensor) -> None:
    """Let the collapsed lobe keep its code only where it lies now; its neighbours take the rest."""
    if canvas.organs is None:
        return
    codes = canvas.organs[lung.block]
    _, back, _ = relative(canvas, lung.block, lung.hilum)
    front, behind = (code_of(name) for name in _NEXT[lobe])
    left_over = (codes == code_of(lobe)) & (share < 0.5)
    codes[left_over & (back < 0)] = front
    codes[left_over & (back >= 0)] = behind
    codes[(share >= 0.5) & (canvas.depth_mm[lung.block] > 0)] = code_of(lobe)
