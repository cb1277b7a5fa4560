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
from ai.phantom.frame import Block, Frame


@dataclass(frozen=True, eq=False)
class Fissures:
    """Distances to the sheets, millimetres.

    Args:
        block: the part of the canvas they are known in; it holds both lungs.
        oblique: above the oblique fissure of either side, positive.
        horizontal: above the right lung's horizontal fissure, positive.
    """

    block: Block
    oblique: Tensor
    horizontal: Tensor


def lay_fissures(body: Body, f: Frame, block: Block, rng: np.random.Generator) -> Fissures:
    """Choose the fissures: steep and propeller-like the oblique, nearly level and domed the horizontal one.

    Args:
        body: the patient.
        f: frame of the block.
        block: the part of the canvas that holds both lungs.
        rng: source of chance.
    """
    heights = rng.normal((-9.0, -4.0), 7.0) + 0.05 * (body.lung_height - 235)
    slopes = rng.normal((0.95, 1.0), 0.1)
    twists = rng.normal(0.0, 0.18, 2)
    domes = rng.uniform(-0.08, 0.16, 2)
    level, tilt, bow = float(rng.normal(6, 7)), float(rng.normal(0.1, 0.12)), float(rng.uniform(0.0, 0.2))
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

    return Fissures(block, f.computed(oblique), f.computed(horizontal))


def lobe_codes(canvas: Canvas, fissures: Fissures) -> Tensor:
    """Return uint8 codes of ``ai.organs`` for every voxel of the lungs, 0 elsewhere."""
    codes = torch.zeros(canvas.shape, dtype=torch.uint8)
    block = fissures.block
    below, under = fissures.oblique <= 0, fissures.horizontal <= 0
    right = code_of("right_upper") + (under & ~below).to(torch.uint8) + 2 * below.to(torch.uint8)
    left = code_of("left_upper") + below.to(torch.uint8)
    codes[block] = torch.where(canvas.right[block], right, left) * canvas.lung[block]
    return codes


def draw_fissures(canvas: Canvas, fissures: Fissures, rng: np.random.Generator) -> None:
    """Paint the sheets, thinner than a voxel and so faint; parts of them are missing in most people."""
    block = fissures.block
    size = (fissures.oblique.shape[0], fissures.oblique.shape[1], fissures.oblique.shape[2])
    present = smooth_field(size, 40 / canvas.spacing_mm, rng)
    thick = float(rng.uniform(0.25, 0.75))
    share = _sheet(fissures.oblique, thick, canvas.spacing_mm)
    share *= ((present - float(rng.uniform(-2.6, -0.5))) * 2).clamp(0, 1)
    flat = _sheet(fissures.horizontal, thick, canvas.spacing_mm) * (canvas.right[block] & (fissures.oblique > 0))
    flat *= ((-present - float(rng.uniform(-2.0, 0.6))) * 2).clamp(0, 1)
    canvas.paint(torch.maximum(share, flat) * canvas.lung[block], -20.0, block)


def _sheet(distance: Tensor, thick_mm: float, spacing_mm: float) -> Tensor:
    """Share of each voxel that a sheet fills: a triangle one voxel wide to either side."""
    return (distance.abs() * (-thick_mm / spacing_mm**2) + thick_mm / spacing_mm).clamp(min=0)


def _spread(wave: Tensor, f: Frame) -> Tensor:
    """Lay a coarse (back, left) field over a frame."""
    size = (f.back.numel(), f.left.numel())
    found = functional.interpolate(wave[None, None], size=size, mode="bilinear", align_corners=True)
    return found[0]
