"""The voxels of one scan in one HDF5 file: int16 in chunks, shuffled and deflated, whole or not there at all.

A file a scan, so that processes write side by side and a killed one leaves nothing but a draft that the next run
writes over. Zarr would spread a scan over hundreds of small files, which hospital file servers and copies bear badly;
deflate is what every HDF5 build reads without a plug-in.
"""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from ai.training.cohort.errors import CohortError
from ai.volume import GridError, VoxelGrid

CHUNK = 32
"""Voxels a side: a patch of 48 touches few of them, a whole scan is some hundred."""
_LEVEL = 4
_HU, _LUNGS, _AFFINE = "hu", "lungs", "affine"

Block = tuple[slice, slice, slice]


def write_voxels(path: Path, hu: NDArray[np.int16], lungs: NDArray[np.uint8], grid: VoxelGrid | None = None) -> None:
    """Write a scan; the file appears whole or not at all.

    Args:
        path: where; its folder is made.
        hu: int16 [slice, row, column].
        lungs: uint8, same shape: 1 the patient's right lung, 2 the left, 0 elsewhere.
        grid: where the voxels lay in the scan, if known: masks drawn on the scan find their place by it.

    Raises:
        CohortError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    chunks = tuple(min(CHUNK, n) for n in hu.shape)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(draft, "w", libver="latest") as file:
            if grid is not None:
                file.attrs[_AFFINE] = grid.affine
            for name, values in ((_HU, hu), (_LUNGS, lungs)):
                file.create_dataset(
                    name, data=values, chunks=chunks, compression="gzip", compression_opts=_LEVEL, shuffle=True,
                    fletcher32=True, track_times=False,
                )  # fmt: skip
        draft.replace(path)
    except OSError as cause:
        draft.unlink(missing_ok=True)
        raise CohortError(f"{path} could not be written ({cause}); make room or choose another folder.") from cause


def read_hu(path: Path, block: Block | None = None) -> NDArray[np.int16]:
    """Return Hounsfield units, int16 [slice, row, column], of a block or of the whole scan."""
    return _read(path, _HU, block).astype(np.int16, copy=False)


def read_lungs(path: Path, block: Block | None = None) -> NDArray[np.uint8]:
    """Return the lungs' sides, see ``write_voxels``."""
    return _read(path, _LUNGS, block).astype(np.uint8, copy=False)


def read_grid(path: Path) -> VoxelGrid:
    """Return where the voxels lay in the scan, LPS millimetres.

    Raises:
        CohortError: the file cannot be read, or does not say it.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            s, r, c = file[_HU].shape
            return VoxelGrid((int(s), int(r), int(c)), np.asarray(file.attrs[_AFFINE]))
    except (OSError, KeyError, GridError) as cause:
        raise CohortError(f"{path} does not say where its voxels lay ({cause}).") from cause


def read_shape(path: Path) -> tuple[int, int, int]:
    """Return (slices, rows, columns)."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            s, r, c = file[_HU].shape
            return int(s), int(r), int(c)
    except (OSError, KeyError) as cause:
        raise CohortError(f"{path} cannot be read ({cause}); delete it and run cohort build again.") from cause


def _read(path: Path, name: str, block: Block | None) -> NDArray[np.generic]:
    try:
        with h5py.File(path, "r", locking=False) as file:
            return np.asarray(file[name][block if block is not None else ()])
    except (OSError, KeyError) as cause:
        raise CohortError(f"{path} cannot be read ({cause}); delete it and run cohort build again.") from cause
