"""Vertebral compression: a body that has lost a quarter to two thirds of its height; and Schmorl nodes."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, Region, Vector, soft
from ai.phantom.landmarks import Course
from ai.phantom.pleural_space import volume_of
from ai.phantom.warping import warp

_LEAST_LOSS = 0.25
"""Genant's grade 1 begins at 20 % of the height; less is not drawn, since no one calls it."""


def _body(spine: Course, rng: np.random.Generator) -> tuple[Vector, float, float] | None:
    """Choose a vertebral body: its middle, half its height and its radius."""
    if len(spine.points) < 4:
        return None
    number = int(rng.integers(1, len(spine.points) - 1))
    above, below = np.array(spine.points[number - 1]), np.array(spine.points[number + 1])
    pitch = float(np.linalg.norm(above - below)) / 2
    if not 12 < pitch < 45:
        return None
    # Discs are about a fifth of the distance between bodies.
    return spine.points[number], 0.4 * pitch, spine.radii_mm[number]


def draw_compression(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One or two vertebrae pressed to a wedge, a biconcave or a flat body."""
    spine = canvas.landmarks.spine
    if spine is None:
        return False
    drawn = False
    for _ in range(1 if rng.random() < 0.75 else 2):
        found = _body(spine, rng)
        if found is not None:
            _press(canvas, *found, rng)
            drawn = True
    return drawn


def _press(canvas: Canvas, centre: Vector, half_mm: float, radius: float, rng: np.random.Generator) -> None:
    loss = float(rng.uniform(_LEAST_LOSS, 0.65))
    kind = str(rng.choice(["wedge", "biconcave", "crush"], p=[0.6, 0.25, 0.15]))
    region = canvas.region(centre, max(2.4 * half_mm, radius + 14))
    aside = torch.sqrt(region.left**2 + region.back**2)
    within = torch.sigmoid((radius + 2 - aside) / 1.5)
    front = (0.5 - 0.5 * region.back / radius).clamp(0, 1)
    local = loss * (front if kind == "wedge" else torch.ones(()))
    if kind == "biconcave":
        local = loss * (1 - (aside / radius) ** 2).clamp(min=0)
    # The upper end plate sinks by the loss; the disc above takes up what is left, back to rest 0.9 heights higher.
    sunk = 2 * half_mm * local * within
    plate = half_mm - sunk
    inside = region.up.clamp(-half_mm, None) + half_mm
    stretched = inside * (2 * half_mm) / (plate + half_mm).clamp_min(1.0) - half_mm
    rest = 0.55 * half_mm
    above = half_mm + (region.up - plate) * rest / (rest + sunk)
    source = torch.where(region.up <= plate, stretched, above)
    source = torch.where((region.up < -half_mm) | (region.up > half_mm + rest), region.up.expand(source.shape), source)
    shift = source - region.up
    warp(canvas, region.block, torch.stack([shift, torch.zeros_like(shift), torch.zeros_like(shift)]))
    _finish(canvas, region, centre, (half_mm, radius), plate.expand(shift.shape), (loss, kind), rng)


def _finish(
    canvas: Canvas, region: Region, centre: Vector, size_mm: tuple[float, float], plate: torch.Tensor,
    how: tuple[float, str], rng: np.random.Generator,
) -> None:  # fmt: skip
    """Pressed trabeculae are denser under the plate; the body's place becomes the truth."""
    half, radius = size_mm
    aside = torch.sqrt(region.left**2 + region.back**2)
    if rng.random() < 0.7:
        band = torch.exp(-(((region.up - plate + 2.5) / 2.5) ** 2)) * soft(aside - radius + 1, 1.0)
        canvas.hu[region.block] += band * float(rng.uniform(80, 280)) * (canvas.hu[region.block] > 60)
    body = torch.maximum(aside - radius - 1, torch.maximum(region.up - plate - 2, -half - 1 - region.up))
    share = soft(body, 0.4 * canvas.spacing_mm) * (canvas.depth_mm[region.block] < 0)
    canvas.mark("fracture", share * (share > 0.25), region.block)
    loss, kind = how
    words = f"{kind} compression fracture of a vertebra with {100 * loss:.0f} % loss of height"
    canvas.instances.append(Instance("fracture", centre, 2 * radius, volume_of(canvas, share), words))


def draw_schmorl(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Pits of 5–9 mm in end plates with dense rims, and bony lips in front: wear, no fracture."""
    spine = canvas.landmarks.spine
    if spine is None:
        return False
    drawn = False
    for _ in range(int(rng.integers(1, 5))):
        found = _body(spine, rng)
        if found is None:
            continue
        (up, back, left), half, radius = found
        way = float(rng.choice([-1, 1]))
        pit = (up + way * half, back + float(rng.uniform(-0.4, 0.4)) * radius, left + float(rng.normal()) * 4)
        size = float(rng.uniform(2.5, 4.5))
        region = canvas.region(pit, size + 5)
        rim = soft((region.radius - size - 1).abs() - 1, 0.6) * (canvas.hu[region.block] > 90)
        canvas.paint(rim * 0.7, 450.0, region.block)
        canvas.paint(soft(region.radius - size, 0.7), 80.0, region.block)
        if rng.random() < 0.6:
            lip = (up + way * half, back - radius - 1.5, left + float(rng.normal()) * 6)
            edge = canvas.region(lip, 9)
            beak = soft(edge.stretched(np.array([1.3, 0.9, 0.7])) - 3.5, 0.8) * (canvas.depth_mm[edge.block] < 0)
            canvas.paint(beak * 0.8, float(rng.uniform(200, 450)), edge.block)
        drawn = True
    return drawn
