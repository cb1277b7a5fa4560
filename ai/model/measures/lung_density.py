"""How much lung there is and how dense: volumes, mass, and emphysema as the share of voxels that are nearly air.

Lungs are those of ``ai.anatomy``: what holds air, vessels inside included, windpipe and main bronchi not. Lobes are
the model's, with what fills them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ai.findings import Quantity
from ai.model.measures.scene import Scene, looked_up
from ai.organs import LOBES
from ai.volume import VoxelGrid

EMPHYSEMA_HU = -950
"""Gevenois et al., Am J Respir Crit Care Med 1996;154:187: agrees best with emphysema under the microscope, 1 mm
slices."""
LOWEST_HU, HIGHEST_HU = -1200, 3071
"""First and last bin of a histogram; what lies beyond is counted there."""
_SIDES = ("right_lung", "left_lung")
_LEAST_ML = 20.0
"""Less of a lobe is not worth a figure."""

Histogram = NDArray[np.int64]
Measure = Callable[[Histogram], float]


def lung_quantities(scene: Scene) -> tuple[Quantity, ...]:
    """Return volume, LAA-950, 15th percentile, mean density and mass, whole and by lung and lobe."""
    whole, parts = _histograms(scene)
    voxel_ml = scene.grid.voxel_mm3 / 1000
    cut = _cut_off(scene)
    spacing_mm = scene.grid.spacing_mm[0]
    emphysema = (
        f"Share of voxels at or below {EMPHYSEMA_HU} HU. Sharp kernels, noise and shallow breath change it; defined on "
        f"thin slices of a smooth kernel, here slices are {spacing_mm:.1f} mm apart. 5 % is the usual limit.{cut}"
    )

    def made(name: str, title: str, unit: str, source: str, caveat: str, measure: Measure, decimals: int) -> Quantity:
        if not whole.sum():
            return Quantity(name, title, None, unit, source, "None of the lungs lies within the scan.")
        organs = tuple((organ, measure(h)) for organ, h in parts if h.sum() * voxel_ml >= _LEAST_ML)
        return Quantity(name, title, measure(whole), unit, source, caveat, organs, decimals)

    return (
        made(
            "lung_volume", "Lung volume", "ml", "Count of voxels",
            f"Lung that holds air, as deeply as the patient breathed in; consolidated lung is in its lobe only.{cut}",
            lambda h: float(h.sum()) * voxel_ml, 0,
        ),
        made(
            "laa_950", "Emphysema index (LAA-950)", "%", "Gevenois et al., Am J Respir Crit Care Med 1996;154:187",
            emphysema, laa_percent, 1,
        ),
        made(
            "perc_15", "15th percentile of lung density", "HU", "Parr et al., Thorax 2006;61:485",
            f"15 % of the lung is less dense. Depends on breath, kernel and calibration of air.{cut}",
            percentile_15_hu, 0,
        ),
        made(
            "lung_density", "Mean lung density", "HU", "Mean of voxels",
            f"Vessels inside the lung are counted; depends on breath.{cut}", mean_hu, 0,
        ),
        made(
            "lung_mass", "Lung mass", "g", "Density 1 + HU/1000 g/ml (Prokop & Galanski 2003)",
            f"Tissue, blood and water of the lung that holds air.{cut}",
            lambda h: mass_g(h, voxel_ml), 0,
        ),
    )  # fmt: skip


def laa_percent(histogram: Histogram, limit_hu: float = EMPHYSEMA_HU) -> float:
    """Return the share of voxels at or below a density, percent; between whole HU linearly."""
    whole = int(np.floor(limit_hu))
    below = float(histogram[: max(0, whole - LOWEST_HU + 1)].sum())
    if limit_hu > whole >= LOWEST_HU - 1:
        below += (limit_hu - whole) * float(histogram[whole + 1 - LOWEST_HU])
    return 100 * below / float(histogram.sum())


def percentile_15_hu(histogram: Histogram) -> float:
    """Return the smallest HU that at least 15 % of voxels do not exceed."""
    reached = np.cumsum(histogram) >= 0.15 * histogram.sum() - 1e-9
    return float(np.argmax(reached) + LOWEST_HU)


def mean_hu(histogram: Histogram) -> float:
    """Return the mean."""
    return float(histogram @ _bins()) / float(histogram.sum())


def mass_g(histogram: Histogram, voxel_ml: float) -> float:
    """Return the mass at a density of 1 + HU/1000 g/ml (Prokop & Galanski 2003), grams."""
    return float(histogram @ (1000 + _bins())) / 1000 * voxel_ml


def _bins() -> NDArray[np.int64]:
    return np.arange(LOWEST_HU, HIGHEST_HU + 1, dtype=np.int64)


def _histograms(scene: Scene) -> tuple[Histogram, list[tuple[str, Histogram]]]:
    """Count HU in both lungs, and in each lung and lobe; slice by slice, so that large scans cost no memory."""
    size = HIGHEST_HU - LOWEST_HU + 1
    counts = np.zeros((len(_SIDES) + 1, len(LOBES) + 1, size), dtype=np.int64)
    lungs, organs = scene.lungs, scene.organs
    where = lungs.mask
    if organs is not None and organs.grid == lungs.grid:
        where = where | organs.mask(*LOBES)
    block = scene.around(where, lungs.grid)
    if block is not None:
        hu, grid = block
        for k, plane in enumerate(hu):
            line = grid.crop((k, 0, 0), (1, grid.shape[1], grid.shape[2]))
            sides = looked_up(lungs.sides, lungs.grid, line)[0].astype(np.int32)
            lobes = np.zeros_like(sides) if organs is None else _lobes(scene, line)
            inside = (sides > 0) | (lobes > 0)
            density = np.clip(plane[inside].astype(np.int32), LOWEST_HU, HIGHEST_HU) - LOWEST_HU
            keys = (sides[inside] * (len(LOBES) + 1) + lobes[inside]) * size + density
            counts += np.bincount(keys, minlength=counts.size).reshape(counts.shape)
    parts = [(name, counts[i + 1].sum(0)) for i, name in enumerate(_SIDES)]
    parts += [(name, counts[:, i + 1].sum(0)) for i, name in enumerate(LOBES)]
    return counts[1:].sum((0, 1)), parts


def _lobes(scene: Scene, line: VoxelGrid) -> NDArray[np.int32]:
    organs = scene.organs
    if organs is None:
        return np.zeros(line.shape[1:], dtype=np.int32)
    codes = looked_up(organs.codes, organs.grid, line)[0].astype(np.int32)
    return np.where(codes <= len(LOBES), codes, 0)


def _cut_off(scene: Scene) -> str:
    sides, cell_mm2 = scene.lungs.sides, np.prod(scene.lungs.grid.spacing_mm[1:])
    if max(np.count_nonzero(sides[0]), np.count_nonzero(sides[-1])) * cell_mm2 < 500:
        return ""
    return " The lungs reach the end of the scan: only the part within it is measured."
