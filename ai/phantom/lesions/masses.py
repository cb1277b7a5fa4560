"""Masses of 31–110 mm: in the lung, on pleura and mediastinum, into the chest wall, at the hilum with collapse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.calcium import Calcium
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, cover, draw_focal
from ai.phantom.lesions.hollow import Cavity
from ai.phantom.lesions.places import hilar_place, lung_place
from ai.phantom.territories import Lung, enhancement_hu
from ai.phantom.warping import Block

_HALOED = 0.4
"""Share of masses with haze around them."""
_AIRY = 0.35
"""Share of masses that hold air."""


def drawn_mass(canvas: Canvas, rng: np.random.Generator, largest_mm: float = 110.0) -> FocalLesion | None:
    """Choose a mass; most touch pleura or mediastinum; None where there is no room."""
    diameter = float(np.exp(rng.uniform(np.log(31), np.log(largest_mm))))
    radius = diameter / 2
    low, high = (0.1, 0.75) if rng.random() < 0.65 else (0.6, 2.0)
    centre = lung_place(canvas, rng, radius * 0.8, (low * radius, high * radius))
    return None if centre is None else mass_at(canvas, centre, diameter, rng)


def mass_at(canvas: Canvas, centre: Vector, diameter_mm: float, rng: np.random.Generator) -> FocalLesion:
    """Choose everything about a mass but place and size."""
    margins = [Margin.ROUND, Margin.LOBULATED, Margin.SPICULATED, Margin.IRREGULAR]
    margin = Margin(rng.choice(margins, p=[0.12, 0.3, 0.23, 0.35]))
    hole = rng.random() < 0.1
    wall = diameter_mm * float(rng.uniform(0.1, 0.3))
    fluid = float(rng.uniform(0.1, 0.5)) if rng.random() < 0.35 else 0.0
    lesion = FocalLesion(
        centre,
        diameter_mm,
        Density.SOLID,
        margin,
        int(rng.integers(2**31)),
        necrotic=bool(not hole and rng.random() < 0.35),
        calcium=Calcium(rng.choice([Calcium.ECCENTRIC, Calcium.STIPPLED])) if rng.random() < 0.12 else None,
        cavity=Cavity(wall, float(rng.uniform(0.1, 0.35)), fluid) if hole else None,
        notched=bool(rng.random() < 0.3),
        tagged=bool(margin is Margin.SPICULATED and rng.random() < 0.6),
        pushes=float(rng.uniform(0.2, 0.8)),
        enhanced_hu=float(rng.uniform(0.05, 0.25)) * enhancement_hu(canvas),
    )
    edge = np.random.default_rng([lesion.seed, 4])
    if edge.random() < _HALOED:
        lesion = replace(lesion, halo_mm=float(edge.uniform(2, 14)))
    if lesion.cavity is None and edge.random() < _AIRY:
        lesion = replace(lesion, airy=float(edge.uniform(0.3, 0.95)))
    return lesion


def draw_mass(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One mass, rarely two."""
    drawn = 0
    for _ in range(1 if rng.random() < 0.88 else 2):
        mass = drawn_mass(canvas, rng)
        if mass is not None:
            draw_focal(canvas, mass)
            drawn += 1
    return drawn > 0


def draw_wall_mass(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A mass on the pleura that grows 3–12 mm into the chest wall; bone there is eaten up."""
    diameter = float(np.exp(rng.uniform(np.log(31), np.log(90))))
    centre = lung_place(canvas, rng, diameter * 0.4, (0.05 * diameter, 0.3 * diameter))
    if centre is None:
        return False
    invades = float(rng.uniform(3, 12))
    draw_focal(canvas, replace(mass_at(canvas, centre, diameter, rng), invades_mm=invades, pushes=0.3))
    return True


def draw_central_mass(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A mass at the hilum that wraps bronchi and vessels."""
    return _central(canvas, rng) is not None


def draw_mass_with_collapse(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A mass at the hilum and the collapsed lung behind it, which enhances more than the tumour."""
    found = _central(canvas, rng, 70.0)
    if found is None:
        return False
    lung, mass = found
    block, cone = _wedge(canvas, lung, mass, rng)
    depth = canvas.depth_mm[block]
    tumour = canvas.truth["mass"][block].clone()
    share = cone * (0.5 + depth / canvas.spacing_mm).clamp(0, 1) * (1 - tumour)
    uneven = smooth_field((share.shape[0], share.shape[1], share.shape[2]), 8 / canvas.spacing_mm, rng)
    enhanced = mass.enhanced_hu + float(rng.uniform(0.1, 0.35)) * enhancement_hu(canvas)
    tissue = float(rng.uniform(30, 60)) + enhanced + 6 * uneven
    canvas.paint(share, tissue, block)
    # The outermost voxels are lung in part: they fill too, or a black line would stay along the pleura.
    rind = cone * (depth.abs() < 1.3 * canvas.spacing_mm) * (canvas.hu[block] < 0)
    canvas.hu[block] += rind * (tissue - canvas.hu[block])
    cover(canvas, share, block, keep=("mass",))
    canvas.mark("atelectasis", share, block)
    # Without contrast nobody sees the border to the millimetre.
    canvas.mark_unknown("mass", (share > 0.05) & (tumour > 0.05), block)
    canvas.mark_unknown("atelectasis", (share > 0.05) & (tumour > 0.05), block)
    canvas.mark_unknown("consolidation", share > 0.05, block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    diameter = (6 * volume / np.pi) ** (1 / 3)
    middle = _middle(canvas, share, block) or mass.centre
    canvas.instances.append(Instance("atelectasis", middle, diameter, volume, "post-obstructive atelectasis"))
    return True


def _central(canvas: Canvas, rng: np.random.Generator, largest_mm: float = 85.0) -> tuple[Lung, FocalLesion] | None:
    diameter = float(np.exp(rng.uniform(np.log(31), np.log(largest_mm))))
    found = hilar_place(canvas, rng, diameter * float(rng.uniform(0.2, 0.45)))
    if found is None:
        return None
    lung, centre = found
    region = canvas.region(centre, diameter * 0.4)
    if float((canvas.depth_mm[region.block] > 0).float().mean()) < 0.35:
        return None
    mass = replace(mass_at(canvas, centre, diameter, rng), invades_mm=float(rng.uniform(1, 5)))
    draw_focal(canvas, mass)
    return lung, mass


def _wedge(canvas: Canvas, lung: Lung, mass: FocalLesion, rng: np.random.Generator) -> tuple[Block, Tensor]:
    """A flattened cone from the mass through the pleura; the lung around it is not drawn in."""
    way = np.array([rng.normal() * 0.6, rng.normal() * 0.6, lung.outward])
    way /= np.linalg.norm(way)
    flat = np.cross(way, rng.normal(size=3))
    flat /= np.linalg.norm(flat)
    third = np.cross(way, flat)
    region = canvas.region(mass.centre, 90.0)

    def along(axis: NDArray[np.float64]) -> Tensor:
        a, b, c = axis.tolist()
        found: Tensor = region.up * a + region.back * b + region.left * c
        return found

    forward, radius = along(way), mass.diameter_mm / 2
    wide = radius * 0.5 + forward * float(rng.uniform(0.25, 0.6))
    thick = wide * float(rng.uniform(0.35, 0.8))
    size = tuple(forward.shape)
    bend = 0.12 * wide * smooth_field((size[0], size[1], size[2]), 16 / canvas.spacing_mm, rng)
    edge = torch.sqrt((along(flat) / wide.clamp_min(1)) ** 2 + (along(third) / thick.clamp_min(1)) ** 2) - 1
    distance = torch.maximum(edge * thick.clamp_min(1) + bend, -forward)
    share = torch.sigmoid(-distance / (0.4 * canvas.spacing_mm))
    return region.block, share * (canvas.right[region.block] == lung.right)


def _middle(canvas: Canvas, share: Tensor, block: Block) -> Vector | None:
    dense = torch.nonzero(share > 0.5).float()
    if dense.numel() == 0:
        return None
    a, b, c = (float(m) + part.start for m, part in zip(dense.mean(0), block, strict=True))
    return a * canvas.spacing_mm, b * canvas.spacing_mm, c * canvas.spacing_mm


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("mass", ("mass", "cavitation", "calcification"), draw_mass, 0.12),
    Drawable("mass into the chest wall", ("mass", "cavitation", "calcification"), draw_wall_mass, 0.025),
    Drawable("central mass", ("mass", "cavitation", "calcification"), draw_central_mass, 0.04),
    Drawable(
        "central mass with collapse",
        ("mass", "atelectasis", "cavitation", "calcification"),
        draw_mass_with_collapse,
        0.05,
    ),
)
