"""What arrives instead of a chest CT: other parts of the body, technical phantoms, and good scans ruined on the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ai.geometry import PointMm
from ai.volume import Volume, VoxelGrid, axis_aligned

Ruin = Callable[[Volume], Volume]


def with_hu(volume: Volume, hu: NDArray[np.floating] | NDArray[np.signedinteger]) -> Volume:
    """Return the same grid with other voxels."""
    return Volume(np.clip(np.round(hu), -32768, 32767).astype(np.int16), volume.grid)


def with_spacing(volume: Volume, factors: tuple[float, float, float]) -> Volume:
    """Return the same voxels at distances multiplied by ``factors``."""
    affine = volume.grid.affine.copy()
    affine[:3, :3] *= np.array(factors)
    return Volume(volume.hu, VoxelGrid(volume.grid.shape, affine))


def cropped(volume: Volume, shares: tuple[tuple[float, float], ...]) -> Volume:
    """Return the block from the first to the second share of each axis."""
    ranges = [(round(a * n), round(b * n)) for (a, b), n in zip(shares, volume.hu.shape, strict=True)]
    hu = volume.hu[tuple(slice(a, b) for a, b in ranges)]
    start = (ranges[0][0], ranges[1][0], ranges[2][0])
    return Volume(np.ascontiguousarray(hu), volume.grid.crop(start, (hu.shape[0], hu.shape[1], hu.shape[2])))


def shuffled(volume: Volume) -> Volume:
    """Return the slices in another order."""
    return with_hu(volume, volume.hu[np.random.default_rng(0).permutation(len(volume.hu))])


def halves_exchanged(volume: Volume) -> Volume:
    """Return the upper half below the lower one."""
    return with_hu(volume, np.roll(volume.hu, len(volume.hu) // 2, axis=0))


def interleaved(volume: Volume) -> Volume:
    """Return two acquisitions of the same patient, one moved by 30 mm, slice by slice in turn."""
    hu = volume.hu.copy()
    step = max(1, round(30 / volume.grid.spacing_mm[0]))
    hu[::2] = np.roll(hu, step, axis=0)[::2]
    return with_hu(volume, hu)


def doubled(volume: Volume) -> Volume:
    """Return every second slice replaced by the one before."""
    hu = volume.hu.copy()
    hu[1::2] = hu[0 : 2 * len(hu[1::2]) : 2]
    return with_hu(volume, hu)


def blanked(volume: Volume) -> Volume:
    """Return every third slice empty."""
    hu = volume.hu.copy()
    hu[2::3] = -1024
    return with_hu(volume, hu)


def quarter_missing(volume: Volume) -> Volume:
    """Return the quarter of the picture in which the left half's back lies black."""
    hu = volume.hu.copy()
    hu[:, hu.shape[1] // 2 :, hu.shape[2] // 2 :] = -1024
    return with_hu(volume, hu)


def half_missing(volume: Volume) -> Volume:
    """Return the patient's left half black."""
    hu = volume.hu.copy()
    hu[:, :, hu.shape[2] // 2 :] = -1024
    return with_hu(volume, hu)


def noise(volume: Volume) -> Volume:
    """Return nothing but noise."""
    return with_hu(volume, np.random.default_rng(0).normal(-500, 400, volume.hu.shape))


def like_mr(volume: Volume) -> Volume:
    """Return values as of MR: air black at 0, fat brightest."""
    return with_hu(volume, np.clip(600 - np.abs(volume.hu.astype(np.float64) + 100), 0, None))


RUINED: dict[str, Ruin] = {
    "slices shuffled": shuffled,
    "halves exchanged": halves_exchanged,
    "two scans interleaved": interleaved,
    "every second slice a copy": doubled,
    "every third slice blank": blanked,
    "a quarter black": quarter_missing,
    "half black": half_missing,
    "only noise": noise,
    "inverted": lambda v: with_hu(v, -v.hu.astype(np.int32)),
    "rescale forgotten (+1024)": lambda v: with_hu(v, v.hu.astype(np.int32) + 1024),
    "rescale twice (-1024)": lambda v: with_hu(v, v.hu.astype(np.int32) - 1024),
    "half the scale": lambda v: with_hu(v, v.hu * 0.5),
    "twice the scale": lambda v: with_hu(v, v.hu * 2.0),
    "eight bits": lambda v: with_hu(v, (np.clip(v.hu, -1350, 150) + 1350) / 1500 * 255),
    "like MR": like_mr,
    "slices five times as far apart": lambda v: with_spacing(v, (5.0, 1.0, 1.0)),
    "slices a quarter as far apart": lambda v: with_spacing(v, (0.25, 1.0, 1.0)),
    "pixels in centimetres": lambda v: with_spacing(v, (10.0, 10.0, 10.0)),
    "a small child": lambda v: with_spacing(v, (0.55, 0.55, 0.55)),
    "abdomen with the lungs' bases": lambda v: cropped(v, ((0.0, 0.36), (0.0, 1.0), (0.0, 1.0))),
    "a heart's field of view": lambda v: cropped(v, ((0.1, 0.6), (0.28, 0.72), (0.36, 0.76))),
}
"""What was done → how."""


def grid_of_a_chest(spacing_mm: float = 4.0) -> VoxelGrid:
    """Return a field of view as of a chest CT around the origin."""
    shape = tuple(round(n / spacing_mm) for n in (300, 320, 420))
    first = PointMm(-210.0, -160.0, -150.0)
    return axis_aligned((shape[0], shape[1], shape[2]), (spacing_mm,) * 3, first)


def _ellipse(grid: VoxelGrid, middle: tuple[float, float], half: tuple[float, float]) -> NDArray[np.bool_]:
    """A column along the patient's height: middle and half axes are (posterior, left) millimetres."""
    places = grid.points_mm(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(np.float64))
    away = ((places[:, 1] - middle[0]) / half[0]) ** 2 + ((places[:, 0] - middle[1]) / half[1]) ** 2
    return np.asarray((away <= 1).reshape(grid.shape))


def cylinder(hu_inside: float, noise_hu: float = 10.0) -> Volume:
    """Return a uniform cylinder (water 0, PMMA 120 HU) in air."""
    grid = grid_of_a_chest()
    hu = np.where(_ellipse(grid, (0, 0), (110, 110)), hu_inside, -1000.0)
    return Volume((hu + np.random.default_rng(0).normal(0, noise_hu, hu.shape)).round().astype(np.int16), grid)


def phantom_with_lungs(lung_hu: float = -800.0, with_bone: bool = True) -> Volume:
    """Return a technical phantom: soft-tissue plastic with two foam lungs and a rod for a spine; no fat, no vessels."""
    grid = grid_of_a_chest()
    hu = np.where(_ellipse(grid, (0, 0), (110, 165)), 40.0, -1000.0)
    for side in (-1, 1):
        hu[_ellipse(grid, (0, side * 80.0), (70, 50))] = lung_hu
    if with_bone:
        hu[_ellipse(grid, (80, 0), (18, 18))] = 500
    return Volume((hu + np.random.default_rng(0).normal(0, 12, hu.shape)).round().astype(np.int16), grid)


def head() -> Volume:
    """Return a head: skull, brain, a nasal cavity."""
    grid = grid_of_a_chest(3.0)
    places = grid.points_mm(np.argwhere(np.ones(grid.shape, dtype=bool)).astype(np.float64)).reshape(*grid.shape, 3)

    def ball(middle: tuple[float, float, float], half: tuple[float, float, float]) -> NDArray[np.bool_]:
        return np.asarray((((places - np.array(middle)) / np.array(half)) ** 2).sum(-1) <= 1)

    hu = np.full(grid.shape, -1000.0)
    hu[ball((0, 0, 0), (80, 100, 95))] = 30
    hu[ball((0, 0, 0), (75, 95, 90))] = 900
    hu[ball((0, 0, 5), (69, 89, 83))] = 35
    hu[ball((0, -70, -50), (18, 22, 25))] = -990
    return Volume(hu.round().astype(np.int16), grid)


def abdomen(gas_ml: float = 700.0) -> Volume:
    """Return an abdomen: fat, muscle, spine, and bowel full of gas."""
    grid = grid_of_a_chest()
    hu = np.where(_ellipse(grid, (0, 0), (125, 175)), -100.0, -1000.0)
    hu[_ellipse(grid, (0, 0), (105, 150))] = 50
    hu[_ellipse(grid, (0, 0), (85, 130))] = -95
    hu[_ellipse(grid, (75, 0), (20, 22))] = 300
    reach_mm = (gas_ml * 1000 / 2 / (np.pi * 30 * 30)) / 2
    up = grid.points_mm(np.array([[k, 0, 0] for k in range(grid.shape[0])], dtype=np.float64))[:, 2]
    for k in np.flatnonzero(np.abs(up) < reach_mm):
        radius_mm = 32 * np.sqrt(1 - (up[k] / reach_mm) ** 2)
        line = grid.crop((int(k), 0, 0), (1, grid.shape[1], grid.shape[2]))
        for side in (-1, 1):
            hu[k][_ellipse(line, (-20, side * 70.0), (radius_mm + 3, radius_mm + 3))[0]] = 40
            hu[k][_ellipse(line, (-20, side * 70.0), (radius_mm, radius_mm))[0]] = -995
    hu += np.random.default_rng(0).normal(0, 12, hu.shape)
    return Volume(hu.round().astype(np.int16), grid)


NO_CHEST: dict[str, Callable[[], Volume]] = {
    "water cylinder": lambda: cylinder(0.0),
    "PMMA cylinder": lambda: cylinder(120.0),
    "lung phantom": phantom_with_lungs,
    "lung phantom without bone": lambda: phantom_with_lungs(with_bone=False),
    "phantom with air holes": lambda: phantom_with_lungs(-995.0),
    "head": head,
    "abdomen": lambda: abdomen(200.0),
    "abdomen with distended bowel": lambda: abdomen(1600.0),
}
"""What it is → how it is made."""
