"""Small bodies drawn on a finer grid and averaged, so that each voxel holds just what of them lies in it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas, Region, Vector

_MOST = 4


@dataclass(frozen=True, eq=False)
class Fine:
    """A block of the canvas cut ``factor`` times finer.

    Args:
        region: the block, its coordinates at the finer spacing, ready to broadcast.
        factor: how many fine voxels lie along a voxel's edge.
        spacing_mm: of the fine grid.
    """

    region: Region
    factor: int
    spacing_mm: float

    @classmethod
    def around(cls, canvas: Canvas, centre: Vector, reach_mm: float, wanted_mm: float) -> Fine:
        """Cut the block within a reach so that fine voxels are about as small as wanted (at most four to an edge)."""
        coarse = canvas.region(centre, reach_mm)
        factor = max(1, min(_MOST, ceil(canvas.spacing_mm / wanted_mm - 0.01)))
        step = canvas.spacing_mm / factor
        inner = (torch.arange(factor, dtype=torch.float32) - (factor - 1) / 2) * step
        lines = []
        for axis, line in enumerate((coarse.up, coarse.back, coarse.left)):
            cut = (line.reshape(-1, 1) + inner).reshape(-1)
            lines.append(cut.reshape([-1 if i == axis else 1 for i in range(3)]))
        return cls(Region(coarse.block, *lines), factor, step)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Fine voxels along each axis."""
        r = self.region
        return r.up.shape[0], r.back.shape[1], r.left.shape[2]

    def cut(self, layer: Tensor) -> Tensor:
        """Return a layer of the canvas on the fine grid (trilinear)."""
        part = layer[self.region.block].float()
        if self.factor == 1:
            return part
        return functional.interpolate(
            part[None, None], scale_factor=self.factor, mode="trilinear", align_corners=False
        )[0, 0]

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over each voxel of the canvas."""
        full = values.expand(self.shape)
        if self.factor == 1:
            return full
        return functional.avg_pool3d(full[None, None], self.factor)[0, 0]

    def inside(self, distance_mm: Tensor) -> Tensor:
        """Return the share of each fine voxel behind a surface (distance negative inside): a box as wide as a voxel."""
        return (0.5 - distance_mm / self.spacing_mm).clamp(0, 1)
