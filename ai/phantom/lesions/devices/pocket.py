"""A box or a reservoir under the skin of the upper chest: it lies in the fat and lifts the skin where that is thin."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Region, Vector, soft
from ai.phantom.lesions.devices.skin import front_muscle, front_of, outside_body, outward

_FAT_HU, _CAPSULE_HU = -95.0, 35.0
_FORWARD: Vector = (0.0, -1.0, 0.0)


class Pocket:
    """A place under the skin with its own axes: ``across`` out of the body, ``long`` and ``wide`` along the skin.

    Args:
        canvas: not changed.
        middle: of the thing.
        normal: unit vector out of the body.
        turn: turn of the thing about the normal, radians.
        reach_mm: how far around the middle is looked at.
    """

    def __init__(self, canvas: Canvas, middle: Vector, normal: Vector, turn: float, reach_mm: float) -> None:
        out = np.array(normal)
        first = np.cross(out, (1.0, 0.0, 0.0))
        first = first / np.linalg.norm(first)
        second = np.cross(out, first)
        self.middle = middle
        self.out = out
        self.long = np.cos(turn) * first + np.sin(turn) * second
        self.wide = -np.sin(turn) * first + np.cos(turn) * second
        self.region: Region = canvas.region(middle, reach_mm)

    def along(self, axis: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Tensor:
        """Return the coordinate along an axis, millimetres from the middle."""
        up, back, left = (float(a) for a in axis)
        return self.region.up * up + self.region.back * back + self.region.left * left

    def box(self, half_mm: tuple[float, float, float], round_mm: float) -> Tensor:
        """Return the distance to a rounded box with half sizes along (long, wide, out)."""
        outside, longest = [], []
        for axis, half in zip((self.long, self.wide, self.out), half_mm, strict=True):
            over = self.along(axis).abs() - max(half - round_mm, 0.1)
            outside.append(over.clamp_min(0) ** 2)
            longest.append(over)
        deepest = torch.maximum(torch.maximum(longest[0], longest[1]), longest[2]).clamp_max(0)
        return torch.sqrt(outside[0] + outside[1] + outside[2]) + deepest - min(round_mm, *half_mm)

    def at(self, long: float = 0.0, wide: float = 0.0, out: float = 0.0) -> Vector:
        """Return a place of the canvas."""
        place = np.array(self.middle) + self.long * long + self.wide * wide + self.out * out
        return float(place[0]), float(place[1]), float(place[2])


def pocket_at(
    canvas: Canvas, up_mm: float, left_mm: float, depth_mm: float, reach_mm: float, turn: float
) -> Pocket | None:
    """Return the pocket whose middle lies ``depth_mm`` under the skin of the front; None outside the field."""
    if not reach_mm * 0.5 < up_mm < (canvas.shape[0] - 1) * canvas.spacing_mm - reach_mm * 0.5:
        return None
    skin = front_of(canvas, up_mm, left_mm)
    if skin is not None:
        normal = outward(canvas, skin)
        off = -depth_mm
    else:
        # The skin is outside a field drawn close to the lungs: the box lies on the muscle.
        skin, normal, off = front_muscle(canvas, up_mm, left_mm), _FORWARD, 6.0
    if skin is None:
        return None
    middle = (skin[0], skin[1] + off * normal[1], skin[2] + off * normal[2])
    return Pocket(canvas, middle, normal, turn, reach_mm)


def lift_skin(canvas: Canvas, pocket: Pocket, distance: Tensor, cover_mm: float) -> None:
    """Cover a thing (by its distance) with a scar capsule and fat wherever it would lie bare."""
    block = pocket.region.block
    bare = outside_body(canvas, block)
    canvas.paint(soft(distance - cover_mm, 0.8) * bare, _FAT_HU, block)
    canvas.paint(soft(distance - 1.2, 0.6) * (distance > -1.0) * (canvas.depth_mm[block] < -4), _CAPSULE_HU, block)
