"""Two scans whose places correspond in a known way, and the vessel forks at which the map is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation
from torch import Tensor
from torch.nn import functional

from ai.anatomy import find_lungs, resampled, standardised
from ai.geometry import Matrix, PointMm
from ai.phantom.studies.follow_up import drawn_pair
from ai.scan import read
from ai.volume import AIR_HU, Volume, VoxelGrid, axis_aligned
from tests.benchmarks.breath import Breath, breath_of
from tests.benchmarks.forks import vessel_forks

LATTICE_MM = 4.0
_SLICES_AT_ONCE = 24
_LUNG_HU = -500


@dataclass(frozen=True, eq=False)
class KnownPair:
    """Two scans with known correspondence.

    Args:
        name: for the table.
        prior, current: the scans.
        forks_prior_mm, forks_current_mm: (n, 3) LPS, the same vessel forks in each.
    """

    name: str
    prior: Volume
    current: Volume
    forks_prior_mm: Matrix
    forks_current_mm: Matrix

    @property
    def moved_mm(self) -> float:
        """How far the forks lie apart at most, before anything is done."""
        return float(np.linalg.norm(self.forks_prior_mm - self.forks_current_mm, axis=1).max())


@dataclass(frozen=True)
class SecondVisit:
    """How the patient lay and what scanner took the second scan.

    Args:
        deep_mm: how far the bases of the lungs moved.
        turn_deg, shift_mm: of the whole patient, about (left, posterior, superior).
        spacing_mm: of slices, rows and columns; slices are as thick as they lie apart.
        blur_mm: Gaussian, across the slice's plane: a softer kernel.
        noise_hu: standard deviation, on top of what the scan has.
        seed: of breath and noise.
    """

    deep_mm: float
    turn_deg: tuple[float, float, float] = (2.0, -1.5, 3.0)
    shift_mm: tuple[float, float, float] = (8.0, -15.0, 20.0)
    spacing_mm: tuple[float, float, float] = (2.5, 0.9, 0.9)
    blur_mm: float = 0.7
    noise_hu: float = 30.0
    seed: int = 0


def breathed(name: str, prior: Volume, visit: SecondVisit) -> KnownPair:
    """Take a second scan of a patient by bending the first."""
    voxels, grid = standardised(prior.hu, prior.grid)
    small, small_grid = resampled(voxels, grid, LATTICE_MM)
    lungs = find_lungs(small, small_grid)
    if lungs is None:
        raise ValueError(f"no lungs in {name}")
    breath = breath_of(small, lungs, visit.deep_mm, visit.seed)
    rigid = _rigid(visit, prior.grid.centre)
    shown = _second_grid(prior.grid, rigid, visit.spacing_mm)
    current = _taken(Volume(np.asarray(voxels, dtype=np.int16), grid), breath, rigid, shown, visit)
    forks = vessel_forks(prior)
    there = breath.after(forks) @ rigid[:3, :3].T + rigid[:3, 3]
    inside = ((shown.indices(there) >= 0) & (shown.indices(there) <= np.array(shown.shape) - 1)).all(axis=1)
    return KnownPair(name, prior, current, forks[inside], there[inside])


def real(shared: Path, file: str, visit: SecondVisit) -> Callable[[], KnownPair]:
    """Return what makes a pair of a real scan and a breath."""
    name = f"{Path(file).name.partition('.')[0][:10]}, breath {visit.deep_mm:g} mm"
    return lambda: breathed(name, read(shared / "scans" / file).volume, visit)


def two_kernels(shared: Path) -> KnownPair:
    """Return one acquisition reconstructed twice: nothing may move."""
    lung, soft = (
        read(shared / "scans" / f"lung-pet-ct-dx-a0001-{kernel}.nii.gz").volume for kernel in ("lung", "soft")
    )
    forks = vessel_forks(lung)
    return KnownPair("two kernels, 5 mm, nothing moved", lung, soft, forks, forks)


def synthetic(seed: int) -> KnownPair:
    """Return a synthetic prior and follow-up with lesions that came, went and grew."""
    pair = drawn_pair(seed, spacing_mm=1.5)
    prior, current = pair.prior.scan().volume, pair.current.scan().volume
    breath = Breath(current.grid, pair.displacement_mm)
    forks = vessel_forks(current)
    return KnownPair(f"synthetic patient {seed} and follow-up", prior, current, breath.before(forks), forks)


def _rigid(visit: SecondVisit, about: PointMm) -> Matrix:
    """Return the 4×4 that moves the patient, LPS mm."""
    rigid = np.eye(4)
    rigid[:3, :3] = Rotation.from_euler("xyz", visit.turn_deg, degrees=True).as_matrix()
    rigid[:3, 3] = about.array() + visit.shift_mm - rigid[:3, :3] @ about.array()
    return rigid


def _second_grid(grid: VoxelGrid, rigid: Matrix, spacing_mm: tuple[float, float, float]) -> VoxelGrid:
    """Return the field of view of the first scan around the moved patient."""
    extent = np.ptp(grid.corners_mm(), axis=0)
    shape = tuple(int(size / mm) for size, mm in zip(extent[::-1], spacing_mm, strict=True))
    middle = rigid[:3, :3] @ grid.centre.array() + rigid[:3, 3]
    first = middle - (np.array(shape[::-1]) - 1) / 2 * spacing_mm[::-1]
    return axis_aligned((shape[0], shape[1], shape[2]), spacing_mm, PointMm.of(first))


def _taken(prior: Volume, breath: Breath, rigid: Matrix, grid: VoxelGrid, visit: SecondVisit) -> Volume:
    """Bend, blur, slice and add noise; lung that expands gets thinner, for its mass is kept."""
    soft = ndimage.gaussian_filter(
        prior.hu.astype(np.float32), [0.0, *(visit.blur_mm / mm for mm in prior.grid.spacing_mm[1:])]
    )
    lattice = np.concatenate([breath.shift_mm, breath.jacobian[None]])
    back = np.linalg.inv(rigid) @ grid.affine
    rng = np.random.default_rng(visit.seed)
    hu = np.empty(grid.shape, np.int16)
    for start in range(0, grid.shape[0], _SLICES_AT_ONCE):
        block = np.arange(start, min(start + _SLICES_AT_ONCE, grid.shape[0]))
        total = np.zeros((len(block), *grid.shape[1:]), np.float32)
        for part in (-0.25, 0.25):
            axes = [torch.from_numpy(block + part).float(), *(torch.arange(n).float() for n in grid.shape[1:])]
            places = _through(back, torch.stack(torch.meshgrid(*axes, indexing="ij")))
            moves = _read(lattice, _through(breath.grid.inverse, places), "border")
            there = _read(soft[None] - AIR_HU, _through(prior.grid.inverse, places + moves[:3]), "zeros")[0] + AIR_HU
            lung = (there < _LUNG_HU) & (there > -1000)
            total += torch.where(lung, (there + 1000) * moves[3] - 1000, there).numpy() / 2
        noise = ndimage.gaussian_filter(rng.standard_normal(total.shape, np.float32), [0.0, 0.6, 0.6])
        hu[block] = np.clip(total + visit.noise_hu * noise / noise.std(), AIR_HU, 3000).astype(np.int16)
    return Volume(hu, grid)


def _through(affine: Matrix, places: Tensor) -> Tensor:
    """Apply a 4×4 to (3, s, r, c)."""
    matrix = torch.from_numpy(np.asarray(affine)).float()
    moved: Tensor = torch.tensordot(matrix[:3, :3], places, dims=1) + matrix[:3, 3, None, None, None]
    return moved


def _read(values: NDArray[np.floating], indices: Tensor, beyond: str) -> Tensor:
    """Read (C, s, r, c) linearly at fractional indices (3, …)."""
    size = torch.tensor(values.shape[1:]).float()[:, None, None, None]
    where = ((2 * indices + 1) / size - 1).flip(0).movedim(0, -1)[None]
    layers = torch.from_numpy(np.array(values, dtype=np.float32))[None]
    return functional.grid_sample(layers, where, padding_mode=beyond, align_corners=False)[0]
