"""A living patient: a breath between slices, the beating heart, a move during the scan. The truth moves along."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas
from ai.phantom.physics.sampling import at_heights


def breathe(canvas: Canvas, shift_mm: float, rng: np.random.Generator) -> None:
    """Let the patient breathe during the scan: from some height on slices show another level, in steps or a drift.

    Changes the canvas: voxels, depth, truth, unknown places and organs; instances'
    centres move with them.
    """
    count = canvas.shape[0]
    offset = np.zeros(count)
    start = int(rng.integers(count // 8, max(count // 8 + 1, count * 3 // 4)))
    length = int(rng.integers(6, max(7, count // 4)))
    stop = min(count, start + length)
    sawtooth = np.linspace(0, 1, stop - start) if rng.random() < 0.5 else np.ones(stop - start)
    offset[start:stop] = float(rng.choice([-1.0, 1.0])) * shift_mm / canvas.spacing_mm * sawtooth
    heights = torch.arange(start, stop, dtype=torch.float32) + torch.as_tensor(offset[start:stop], dtype=torch.float32)
    band = slice(start, stop)
    canvas.hu[band] = at_heights(canvas.hu, heights)
    depth = canvas.depth_mm.clone()
    depth[band] = at_heights(depth, heights)
    canvas.depth_mm = depth
    for layer in canvas.truth.values():
        layer[band] = at_heights(layer, heights)
    nearest = heights.round().long().clamp(0, count - 1)
    for vague in canvas.unknown.values():
        vague[band] = vague[nearest]
    if canvas.organs is not None:
        canvas.organs[band] = canvas.organs[nearest]
    shown = np.arange(count) + offset
    for number, one in enumerate(canvas.instances):
        up, back, left = one.centre
        away = np.abs(shown - up / canvas.spacing_mm)
        level = int(away.argmin())
        moved = (up / canvas.spacing_mm - shown[level] + level) * canvas.spacing_mm
        if away[level] < 1:  # a middle that no slice shows keeps its place
            canvas.instances[number] = one.moved((float(moved), back, left))


def beat(canvas: Canvas, amplitude: float, rng: np.random.Generator) -> None:
    """Show the heart in two phases at once, differently from slice to slice; nothing without a known heart.

    Args:
        canvas: voxels change; the truth, which lies between the phases, stays.
        amplitude: share by which the heart's half axes change, 0.02…0.12.
        rng: source of chance.
    """
    heart = canvas.landmarks.heart
    if heart is None:
        return
    region = canvas.region(heart.middle, max(heart.half_mm) + 22)
    hu = canvas.hu[region.block]
    distance = region.stretched(1.0 / np.array(heart.half_mm))
    weight = (2.3 - 1.6 * distance).clamp(0, 1) * 0.5
    period_mm = float(rng.uniform(8, 40))
    phase = torch.sin(region.up.flatten() * (2 * np.pi / period_mm) + float(rng.uniform(0, 6.28)))
    other = _scaled(hu, region.back.flatten(), region.left.flatten(), 1.0 + amplitude * (0.4 + 0.6 * phase))
    canvas.hu[region.block] = torch.lerp(hu, other, weight)


def _scaled(hu: Tensor, back: Tensor, left: Tensor, factors: Tensor) -> Tensor:
    """Enlarge each slice about the place where ``back`` and ``left`` are 0 by its own factor."""

    def places(line: Tensor) -> Tensor:
        own = line[None] / factors[:, None]
        return (own - line[0]) / (line[-1] - line[0]).clamp_min(1e-3) * 2 - 1

    rows, columns = places(back), places(left)
    grid = torch.stack([columns[:, None, :].expand(hu.shape), rows[:, :, None].expand(hu.shape)], -1)
    return functional.grid_sample(hu[:, None], grid, padding_mode="border", align_corners=True)[:, 0]


def stir(hu: Tensor, shift_voxels: float, rng: np.random.Generator) -> None:
    """Double a band of slices in place: the patient moved while they were taken."""
    count = hu.shape[0]
    start = int(rng.integers(0, count * 3 // 4))
    band = slice(start, min(count, start + int(rng.integers(4, max(5, count // 4)))))
    whole = max(1, round(shift_voxels))
    share = min(0.5, 0.5 * shift_voxels / whole)
    rows, columns = (int(v) for v in rng.choice([-1, 0, 1], size=2))
    rows = rows if rows or columns else 1
    hu[band] = torch.lerp(hu[band], torch.roll(hu[band], (rows * whole, columns * whole), (1, 2)), share)
