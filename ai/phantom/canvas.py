"""What lesions are drawn on: a thorax's voxels, how deep in the lung each lies, and the truth so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.geometry import PointMm
from ai.organs import code_of
from ai.phantom.landmarks import Landmarks, Vector
from ai.volume import VoxelGrid

__all__ = ["Canvas", "Instance", "Region", "Vector", "soft"]


@dataclass(frozen=True)
class Instance:
    """One drawn abnormality.

    ``centre`` and diameter are in the canvas's frame; ``volume_mm3`` is what was really drawn (partial volume counted).
    ``words`` is how a radiologist's report would say it, without the place.
    """

    label: str
    centre: Vector
    diameter_mm: float
    volume_mm3: float
    words: str

    def moved(self, centre: Vector) -> Instance:
        """Return the same abnormality at another place."""
        return replace(self, centre=centre)


@dataclass(eq=False)
class Region:
    """A block of the canvas with its coordinates, relative to the block's wanted centre, millimetres."""

    block: tuple[slice, slice, slice]
    up: Tensor
    back: Tensor
    left: Tensor

    @property
    def radius(self) -> Tensor:
        """Distance from the centre, millimetres."""
        return torch.sqrt(self.up**2 + self.back**2 + self.left**2)

    def stretched(self, factors: NDArray[np.float64]) -> Tensor:
        """Distance from the centre where each axis is scaled: level sets are ellipsoids."""
        up, back, left = (float(f) for f in factors)
        return torch.sqrt((self.up * up) ** 2 + (self.back * back) ** 2 + (self.left * left) ** 2)

    @property
    def directions(self) -> Tensor:
        """Unit vectors from the centre, (…, 3)."""
        full = self.radius
        vectors = torch.stack([axis.expand_as(full) for axis in (self.up, self.back, self.left)], -1)
        return vectors / full.clamp_min(1e-3)[..., None]


@dataclass(eq=False)
class Canvas:
    """A thorax that is being drawn on, in standard axes (up, back, left) with one spacing along all three.

    Args:
        hu: float32 Hounsfield units before blur and noise.
        depth_mm: distance to the lung's surface, positive inside.
        right: bool, true on the patient's right half.
        spacing_mm: voxel size.
        origin: patient position of voxel (0, 0, 0).
        truth: label → share of each voxel that is the abnormality, 0…1.
        unknown: label → where nobody may say whether the abnormality is there.
        organs: uint8, codes of ``ai.organs``; a lobe keeps its code where disease fills it, fluid and air outside the
            lung do not have it. None where nobody has said (a real scan).
        landmarks: where things run.
    """

    hu: Tensor
    depth_mm: Tensor
    right: Tensor
    spacing_mm: float
    origin: PointMm = field(default_factory=lambda: PointMm(0, 0, 0))
    truth: dict[str, Tensor] = field(default_factory=dict)
    unknown: dict[str, Tensor] = field(default_factory=dict)
    instances: list[Instance] = field(default_factory=list)
    organs: Tensor | None = None
    landmarks: Landmarks = field(default_factory=Landmarks)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        s, r, c = self.hu.shape
        return s, r, c

    @property
    def grid(self) -> VoxelGrid:
        """The voxels in the patient."""
        affine = np.eye(4)
        affine[:3, :3] = np.array([[0, 0, 1], [0, 1, 0], [1, 0, 0]]) * self.spacing_mm
        affine[:3, 3] = self.origin.array()
        return VoxelGrid(self.shape, affine)

    @property
    def lung(self) -> Tensor:
        """True inside the lungs."""
        return self.depth_mm > 0

    def organ(self, *names: str) -> Tensor | None:
        """True in the organs named; None where nobody knows this thorax's organs."""
        if self.organs is None:
            return None
        found = torch.zeros(self.shape, dtype=torch.bool)
        for name in names:
            found |= self.organs == code_of(name)
        return found

    def axes(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return (up, back, left) millimetres from voxel (0, 0, 0), ready to broadcast."""
        up, back, left = (torch.arange(n, dtype=torch.float32) * self.spacing_mm for n in self.shape)
        return up[:, None, None], back[None, :, None], left[None, None, :]

    def region(self, centre: Vector, reach_mm: float) -> Region:
        """Return the block within ``reach_mm`` of a centre, cut at the canvas's ends."""
        block, coordinates = [], []
        for axis, (middle, count) in enumerate(zip(centre, self.shape, strict=True)):
            start = max(0, int((middle - reach_mm) / self.spacing_mm))
            stop = min(count, int((middle + reach_mm) / self.spacing_mm) + 2)
            block.append(slice(min(start, count - 1), max(stop, min(start, count - 1) + 1)))
            line = torch.arange(block[-1].start, block[-1].stop, dtype=torch.float32) * self.spacing_mm - middle
            coordinates.append(line.reshape([-1 if i == axis else 1 for i in range(3)]))
        return Region((block[0], block[1], block[2]), *coordinates)

    def place(self, where: Tensor, rng: np.random.Generator) -> Vector | None:
        """Choose a voxel of a mask by chance; None where it is empty."""
        candidates = torch.nonzero(where.reshape(-1))
        if candidates.numel() == 0:
            return None
        flat = int(candidates[int(rng.integers(candidates.shape[0]))])
        s, r, c = np.unravel_index(flat, self.shape)
        return float(s) * self.spacing_mm, float(r) * self.spacing_mm, float(c) * self.spacing_mm

    def mark(self, label: str, share: Tensor, block: tuple[slice, ...] = (slice(None),) * 3) -> None:
        """Write the truth: where both overlap the larger share stays."""
        if label not in self.truth:
            self.truth[label] = torch.zeros(self.shape)
        layer = self.truth[label]
        layer[block] = torch.maximum(layer[block], share)

    def mark_unknown(self, label: str, where: Tensor, block: tuple[slice, ...] = (slice(None),) * 3) -> None:
        """Say that a label is undecided in a place."""
        if label not in self.unknown:
            self.unknown[label] = torch.zeros(self.shape, dtype=torch.bool)
        layer = self.unknown[label]
        layer[block] |= where

    def paint(self, alpha: Tensor, hu: Tensor | float, block: tuple[slice, ...] = (slice(None),) * 3) -> None:
        """Blend Hounsfield units in by ``alpha`` (0…1)."""
        self.hu[block] += alpha * (hu - self.hu[block])

    def copy(self) -> Canvas:
        """Return a canvas that can be drawn on without changing this one."""
        return Canvas(
            self.hu.clone(),
            self.depth_mm,
            self.right,
            self.spacing_mm,
            self.origin,
            {k: v.clone() for k, v in self.truth.items()},
            {k: v.clone() for k, v in self.unknown.items()},
            list(self.instances),
            None if self.organs is None else self.organs.clone(),
            self.landmarks,
        )


def soft(distance_mm: Tensor, width_mm: float) -> Tensor:
    """Return how much of a voxel lies inside a surface: distance is negative inside."""
    return torch.sigmoid(-distance_mm / width_mm)
