"""Nodules and masses: one body each, of many shapes and densities.

HU and sizes are the textbook values gathered in the project's recipes (solid −50…60, part-solid core in a
ground-glass shell, calcified granuloma 200–1000); a nodule is ≤ 30 mm, a mass larger (Fleischner 2008 glossary).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Region, Vector, soft
from ai.phantom.fields import radial_ripple, smooth_field
from ai.phantom.shapes import capsule, smooth_min


class Density(StrEnum):
    """What a nodule is made of."""

    SOLID = "solid"
    PART_SOLID = "part-solid"
    GROUND_GLASS = "ground-glass"
    CALCIFIED = "calcified"


class Margin(StrEnum):
    """How its edge looks."""

    ROUND = "round"
    LOBULATED = "lobulated"
    SPICULATED = "spiculated"


@dataclass(frozen=True)
class FocalLesion:
    """One nodule or mass before it is drawn; ``seed`` decides its exact shape, so that it can grow unchanged."""

    centre: Vector
    diameter_mm: float
    density: Density
    margin: Margin
    seed: int
    necrotic: bool = False

    @property
    def label(self) -> str:
        """``nodule`` up to 30 mm, ``mass`` above."""
        return "mass" if self.diameter_mm > 30 else "nodule"


def drawn_nodule(canvas: Canvas, rng: np.random.Generator) -> FocalLesion | None:
    """Choose a nodule of 5–28 mm somewhere in the lung; one in four touches the pleura."""
    diameter = float(np.exp(rng.uniform(np.log(5), np.log(28))))
    depth = canvas.depth_mm
    if rng.random() < 0.25:
        where = (depth > 0.3 * diameter / 2) & (depth < 0.9 * diameter / 2 + 1)
    else:
        where = depth > diameter / 2 + 1
    centre = canvas.place(where, rng)
    if centre is None:
        return None
    density = rng.choice(list(Density), p=[0.62, 0.13, 0.15, 0.10])
    margin = rng.choice(list(Margin), p=[0.5, 0.25, 0.25])
    return FocalLesion(centre, diameter, Density(density), Margin(margin), int(rng.integers(2**31)))


def drawn_mass(canvas: Canvas, rng: np.random.Generator) -> FocalLesion | None:
    """Choose a mass of 31–90 mm; most touch pleura or mediastinum."""
    diameter = float(np.exp(rng.uniform(np.log(31), np.log(90))))
    radius = diameter / 2
    low, high = (0.1, 0.7) if rng.random() < 0.7 else (0.5, 2.0)
    centre = canvas.place((canvas.depth_mm > low * radius) & (canvas.depth_mm < high * radius), rng)
    if centre is None:
        return None
    margin = rng.choice(list(Margin), p=[0.3, 0.4, 0.3])
    return FocalLesion(
        centre, diameter, Density.SOLID, Margin(margin), int(rng.integers(2**31)), bool(rng.random() < 0.35)
    )


def draw_focal(canvas: Canvas, lesion: FocalLesion) -> Instance:
    """Paint the lesion where the lung is (it does not grow through the chest wall) and write its truth."""
    rng = np.random.default_rng(lesion.seed)
    radius = lesion.diameter_mm / 2
    region = canvas.region(lesion.centre, radius * 2.0 + 4)
    distance = _body(region, radius, lesion.margin, rng)
    inside_lung = soft(-canvas.depth_mm[region.block] - 1.5, 0.5)
    edge = max(0.5, canvas.spacing_mm * 0.35)
    share = soft(distance, edge) * inside_lung
    _fill(canvas, region, distance, share, lesion, rng)
    if lesion.margin is Margin.SPICULATED:
        _spicules(canvas, region, radius, inside_lung, rng)
    canvas.mark(lesion.label, share, region.block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    words = f"{lesion.density} {lesion.margin} {lesion.label} of {lesion.diameter_mm:.0f} mm"
    instance = Instance(lesion.label, lesion.centre, lesion.diameter_mm, volume, words)
    canvas.instances.append(instance)
    return instance


def _body(region: Region, radius: float, margin: Margin, rng: np.random.Generator) -> Tensor:
    if margin is Margin.LOBULATED:
        distance = region.radius - radius * 0.7
        for _ in range(int(rng.integers(3, 7))):
            away = rng.normal(size=3)
            away *= radius * rng.uniform(0.35, 0.6) / np.linalg.norm(away)
            bump = torch.sqrt(
                (region.up - away[0]) ** 2 + (region.back - away[1]) ** 2 + (region.left - away[2]) ** 2
            ) - radius * float(rng.uniform(0.35, 0.6))
            distance = smooth_min(distance, bump, radius * 0.2)
        return distance
    ripple = radial_ripple(region.directions, float(rng.uniform(0.04, 0.15)), rng)
    return region.stretched(1 + rng.uniform(-0.15, 0.15, size=3)) - radius * ripple


def _fill(
    canvas: Canvas, region: Region, distance: Tensor, share: Tensor, lesion: FocalLesion, rng: np.random.Generator
) -> None:
    block, shape = region.block, tuple(share.shape)
    size = (shape[0], shape[1], shape[2])
    if lesion.density is Density.GROUND_GLASS:
        haze = float(rng.uniform(180, 400)) * (1 + 0.15 * smooth_field(size, 4, rng))
        canvas.hu[block] += share * haze * (canvas.hu[block] < -300)
        return
    if lesion.density is Density.PART_SOLID:
        glow = float(rng.uniform(200, 380))
        canvas.hu[block] += share * glow * (canvas.hu[block] < -300)
        core_mm = lesion.diameter_mm / 2 * float(rng.uniform(0.25, 0.75))
        core = distance + (lesion.diameter_mm / 2 - core_mm)
        canvas.paint(soft(core, 0.6) * (share > 0.3), float(rng.uniform(-60, 40)), block)
        return
    if lesion.density is Density.CALCIFIED:
        canvas.paint(share, float(rng.uniform(200, 900)), block)
        return
    low, high = (15, 60) if lesion.label == "mass" else (-50, 60)
    inner = float(rng.uniform(low, high)) + 8 * smooth_field(size, 5, rng)
    canvas.paint(share, inner, block)
    if lesion.necrotic:
        dead = soft(distance + lesion.diameter_mm * 0.2 + 3 * smooth_field(size, 5, rng), 2.0)
        canvas.paint(dead, float(rng.uniform(8, 25)), block)


def _spicules(canvas: Canvas, region: Region, radius: float, inside_lung: Tensor, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(8, 24))):
        way = rng.normal(size=3)
        way /= np.linalg.norm(way)
        start, end = way * radius * 0.85, way * radius * (1.2 + rng.uniform(0.1, 0.7))
        line = capsule(
            region.up, region.back, region.left,
            (float(start[0]), float(start[1]), float(start[2])), (float(end[0]), float(end[1]), float(end[2])),
            (min(2.0, 0.18 * radius), 0.3),
        )  # fmt: skip
        thin = soft(line, 0.35 * canvas.spacing_mm) * 0.8 * inside_lung
        canvas.paint(thin, float(rng.uniform(-250, 0)), region.block)
