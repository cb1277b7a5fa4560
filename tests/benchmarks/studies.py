"""Large studies for measuring: the right size and a plausible chest, of no patient."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from ai.findings import Heatmap
from ai.geometry import PointMm
from ai.scan import write_dicom
from ai.series import Patient, Scan, Series, Study
from ai.volume import AIR_HU, Volume, VoxelGrid, axis_aligned

SLICES, ROWS, COLUMNS = 400, 512, 512
SPACING_MM = (0.8, 0.7, 0.7)
HEAT_COARSER = 4
PATIENT = Patient(name="Benchmark^Chest", identifier="B1")


def large_grid(slices: int = SLICES, superior_mm: float = 0.0) -> VoxelGrid:
    """Return an axial grid of ``slices`` × 512², centred on the patient's midline."""
    first = PointMm(-COLUMNS / 2 * SPACING_MM[2], -ROWS / 2 * SPACING_MM[1], superior_mm)
    return axis_aligned((slices, ROWS, COLUMNS), SPACING_MM, first)


def large_volume(slices: int = SLICES, superior_mm: float = 0.0) -> Volume:
    """Draw two lungs with vessels and noise; the same voxels at every call."""
    rng = np.random.default_rng(11)
    row, column = np.mgrid[-1 : 1 : ROWS * 1j, -1 : 1 : COLUMNS * 1j]
    body = (row / 0.72) ** 2 + (column / 0.9) ** 2 < 1
    noise = rng.normal(0, 25, (ROWS, COLUMNS)).astype(np.float32)
    hu = np.empty((slices, ROWS, COLUMNS), np.int16)
    for n in range(slices):
        size = np.sin(np.pi * (n + 0.5) / slices) ** 0.4
        lungs = sum((row / (0.55 * size)) ** 2 + ((column - side) / (0.32 * size)) ** 2 < 1 for side in (-0.42, 0.42))
        vessels = np.sin(37 * row + n / 9) * np.sin(41 * column - n / 7) > 0.93
        picture = np.where(body, np.where(lungs > 0, np.where(vessels, 0, -860), 45), -1000)
        hu[n] = picture + np.roll(noise, 37 * n, axis=1)
    np.maximum(hu, AIR_HU, out=hu)
    return Volume(hu, large_grid(slices, superior_mm))


def large_scan(taken_on: date, superior_mm: float = 0.0) -> Scan:
    """Return a study of one series, 400 × 512²."""
    volume = large_volume(superior_mm=superior_mm)
    uid = f"1.2.826.0.1.3680043.8.498.{taken_on:%Y%m%d}"
    study = Study(uid=uid, taken_on=taken_on, description="Thorax", patient=PATIENT)
    series = Series(f"{uid}.1", Path("benchmark"), study=study, description="Lung 0.8", shape=volume.grid.shape)
    return Scan(volume, series)


def write_study(folder: Path, taken_on: date, superior_mm: float = 0.0) -> Path:
    """Write the large study as uncompressed DICOM, once; return its folder."""
    write_dicom(large_scan(taken_on, superior_mm), folder)
    return folder


def large_heatmap(grid: VoxelGrid) -> Heatmap:
    """Return smooth evidence on a grid four times coarser, as a model's is."""
    shape = (grid.shape[0] // HEAT_COARSER, grid.shape[1] // HEAT_COARSER, grid.shape[2] // HEAT_COARSER)
    affine = grid.affine.copy()
    affine[:3, :3] *= HEAT_COARSER
    slices, rows, columns = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    far = slices[:, None, None] ** 2 + (rows[None, :, None] - 0.2) ** 2 + (columns[None, None, :] + 0.4) ** 2
    return Heatmap(np.exp(-far / 0.1).astype(np.float32), VoxelGrid(shape, affine), bias=-3.0)
