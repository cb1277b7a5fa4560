"""The fissures: curved sheets that part the lungs into five lobes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.organs import code_of
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Frame


@dataclass(frozen=True, eq=False)
class Fissures:
    """Distances to the sheets, millimetres, on the whole frame.

    Args:
        oblique: above the oblique fissure of either side, positive.
        horizontal: above the right lung's horizontal fissure, positive.
    """

    oblique: Tensor
    horizontal: Tensor


def lay_fissures(body: Body, f: Frame, rng: np.random.Generator) -> Fissures:
    """Choose the fissures: steep and propeller-like the oblique, nearly level and domed the horizontal one."""
    heights = rng.normal((-26.0, -18.0), 8.0) + 0.05 * (body.lung_height - 235)
    slopes = rng.normal((1.1, 1.15), 0.12)
    twists = rng.normal(0.0, 0.18, 2)
    domes = rng.uniform(-0.08, 0.16, 2)
    level, tilt, bow = float(rng.normal(2, 7)), float(rng.normal(0.1, 0.12)), float(rng.uniform(0.0, 0.2))
    waves = [smooth_field((2, 6, 8), 2, rng)[0] for _ in range(3)]

    def oblique(g: Frame) -> Tensor:
        along = g.back / body.cage_depth
        across = g.left.abs() / body.cage_width
        one = []
        for side in range(2):
            slope = slopes[side] + twists[side] * (2 * across - 1) + domes[side] * along
            surface = heights[side] + slope * g.back + 6 * (across - 0.5) + 2.5 * _spread(waves[side], g)
            one.append((g.up - surface) / float(np.hypot(1, slopes[side])))
        return torch.where(g.left < 0, one[0], one[1])

    def horizontal(g: Frame) -> Tensor:
        out = (g.left.abs() / body.cage_width - 0.55) * body.cage_width
        surface = level + tilt * (g.back + 20) - bow * out.abs() + 2.5 * _spread(waves[2], g)
        return g.up - surface

    return Fissures(f.computed(oblique), f.computed(horizontal))


def lobe_codes(canvas: Canvas, fissures: Fissures) -> Tensor:
    """Return uint8 codes of ``ai.organs`` for every voxel of the lungs, 0 elsewhere."""
    above, over = fissures.oblique > 0, fissures.horizontal > 0
    upper_right = torch.where(over, code_of("right_upper"), code_of("right_mid"))
    right = torch.where(above, upper_right, code_of("right_lower"))
    left = torch.where(above, code_of("left_upper"), code_of("left_lower"))
    return (torch.where(canvas.right, right, left) * canvas.lung).to(torch.uint8)


def draw_fissures(canvas: Canvas, fissures: Fissures, rng: np.random.Generator) -> None:
    """Paint the sheets, thinner than a voxel and so faint; parts of them are missing in most people."""
    present = smooth_field(canvas.shape, 40 / canvas.spacing_mm, rng)
    gaps = float(rng.uniform(-2.6, -0.5))
    thick = float(rng.uniform(0.25, 0.75))
    sheet = _sheet(fissures.oblique, thick, canvas.spacing_mm)
    share = sheet * ((present - gaps) * 2).clamp(0, 1)
    flat = _sheet(fissures.horizontal, thick, canvas.spacing_mm) * canvas.right * (fissures.oblique > 0)
    gaps = float(rng.uniform(-2.0, 0.6))
    share = torch.maximum(share, flat * ((-present - gaps) * 2).clamp(0, 1))
    canvas.paint(share * canvas.lung, -20.0)


def _sheet(distance: Tensor, thick_mm: float, spacing_mm: float) -> Tensor:
    """Share of each voxel that a sheet fills: a triangle one voxel wide to either side."""
    return thick_mm / spacing_mm * (1 - distance.abs() / spacing_mm).clamp(min=0)


def _spread(wave: Tensor, f: Frame) -> Tensor:
    """Lay a coarse (back, left) field over a frame."""
    size = (f.back.numel(), f.left.numel())
    found = functional.interpolate(wave[None, None], size=size, mode="bilinear", align_corners=True)
    return found[0]
