"""Fluid in a fissure: a thin wedge that continues an effusion, or a lens that looks like a tumour."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.organs import LOBES
from ai.phantom.canvas import Canvas, Instance, Vector, soft
from ai.phantom.fields import blurred, smooth_field
from ai.phantom.pleural_space import PleuralSpace, middle_of, pleural_space, supplant, volume_of


def _between_lobes(codes: Tensor) -> Tensor:
    """1 at voxels beside another lobe of the same lung (right lung codes 1–3, left 4–5), else 0."""
    found = torch.zeros(codes.shape)
    lung = torch.where(codes == 0, 0, torch.where(codes <= 3, 1, torch.where(codes <= len(LOBES), 2, 0)))
    for axis in range(3):
        n = codes.shape[axis] - 1
        a, b = codes.narrow(axis, 0, n), codes.narrow(axis, 1, n)
        p, q = lung.narrow(axis, 0, n), lung.narrow(axis, 1, n)
        edge = ((a != b) & (p == q) & (p > 0)).float()
        found.narrow(axis, 0, n).add_(edge)
        found.narrow(axis, 1, n).add_(edge)
    return found.clamp(max=1)


def fissure_share(canvas: Canvas, space: PleuralSpace, surface: Tensor, thick_mm: float) -> Tensor:
    """Return how much of each voxel is fluid that has run from an effusion into the fissures, a wedge up to 35 mm in.

    Zero where no one has said where the lobes are.
    """
    if canvas.organs is None:
        return torch.zeros(space.shape)
    found = torch.zeros(space.shape)
    near_fluid = torch.nonzero((surface < 35) & (space.depth > 0))
    if near_fluid.shape[0] == 0:
        return found
    first, last = near_fluid.min(0).values.tolist(), near_fluid.max(0).values.tolist()
    part = (slice(first[0], last[0] + 1), slice(first[1], last[1] + 1), slice(first[2], last[2] + 1))
    edges = _between_lobes(canvas.organs[space.block][part])
    sigma = max(0.6, 0.5 * thick_mm / canvas.spacing_mm)
    near = blurred(edges, (sigma, sigma, sigma))
    # A sheet two voxels thick, blurred, has this height in its middle.
    sheet = (near * sigma * 2.507 / 2).clamp(0, 1)
    wedge = torch.exp(-surface[part].clamp(min=0) / 14) * (surface[part] < 35)
    found[part] = ((sheet * wedge - 0.15) / 0.35).clamp(0, 1)
    return found


def draw_fissural(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A lens of fluid in a fissure, 15–70 mm wide and 6–30 mm thick ("vanishing tumour")."""
    right = bool(rng.random() < 0.65)
    space = pleural_space(canvas, right)
    if space is None or canvas.organs is None:
        return False
    codes = canvas.organs[space.block]
    edges = _between_lobes(codes) * (space.depth > 8)
    places = torch.nonzero(edges)
    if places.shape[0] < 50:
        return False
    chosen = places[int(rng.integers(places.shape[0]))]
    near = places[((places - chosen).float().norm(dim=1) * canvas.spacing_mm) < 22].float()
    centred = near - near.mean(0)
    _, _, axes = torch.linalg.svd(centred, full_matrices=False)
    start = [s.start for s in space.block]
    a, b, c = ((float(v) + first) * canvas.spacing_mm for v, first in zip(chosen, start, strict=True))
    return _lens(canvas, (a, b, c), axes, rng)


def _lens(canvas: Canvas, centre: Vector, axes: Tensor, rng: np.random.Generator) -> bool:
    wide = float(np.exp(rng.uniform(np.log(8), np.log(36))))
    thick = wide * float(rng.uniform(0.3, 0.75))
    region = canvas.region(centre, wide * 1.25 + 3)
    along = [axes[i][0] * region.up + axes[i][1] * region.back + axes[i][2] * region.left for i in range(3)]
    other = wide * float(rng.uniform(0.7, 1.1))
    level = torch.sqrt((along[0] / wide) ** 2 + (along[1] / other) ** 2)
    half = thick * (1 - level**2).clamp(min=0)
    uneven = smooth_field((level.shape[0], level.shape[1], level.shape[2]), 12 / canvas.spacing_mm, rng)
    distance = torch.maximum(along[2].abs() - half * (1 + 0.08 * uneven), (level - 1) * wide)
    share = soft(distance, 0.4 + 0.2 * canvas.spacing_mm) * soft(-canvas.depth_mm[region.block], 0.5)
    if volume_of(canvas, share) < 800:
        return False
    supplant(canvas, share, region.block)
    canvas.paint(share, float(rng.uniform(0, 25)), region.block)
    canvas.mark("pleural_effusion", share * (share > 0.25), region.block)
    for other_label in ("mass", "nodule", "nodulegr1cm", "consolidation", "atelectasis"):
        canvas.mark_unknown(other_label, share > 0.1, region.block)
    if canvas.organs is not None:
        codes = canvas.organs[region.block]
        codes[(share > 0.5) & (codes <= len(LOBES))] = 0
    words = f"lens-shaped fluid in the fissure of {2 * wide:.0f} mm"
    centre = middle_of(canvas, share, region.block)
    canvas.instances.append(Instance("pleural_effusion", centre, 2 * wide, volume_of(canvas, share), words))
    return True
