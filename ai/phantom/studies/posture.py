"""Another day, another breath: a smooth, known displacement of the whole patient."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas
from ai.phantom.fields import smooth_field
from ai.phantom.warping import warp

_COARSE = 14
"""Points along each axis of the drawn displacement; it is interpolated (trilinear)."""
_NO_AIR_HU, _FADING_HU = -100.0, 300.0
"""What is denser does not give; below −400 all does."""


def drawn_posture(canvas: Canvas, rng: np.random.Generator) -> Tensor:
    """Draw a displacement (3, slices, rows, columns), millimetres along (up, back, left), on the canvas's voxels.

    A voxel x of the moved patient shows what was at x + displacement. The diaphragm moves by up to 14 mm, less and
    less towards the apex; the patient is turned by up to 2° about the long axis; the wall gives by about 1 mm.
    """
    up, back, left = (torch.linspace(-0.5, 0.5, _COARSE) * n * canvas.spacing_mm for n in canvas.shape)
    low = ((0.5 - torch.linspace(0, 1, _COARSE)).clamp_min(-0.4) + 0.4) / 0.9
    depth = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(3, 14))
    turn = np.deg2rad(float(rng.uniform(-2, 2)))
    shape = (_COARSE, _COARSE, _COARSE)
    sway = [smooth_field(shape, 5.0, rng) * 0.8 for _ in range(3)]
    along_up = (depth * low**1.5)[:, None, None] + 0 * up[:, None, None]
    along_back = float(np.cos(turn) - 1) * back[None, :, None] + float(np.sin(turn)) * left[None, None]
    along_left = float(np.cos(turn) - 1) * left[None, None] - float(np.sin(turn)) * back[None, :, None]
    moves = zip((along_up, along_back, along_left), sway, strict=True)
    coarse = torch.stack([along.expand(shape) + waves for along, waves in moves])
    return functional.interpolate(coarse[None], size=canvas.shape, mode="trilinear", align_corners=True)[0]


def pose(canvas: Canvas, displacement: Tensor) -> None:
    """Move a canvas and all its truth by a displacement drawn for it.

    Where air-filled lung takes less room than before it is so much denser: air leaves it, tissue and blood stay.
    """
    s, r, c = canvas.shape
    warp(canvas, (slice(0, s), slice(0, r), slice(0, c)), displacement)
    airy = ((_NO_AIR_HU - canvas.hu) / _FADING_HU).clamp(0, 1) * canvas.lung
    canvas.hu += airy * (canvas.hu + 1000) * (compression(displacement, canvas.spacing_mm) - 1)


def compression(displacement: Tensor, spacing_mm: float) -> Tensor:
    """Return how much room what is in each voxel took before, in its room of now, (slices, rows, columns).

    Args:
        displacement: (3, slices, rows, columns), millimetres; smooth over what ``drawn_posture`` draws.
        spacing_mm: of its voxels.
    """
    size = displacement.shape[1:]
    coarse = functional.interpolate(displacement[None], (_COARSE,) * 3, mode="trilinear", align_corners=True)[0]
    steps = [spacing_mm * (n - 1) / (_COARSE - 1) for n in size]
    slopes = torch.stack([torch.stack(torch.gradient(along, spacing=steps)) for along in coarse])
    jacobian = torch.eye(3, device=slopes.device) + slopes.permute(2, 3, 4, 0, 1)
    room = torch.linalg.det(jacobian)
    return functional.interpolate(room[None, None], size=size, mode="trilinear", align_corners=True)[0, 0]
