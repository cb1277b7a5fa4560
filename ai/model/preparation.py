"""From a scan to what the network takes: standard axes, 2 mm, cropped to the lungs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ai.anatomy import Lungs, find_lungs, resampled, standardised
from ai.findings import Doubt
from ai.model.doubt import NO_LUNGS, ScanDoubted, doubts_of_body, doubts_of_field, doubts_of_stack, withhold_if_grave
from ai.model.erased import without_erased
from ai.model.stack import stack_of
from ai.progress import QUIET, Part, Progress
from ai.volume import AIR_HU, Volume, VoxelGrid

MARGIN_MM = 26.0
"""Kept around the lungs: chest wall and diaphragm are needed to tell pleura from lung."""
MULTIPLE = 16
"""Sizes are padded to this, the network halves them four times."""
MIN_HEIGHT_MM = 60.0
"""Less of a chest than this is not read: the network's view is wider."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A scan ready for the network.

    Args:
        hu: float32 (1, 1, S, R, C), padded with air.
        grid: of the unpadded crop.
        lungs: on the same unpadded crop.
        doubts: what the reader must know of the scan; none is grave.
    """

    hu: Tensor
    grid: VoxelGrid
    lungs: Lungs
    doubts: tuple[Doubt, ...] = ()

    @property
    def unpadded(self) -> NDArray[np.float32]:
        """Hounsfield units on ``grid``."""
        s, r, c = self.grid.shape
        return self.hu[0, 0, :s, :r, :c].numpy()


def prepare(volume: Volume, spacing_mm: float, progress: Progress = QUIET) -> Prepared:
    """Prepare a chest CT.

    Args:
        volume: any orientation and spacing.
        spacing_mm: what the network was trained at.
        progress: asked several times a second whether to go on.

    Raises:
        ScanDoubted: too little of the chest, no lungs, or nothing like a chest CT: any finding would be a guess.
    """
    array, grid = standardised(volume.hu, volume.grid)
    height_mm = grid.shape[0] * grid.spacing_mm[0]
    if height_mm < MIN_HEIGHT_MM:
        too_short = (
            f"The scan covers only {height_mm:.0f} mm from top to bottom; the model needs at least "
            f"{MIN_HEIGHT_MM:.0f} mm of the chest. Open the full series."
        )
        withhold_if_grave((Doubt(too_short, True),))
    withhold_if_grave(doubts_of_field(grid))
    of_stack = doubts_of_stack(stack_of(volume))
    progress.report(0.0, "resampling")
    hu, grid = resampled(array, grid, spacing_mm)
    lungs = find_lungs(hu, grid, Part(progress, 0.3, 1.0))
    if lungs is None:
        raise ScanDoubted((*of_stack, NO_LUNGS))
    doubts = withhold_if_grave(of_stack) + withhold_if_grave(doubts_of_body(hu, lungs))
    box = lungs.box(MARGIN_MM)
    lungs, of_erasure = without_erased(hu, lungs)
    doubts += withhold_if_grave(of_erasure)
    starts = (box[0].start, box[1].start, box[2].start)
    cropped = np.ascontiguousarray(hu[box], dtype=np.float32)
    shape = (cropped.shape[0], cropped.shape[1], cropped.shape[2])
    crop_grid = grid.crop(starts, shape)
    inside = Lungs(lungs.sides[box], lungs.body[box], crop_grid)
    tensor = torch.from_numpy(cropped)[None, None]
    return Prepared(functional.pad(tensor, padding(shape), value=float(AIR_HU)), crop_grid, inside, doubts)


def padding(shape: tuple[int, int, int]) -> list[int]:
    """Return torch's pads (last axis first) that fill a shape up to multiples of ``MULTIPLE`` at the far ends."""
    return [pad for n in reversed(shape) for pad in (0, -n % MULTIPLE)]


def evidence_grid(prepared: Prepared, stride: int) -> VoxelGrid:
    """Return the grid of the network's output: cells of ``stride`` voxels, cut to the unpadded crop."""
    grid = prepared.grid
    shape = tuple(-(-n // stride) for n in grid.shape)
    affine = grid.affine.copy()
    affine[:3, :3] *= stride
    affine[:3, 3] = grid.affine[:3, 3] + grid.affine[:3, :3] @ np.full(3, (stride - 1) / 2)
    return VoxelGrid((shape[0], shape[1], shape[2]), affine)
