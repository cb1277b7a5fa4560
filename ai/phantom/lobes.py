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
        accessory: sheets that part no lobe: the azygos vein's, the inferior accessory one.
    """

    block: Block
    oblique: Tensor
    horizontal: Tensor
    accessory: tuple[Tensor, ...] = ()


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
    twists = rng.normal(0.0, 0.22, 2)
    bends = rng.uniform(-8, 30, 2)
    domes = rng.uniform(-0.08, 0.16, 2)
    level, tilt, bow = float(rng.normal(6, 7)), float(rng.normal(0.1, 0.12)), float(rng.uniform(0.0, 0.2))
    waves = [smooth_field((2, 6, 8), 2, rng)[0] for _ in range(3)]

    def oblique(g: Frame) -> Tensor:
        along = g.back / body.cage_depth
        across = g.left.abs() / body.cage_width
        one = []
        for side in range(2):
            slope = slopes[side] + twists[side] * (2 * across - 1) + domes[side] * along
            surface = heights[side] + slope * g.back + 6 * (across - 0.5) + 4 * _spread(waves[side], g)
            surface = surface + bends[side] * (across - 0.5) ** 2
            one.append((g.up - surface) / float(np.hypot(1, slopes[side])))
        return torch.where(g.left < 0, one[0], one[1])

    def horizontal(g: Frame) -> Tensor:
        out = (g.left.abs() / body.cage_width - 0.55) * body.cage_width
        surface = level + tilt * (g.back + 20) - bow * out.abs() + 2.5 * _spread(waves[2], g)
        return g.up - surface

    return Fissures(block, f.computed(oblique), f.computed(horizontal), _accessory(body, f, rng))


def _accessory(body: Body, f: Frame, rng: np.random.Generator) -> tuple[Tensor, ...]:
    """Variants: an azygos fissure in about 2 % of people, an inferior accessory one in about a tenth."""
    found = []
    top, low = body.lung_height / 2, -body.lung_height / 2
    if rng.random() < 0.02:
        height = ((f.up - 36) / (top - 36)).clamp(0, 1)
        sheet = f.left + 24 + 16 * torch.sin(height * np.pi) + 0 * f.back
        found.append(torch.where(f.up > 36, sheet, 99.0))
    if rng.random() < 0.1:
        side = float(rng.choice([-1.0, 1.0]))
        sheet = side * f.left - float(rng.uniform(40, 58)) + 0.3 * (f.back - 20) + 0 * f.up
        found.append(torch.where(f.up < low + 65, torch.where(f.back > -10, sheet, 99.0), 99.0))
    return tuple(found)


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
    share = torch.maximum(share, flat)
    for surface in fissures.accessory:
        share = torch.maximum(share, _sheet(surface, thick, canvas.spacing_mm))
    canvas.paint(share * canvas.lung[block], -20.0, block)


def _sheet(distance: Tensor, thick_mm: float, spacing_mm: float) -> Tensor:
    """Share of each voxel that a sheet fills: a triangle one voxel wide to either side."""
    return (distance.abs() * (-thick_mm / spacing_mm**2) + thick_mm / spacing_mm).clamp(min=0)


def _spread(wave: Tensor, f: Frame) -> Tensor:
    """Lay a coarse (back, left) field over a frame."""
    size = (f.back.numel(), f.left.numel())
    found = functional.interpolate(wave[None, None], size=size, mode="bilinear", align_corners=True)
    return found[0]
