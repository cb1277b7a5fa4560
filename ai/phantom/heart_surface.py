"""The heart's surface in a thorax, from its organ code where somebody has said it, else from its ellipsoid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from ai.organs import code_of
from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import HeartShape
from ai.phantom.warping import Block


@dataclass(frozen=True, eq=False)
class HeartSurface:
    """``outside``: distance to the surface, negative in the heart; up, back, left from its middle; millimetres."""

    block: Block
    outside: Tensor
    up: Tensor
    back: Tensor
    left: Tensor
    half_up: float


def extent_mm(heart: HeartShape) -> tuple[float, float, float]:
    """Return half of the heart's extent along up, back and left."""
    axes, half = np.array(heart.axes), np.array(heart.half_mm)
    a, b, c = np.sqrt(((axes * half[:, None]) ** 2).sum(0))
    return float(a), float(b), float(c)


def level(heart: HeartShape, up: Tensor, back: Tensor, left: Tensor) -> Tensor:
    """Return the ellipsoid's level (1 on its surface) at places relative to its middle."""
    total = torch.zeros(())
    for axis, half in zip(heart.axes, heart.half_mm, strict=True):
        total = total + ((up * axis[0] + back * axis[1] + left * axis[2]) / half) ** 2
    return total.sqrt()


def heart_surface(canvas: Canvas, margin_mm: float) -> HeartSurface | None:
    """Return the surface in the block around the heart; None where the heart is not known."""
    heart = canvas.landmarks.heart
    if heart is None:
        return None
    extent = extent_mm(heart)
    region = canvas.region(heart.middle, max(extent) + margin_mm)
    block = region.block
    if canvas.organs is not None:
        codes = canvas.organs[block] == code_of("heart")
        if int(codes.sum()) * canvas.spacing_mm**3 > 5e4:
            return HeartSurface(block, _distance(canvas, codes), region.up, region.back, region.left, extent[0])
    outside = (level(heart, region.up, region.back, region.left) - 1) * min(heart.half_mm)
    return HeartSurface(block, outside, region.up, region.back, region.left, extent[0])


def _distance(canvas: Canvas, inside: Tensor) -> Tensor:
    """Signed distance, computed at about 4 mm and interpolated."""
    sizes = [max(2, round(n * canvas.spacing_mm / 4.0)) for n in inside.shape]
    coarse = functional.interpolate(inside[None, None].float(), size=sizes, mode="trilinear", align_corners=True)[0, 0]
    within = coarse.cpu().numpy() > 0.5
    steps = [n * canvas.spacing_mm / m for n, m in zip(inside.shape, sizes, strict=True)]
    far = ndimage.distance_transform_edt(~within, sampling=steps)
    deep = ndimage.distance_transform_edt(within, sampling=steps)
    half = 0.5 * float(np.mean(steps))
    signed = torch.as_tensor(np.where(within, half - deep, far - half), dtype=torch.float32)
    return functional.interpolate(signed[None, None], size=inside.shape, mode="trilinear", align_corners=True)[0, 0]
