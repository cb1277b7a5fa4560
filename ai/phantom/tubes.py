"""Thin branching things (airways, strands, vessels) as beads along their middles; only voxels near are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Course
from ai.phantom.spots import Spots

_BEADS_PER_VOXEL = 1.6
_FINEST_MM = 0.5


@dataclass(frozen=True, eq=False)
class Tube:
    """A tube's middle line and its outer radius along it.

    Args:
        points: (n, 3) millimetres (up, back, left).
        radii_mm: (n,).
    """

    points: NDArray[np.float64]
    radii_mm: NDArray[np.float64]

    @classmethod
    def of(cls, course: Course) -> Tube:
        """Take a course of the landmarks."""
        return cls(np.array(course.points), np.array(course.radii_mm))

    @property
    def steps_mm(self) -> NDArray[np.float64]:
        """Way along the middle to each point."""
        return np.asarray(np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(self.points, axis=0), axis=1))])

    def beads(self, step_mm: float) -> Tube:
        """Return the same with points every ``step_mm``."""
        steps = self.steps_mm
        along = np.linspace(0, steps[-1], max(2, int(steps[-1] / step_mm) + 2))
        places = np.stack([np.interp(along, steps, self.points[:, axis]) for axis in range(3)], 1)
        return Tube(places, np.interp(along, steps, self.radii_mm))

    def with_radii(self, radii_mm: NDArray[np.float64] | float) -> Tube:
        """Return the same middle with other radii."""
        return Tube(self.points, np.broadcast_to(np.asarray(radii_mm, dtype=np.float64), self.radii_mm.shape))

    def shifted(self, offset_mm: NDArray[np.float64]) -> Tube:
        """Return the same tube elsewhere."""
        return Tube(self.points + offset_mm, self.radii_mm)


def near_tubes(canvas: Canvas, tubes: Sequence[Tube], margin_mm: float) -> tuple[Spots, Tensor]:
    """Return the voxels within a margin of the tubes' surface, and their distance from it, negative inside.

    Bead by bead in groups of about one radius, so that the cost follows the tubes' volume, not the canvas's.
    """
    step = max(_FINEST_MM, canvas.spacing_mm / _BEADS_PER_VOXEL)
    beads = [tube.beads(step) for tube in tubes]
    places = torch.as_tensor(np.concatenate([b.points for b in beads]), dtype=torch.float32)
    radii = torch.as_tensor(np.concatenate([b.radii_mm for b in beads]), dtype=torch.float32)
    reach = ((radii + margin_mm) / canvas.spacing_mm).ceil().long()
    flats, distances = [], []
    for size in sorted(set(reach.tolist())):
        flat, distance = _around(canvas, places[reach == size], radii[reach == size], size, margin_mm)
        flats.append(flat)
        distances.append(distance)
    flat, distance = torch.cat(flats), torch.cat(distances)
    unique, place = torch.unique(flat, return_inverse=True)
    least = torch.full((unique.numel(),), margin_mm).scatter_reduce(0, place, distance, "amin")
    _, rows, columns = canvas.shape
    voxels = torch.stack([unique // (rows * columns), unique // columns % rows, unique % columns], 1)
    return Spots.at(canvas, voxels), least


def _around(
    canvas: Canvas, places: Tensor, radii: Tensor, reach: int, margin_mm: float
) -> tuple[Tensor, Tensor]:  # fmt: skip
    line = torch.arange(-reach, reach + 1)
    cube = torch.stack(torch.meshgrid(line, line, line, indexing="ij"), -1).reshape(-1, 3)
    cube = cube[(cube**2).sum(1) <= (reach + 0.9) ** 2]
    voxels = (places / canvas.spacing_mm).round().long()[:, None] + cube
    apart = voxels * canvas.spacing_mm - places[:, None]
    distance = apart.square().sum(2).sqrt() - radii[:, None]
    kept = (distance < margin_mm) & (voxels >= 0).all(2) & (voxels < torch.tensor(canvas.shape)).all(2)
    s, r, c = voxels[kept].unbind(1)
    return (s * canvas.shape[1] + r) * canvas.shape[2] + c, distance[kept]
