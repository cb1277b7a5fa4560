"""The registration as a file other programs can use: a displacement in millimetres for every place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ai.change import Registration
from ai.report.whole_file import whole_file
from ai.scan import write_volume
from ai.volume import VoxelGrid

FIELD = "current_to_prior.nii.gz"
SPACING_MM = 3.0


def write_field(registration: Registration, current: VoxelGrid, folder: Path) -> Path:
    """Write ``current_to_prior.nii.gz`` and return it.

    At each voxel of a grid of about 3 mm over the current scan stands the vector from there to the same tissue in the
    prior: (left, posterior, superior) mm, float32. This is what ITK's displacement field transform takes to resample
    the prior onto the current scan.

    Raises:
        ReportError, ScanError: the file cannot be written.
    """
    grid = current.coarser(SPACING_MM)
    indices = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1).reshape(-1, 3)
    here = grid.points_mm(indices.astype(np.float64))
    shift = (registration.to_prior(here) - here).astype(np.float32).reshape(*grid.shape, 3)
    path = folder / FIELD
    with whole_file(path) as partial:
        write_volume(partial, shift, grid)
    return path
