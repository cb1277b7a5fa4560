"""Loculated pleural effusion: a lens held by adhesions, convex towards the lung, anywhere along the wall."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.fields import smooth_field
from ai.phantom.pleural_space import PleuralSpace, inside, middle_of, occupy, pleural_space, press, volume_of


def patch(canvas: Canvas, depth: Tensor, where: Tensor, rng: np.random.Generator) -> Tensor:
    """Choose a place of a mask by chance and return the distance to it, millimetres, over the block.

    Raises:
        IndexError: the mask is empty.
    """
    places = torch.nonzero(where)
    chosen = places[int(rng.integers(places.shape[0]))]
    return distance_to(chosen, (depth.shape[0], depth.shape[1], depth.shape[2]), canvas.spacing_mm)


def distance_to(index: Tensor, shape: tuple[int, int, int], spacing_mm: float) -> Tensor:
    """Return the distance of every voxel of a block to one of its voxels, millimetres."""
    squares = torch.zeros(())
    for axis, n in enumerate(shape):
        line = ((torch.arange(n) - int(index[axis])) * spacing_mm).float() ** 2
        squares = squares + line.reshape([-1 if i == axis else 1 for i in range(3)])
    return squares.sqrt()


def draw_loculated(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One lens, sometimes two, 25–130 mm wide and 8–60 mm thick, often with a thick pleura around it."""
    right = bool(rng.random() < 0.55)
    drawn = False
    for _ in range(1 if rng.random() < 0.7 else 2):
        # Some places have no room for a lens.
        drawn = any(_one(canvas, right, rng) for _ in range(3)) or drawn
    return drawn


def _lens(
    canvas: Canvas, space: PleuralSpace, rim: Tensor, size_mm: tuple[float, float], rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Return the distance to a lens on the wall and the distance to the place on the wall where it sits.

    It is the part within the lung of a ball whose middle lies outside.
    """
    wide, thick = size_mm
    places = torch.nonzero(rim)
    chosen = places[int(rng.integers(places.shape[0]))]
    reach = max(2, round(10 / canvas.spacing_mm))
    near = tuple(slice(max(0, int(c) - reach), int(c) + reach + 1) for c in chosen)
    outward = -torch.stack([g.mean() for g in torch.gradient(space.depth[near])])
    outward = outward / outward.norm().clamp_min(1e-3)
    radius = (wide**2 + thick**2) / (2 * thick)
    middle = chosen + outward * ((radius - thick) / canvas.spacing_mm)
    squares = torch.zeros(())
    for axis, n in enumerate(space.shape):
        line = (torch.arange(n) - float(middle[axis])) * canvas.spacing_mm
        squares = squares + (line**2).reshape([-1 if i == axis else 1 for i in range(3)])
    uneven = 0.06 * thick * smooth_field(space.shape, 24 / canvas.spacing_mm, rng)
    away = distance_to(chosen, space.shape, canvas.spacing_mm)
    return torch.maximum(squares.sqrt() - radius + uneven, away - 1.4 * wide), away


def _one(canvas: Canvas, right: bool, rng: np.random.Generator) -> bool:
    space = pleural_space(canvas, right)
    if space is None:
        return False
    rim = (space.depth > 0) & (space.depth < 2 * canvas.spacing_mm)
    if not bool(rim.any()):
        return False
    wide = float(np.exp(rng.uniform(np.log(14), np.log(65))))
    thick = float(np.clip(wide * rng.uniform(0.35, 0.95), 6, 60))
    surface, away = _lens(canvas, space, rim, (wide, thick), rng)
    share = soft(surface, 0.5 + 0.25 * canvas.spacing_mm) * inside(space)
    if volume_of(canvas, share) < 3000:
        return False
    press(canvas, space, surface, min(0.5 * thick, 12.0))
    occupy(canvas, space, surface, share, keep=("pleural_effusion",))
    block = space.block
    if rng.random() < 0.5:
        rind = float(rng.uniform(1.5, 5))
        wall = soft((surface.abs() - rind / 2).maximum(away - 1.2 * wide), 0.6) * inside(space)
        canvas.paint(wall, float(rng.uniform(40, 90)), block)
        canvas.mark_unknown("pleural_thickening", wall > 0.1, block)
    seam = soft(surface, 0.8) * soft(-space.depth - 2.5, 0.5) * (canvas.hu[block] < 0)
    canvas.paint(torch.maximum(share, seam), float(rng.uniform(5, 35)), block)
    canvas.mark("pleural_effusion", share * (share > 0.25), block)
    canvas.mark_unknown("mass", share > 0.1, block)
    words = f"loculated {'right' if right else 'left'} pleural effusion of {2 * wide:.0f} mm"
    centre = middle_of(canvas, share, block)
    canvas.instances.append(Instance("pleural_effusion", centre, 2 * wide, volume_of(canvas, share), words))
    return True
