"""Centred coordinates of a thorax under construction, and how to work on only a part of it.

Up 0 is the middle of the lungs' height, back 0 the middle of the rib cage, left 0 the midline; millimetres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Vector

Block = tuple[slice, slice, slice]

_COARSE_MM = 4.0
"""Distances to large organs vary so slowly that they are computed at this spacing and interpolated."""


@dataclass(eq=False)
class Frame:
    """Coordinates that broadcast over (up, back, left)."""

    up: Tensor
    back: Tensor
    left: Tensor

    @classmethod
    def within(cls, half_mm: Vector, spacing_mm: float) -> Frame:
        """Make the frame from −half to +half along each axis."""
        return cls._of([torch.arange(-h, h, spacing_mm, dtype=torch.float32) for h in half_mm])

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)."""
        return self.up.numel(), self.back.numel(), self.left.numel()

    def around(self, *points: Vector, reach_mm: float) -> tuple[Block, Frame]:
        """Return the block that holds all points with a reach, and its own frame."""
        blocks, lines = [], []
        for axis, line in enumerate((self.up.flatten(), self.back.flatten(), self.left.flatten())):
            low = min(p[axis] for p in points) - reach_mm
            high = max(p[axis] for p in points) + reach_mm
            start = int(torch.searchsorted(line, low))
            stop = max(start + 1, int(torch.searchsorted(line, high, right=True)))
            start = min(start, line.numel() - 1)
            blocks.append(slice(start, stop))
            lines.append(line[start:stop])
        return (blocks[0], blocks[1], blocks[2]), self._of(lines)

    def within_block(self, block: Block) -> Frame:
        """Return the frame of a block."""
        return self._of(
            [line.flatten()[part] for line, part in zip((self.up, self.back, self.left), block, strict=True)]
        )

    def computed(self, distance: Callable[[Frame], Tensor]) -> Tensor:
        """Compute a slowly varying distance coarsely and interpolate it onto this frame."""
        lines = [self.up.flatten(), self.back.flatten(), self.left.flatten()]
        counts = [max(2, math.ceil(float(line[-1] - line[0]) / _COARSE_MM) + 1) for line in lines]
        coarse = self._of(
            [torch.linspace(float(line[0]), float(line[-1]), n) for line, n in zip(lines, counts, strict=True)]
        )
        values = distance(coarse).expand(coarse.shape)[None, None]
        return functional.interpolate(values, size=self.shape, mode="trilinear", align_corners=True)[0, 0]

    @classmethod
    def _of(cls, lines: list[Tensor]) -> Frame:
        return cls(lines[0][:, None, None], lines[1][None, :, None], lines[2][None, None, :])
