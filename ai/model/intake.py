"""What a network from elsewhere takes: its spacing, its axes, its ranges of HU; and a scan brought into that form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.model.errors import ModelError
from ai.model.preparation import Prepared
from ai.volume import AIR_HU, VoxelGrid

FINEST_MM = 1.0
"""Scans are not brought to finer voxels than this: lungs are found, and memory is bounded, at coarser ones."""


@dataclass(frozen=True)
class Intake:
    """What the network takes.

    Args:
        spacing_mm: distance between voxels along slices, rows, columns.
        orientation: where indices rise along slices, rows, columns: one letter each of S or I, P or A, L or R.
        hu_ranges: one for each input channel; clipped to it.
        values: what each range is mapped to.
        multiple: sizes are padded with air to multiples of this.
    """

    spacing_mm: tuple[float, float, float]
    orientation: str
    hu_ranges: tuple[tuple[float, float], ...]
    values: tuple[float, float] = (0.0, 1.0)
    multiple: int = 1


def taken(prepared: Prepared, intake: Intake, shape: tuple[int, ...]) -> tuple[Tensor, VoxelGrid]:
    """Return a scan as the network takes it, and the grid of its voxels, padding included.

    Raises:
        ModelError: larger than a fixed shape.
    """
    s, r, c = prepared.grid.shape
    hu, grid = turned(prepared.hu[:, :, :s, :r, :c], prepared.grid, intake.orientation)
    sizes = [max(1, round(n * a / b)) for n, a, b in zip(grid.shape, grid.spacing_mm, intake.spacing_mm, strict=True)]
    if tuple(sizes) != grid.shape:
        hu = functional.interpolate(hu, size=sizes, mode="trilinear", align_corners=False)
        grid = grid_of_cells(grid, grid.shape, (sizes[0], sizes[1], sizes[2]))
    pads = []
    for count, fixed in zip(reversed(sizes), reversed(shape[2:]), strict=True):
        if fixed and count > fixed:
            raise ModelError(f"The chest is {count} voxels long at the network's spacing; it takes only {fixed}.")
        pads += [0, fixed - count if fixed else -count % intake.multiple]
    hu = functional.pad(hu, pads, value=float(AIR_HU))
    low, high = intake.values
    channels = [((hu - a) / (b - a)).clamp(0, 1) * (high - low) + low for a, b in intake.hu_ranges]
    full = (hu.shape[2], hu.shape[3], hu.shape[4])
    return torch.cat(channels, 1), VoxelGrid(full, grid.affine)


def turned(hu: Tensor, grid: VoxelGrid, orientation: str) -> tuple[Tensor, VoxelGrid]:
    """Exchange and reverse axes of (1, 1, up, back, left) to those of an orientation."""
    order = [next(i for i, pair in enumerate(("SI", "PA", "LR")) if letter in pair) for letter in orientation]
    affine, flips = np.array(grid.affine), []
    for axis, letter in enumerate("SPL"):
        if letter not in orientation:
            affine[:3, 3] += affine[:3, axis] * (grid.shape[axis] - 1)
            affine[:3, axis] *= -1
            flips.append(axis + 2)
    affine[:3, :3] = affine[:3, order]
    moved = hu.flip(flips).permute(0, 1, *(i + 2 for i in order))
    return moved, VoxelGrid((moved.shape[2], moved.shape[3], moved.shape[4]), affine)


def grid_of_cells(grid: VoxelGrid, voxels: tuple[int, ...], cells: tuple[int, ...]) -> VoxelGrid:
    """Return the grid of cells that together cover the voxels."""
    factors = np.array(voxels, dtype=np.float64) / np.array(cells)
    affine = np.array(grid.affine)
    affine[:3, :3] = grid.affine[:3, :3] * factors
    affine[:3, 3] = grid.affine[:3, 3] + grid.affine[:3, :3] @ ((factors - 1) / 2)
    return VoxelGrid((cells[0], cells[1], cells[2]), affine)


def intake_of(stored: Mapping[str, object]) -> Intake:
    """Read ``input`` of a description.

    Raises:
        ValueError, TypeError, KeyError: it says something else.
    """
    spacing = stored["spacing_mm"]
    sizes = [float(v) for v in spacing] if isinstance(spacing, list) else [float(str(spacing))] * 3
    if len(sizes) != 3 or min(sizes) < FINEST_MM:
        raise ValueError(f"its spacing is {spacing} mm; at least {FINEST_MM:.0f} mm is supported")
    orientation = str(stored.get("orientation", "SPL"))
    if len(orientation) != 3 or any(sum(p in orientation for p in pair) != 1 for pair in ("SI", "PA", "LR")):
        raise ValueError(f"its orientation is {orientation}, not one letter each of S/I, P/A and L/R")
    ranges = stored["hu_ranges"]
    if not isinstance(ranges, list) or not ranges:
        raise ValueError("it names no ranges of HU")
    pairs = tuple((float(low), float(high)) for low, high in ranges)
    if any(high <= low for low, high in pairs):
        raise ValueError("its ranges of HU are empty")
    values = stored.get("values", [0, 1])
    if not isinstance(values, list) or len(values) != 2:
        raise ValueError(f"its ranges are mapped to {values}, not to two numbers")
    multiple = int(str(stored.get("multiple", 1)))
    if multiple < 1:
        raise ValueError(f"its sizes are multiples of {multiple}")
    return Intake((sizes[0], sizes[1], sizes[2]), orientation, pairs, (float(values[0]), float(values[1])), multiple)
