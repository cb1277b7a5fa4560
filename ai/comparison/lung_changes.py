"""How much lung there is and how dense, then and now, in the same lobes and in the same breath."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import standardised
from ai.comparison.breath import in_that_breath_hu, in_this_breath_hu
from ai.diffuse import Breath, PartChange, QuantityChange, Then
from ai.model.measures.lung_density import (
    EMPHYSEMA_HU,
    HIGHEST_HU,
    LOWEST_HU,
    Histogram,
    laa_percent,
    mass_g,
    mean_hu,
    percentile_15_hu,
)
from ai.model.measures.scene import looked_up
from ai.organs import LOBES, LUNGS, Organs, code_of
from ai.progress import Progress
from ai.volume import Volume

_LEAST_ML = 20.0
_SPONGE = "in the current breath by the sponge rule, Stoel et al., Proc Am Thorac Soc 2008;5:919"

Counted = Mapping[str, tuple[Histogram, float]]
"""Region → (voxels by HU, millilitres of a voxel)."""
Measure = Callable[[Histogram, float], float]
InThisBreath = Callable[[Histogram, float, Breath], float]


def counted(volume: Volume, lung: Organs, progress: Progress) -> Counted:
    """Count HU in both lungs and in each lobe of which there is enough, in the scan's own voxels, slice by slice."""
    array, grid = standardised(volume.hu, volume.grid)
    hu = np.asarray(array, dtype=np.int16)
    size = HIGHEST_HU - LOWEST_HU + 1
    counts = np.zeros((len(LOBES) + 1, size), dtype=np.int64)
    for k, plane in enumerate(hu):
        progress.report(k / len(hu), "Measuring the lungs in both scans")
        codes = looked_up(lung.codes, lung.grid, grid.crop((k, 0, 0), (1, grid.shape[1], grid.shape[2])))[0]
        inside = codes > 0
        if inside.any():
            counts += _plane_counts(plane[inside], codes[inside], size)
    voxel_ml = grid.voxel_mm3 / 1000
    lobes = {lobe: counts[code_of(lobe)] for lobe in LOBES}
    enough = {lobe: (h, voxel_ml) for lobe, h in lobes.items() if h.sum() * voxel_ml >= _LEAST_ML}
    return {LUNGS: (sum(lobes.values(), np.zeros(size, np.int64)), voxel_ml), **enough} if enough else {}


def breath_of(then: Counted, now: Counted, region: str = LUNGS) -> Breath | None:
    """Return how deep both breaths were in a region; None where a scan does not show it."""
    if region not in then or region not in now:
        return None
    return Breath(*(float(h.sum()) * voxel_ml for h, voxel_ml in (then[region], now[region])))


def lung_changes(then: Counted, now: Counted) -> tuple[QuantityChange, ...]:
    """Return volume, mass, mean density, 15th percentile and LAA-950, those of density also in the current breath."""
    return (
        _change(then, now, ("lung_volume", "Lung volume", "ml", "Count of voxels", 0), _volume_ml),
        _change(then, now, ("lung_mass", "Lung mass", "g", "1 + HU/1000 g/ml (Prokop & Galanski 2003)", 0), mass_g),
        _change(
            then, now, ("lung_density", "Mean lung density", "HU", f"Mean of voxels; {_SPONGE}", 0),
            lambda h, ml: mean_hu(h),
            lambda h, ml, breath: in_this_breath_hu(mean_hu(h), breath),
        ),
        _change(
            then, now,
            ("perc_15", "15th percentile of lung density", "HU", f"Parr et al., Thorax 2006;61:485; {_SPONGE}", 0),
            lambda h, ml: percentile_15_hu(h),
            lambda h, ml, breath: in_this_breath_hu(percentile_15_hu(h), breath),
        ),
        _change(
            then, now,
            ("laa_950", "Emphysema index (LAA-950)", "%",
             f"Gevenois et al., Am J Respir Crit Care Med 1996;154:187; {_SPONGE}", 1),
            lambda h, ml: laa_percent(h),
            lambda h, ml, breath: laa_percent(h, in_that_breath_hu(EMPHYSEMA_HU, breath)),
        ),
    )  # fmt: skip


def _volume_ml(histogram: Histogram, voxel_ml: float) -> float:
    return float(histogram.sum()) * voxel_ml


def _plane_counts(hu: NDArray[np.int16], codes: NDArray[np.uint8], size: int) -> NDArray[np.int64]:
    density = np.clip(hu.astype(np.int32), LOWEST_HU, HIGHEST_HU) - LOWEST_HU
    return np.bincount(codes.astype(np.int32) * size + density, minlength=(len(LOBES) + 1) * size).reshape(-1, size)


def _change(
    then: Counted,
    now: Counted,
    said: tuple[str, str, str, str, int],
    measure: Measure,
    in_this_breath: InThisBreath | None = None,
) -> QuantityChange:
    whole_breath = breath_of(then, now)

    def of(region: str) -> tuple[Then, float]:
        breath = breath_of(then, now, region)
        corrected = None
        if in_this_breath and whole_breath and whole_breath.comparable and breath and breath.comparable:
            corrected = in_this_breath(*then[region], breath)
        return Then(measure(*then[region]), corrected), measure(*now[region])

    lobes = [region for region in now if region != LUNGS and region in then]
    parts = tuple(PartChange(lobe, *of(lobe)) for lobe in lobes)
    whole = of(LUNGS)
    return QuantityChange(*said, *whole, parts=parts, depends_on_breath=in_this_breath is not None)
