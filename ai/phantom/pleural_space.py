"""One pleural space: what collects in it takes the lung's place and presses what is left of it away."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from ai.organs import LOBES
from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.warping import Block, warp

_COARSE_MM = 6.0
"""Directions of pressure vary slowly; they are computed at this spacing and interpolated."""


@dataclass(frozen=True, eq=False)
class PleuralSpace:
    """The block of one lung.

    ``depth`` is the distance under this lung's surface (negative outside it, and in the other lung); ``up``, ``back``
    and ``left`` are millimetres of the canvas, ready to broadcast; ``low`` and ``high`` are the lung's ends along them.
    """

    block: Block
    depth: Tensor
    up: Tensor
    back: Tensor
    left: Tensor
    low: Vector
    high: Vector

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of the block."""
        a, b, c = self.depth.shape
        return a, b, c

    @property
    def height(self) -> Tensor:
        """0 at the lung's lowest, 1 at its highest level."""
        return ((self.up - self.low[0]) / max(1.0, self.high[0] - self.low[0])).clamp(0, 1)


def pleural_space(canvas: Canvas, right: bool, margin_mm: float = 8.0) -> PleuralSpace | None:
    """Return the pleural space of one side; None where there is no lung of at least 8 ml."""
    # Every second voxel decides the ends: the margin covers what that misses.
    thin = (canvas.depth_mm[::2, ::2, ::2] > 0) & (canvas.right[::2, ::2, ::2] == right)
    if int(thin.sum()) * 8 * canvas.spacing_mm**3 < 8000:
        return None
    block, low, high = [], [], []
    for axis, count in enumerate(canvas.shape):
        others = [a for a in range(3) if a != axis]
        found = torch.nonzero(thin.any(others[1]).any(others[0])).flatten()
        first, last = int(found.min()) * 2, int(found.max()) * 2
        pad = round(margin_mm / canvas.spacing_mm) + 1
        block.append(slice(max(0, first - pad), min(count, last + pad + 1)))
        low.append(first * canvas.spacing_mm)
        high.append(last * canvas.spacing_mm)
    whole = (block[0], block[1], block[2])
    depth = canvas.depth_mm[whole]
    own = torch.where(canvas.right[whole] == right, depth, depth.clamp(max=-4.0))
    lines = [
        (torch.arange(s.start, s.stop, dtype=torch.float32) * canvas.spacing_mm).reshape(
            [-1 if i == axis else 1 for i in range(3)]
        )
        for axis, s in enumerate(whole)
    ]
    return PleuralSpace(whole, own, lines[0], lines[1], lines[2], (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def inside(space: PleuralSpace) -> Tensor:
    """Return what share of each voxel is within this side's pleura."""
    return soft(-space.depth, 0.5)


def press(canvas: Canvas, space: PleuralSpace, surface: Tensor, push_mm: float) -> None:
    """Move the lung off what is about to fill the pleural space, and make it denser in proportion.

    Args:
        canvas: changed.
        space: the side.
        surface: distance to the contents' surface, positive in the lung that stays.
        push_mm: how far the lung at the surface moves; what is not moved is replaced.
    """
    reach = 1.6 * push_mm
    space, surface = _near_surface(canvas, space, surface, 2.5 * reach)
    sizes = [max(2, round(n * canvas.spacing_mm / _COARSE_MM) + 1) for n in space.shape]

    def coarse(values: Tensor) -> Tensor:
        return functional.interpolate(values[None, None], size=sizes, mode="trilinear", align_corners=True)[0, 0]

    distance = coarse(surface)
    gradient = torch.stack(torch.gradient(distance, spacing=_COARSE_MM))
    towards = -gradient / gradient.square().sum(0).sqrt().clamp_min(1e-3)
    # Nothing moves farther away than 2.5 times the reach.
    fade = ((torch.exp(-distance.clamp(min=0) / reach) - 0.08) / 0.92).clamp(min=0)
    rooted = (coarse(space.depth) / (1.5 * push_mm + 4)).clamp(0, 1)
    warp(canvas, space.block, towards * (push_mm * fade * rooted))
    squeeze = 1 + push_mm / reach * functional.interpolate(
        (fade * rooted)[None, None], size=space.shape, mode="trilinear", align_corners=True
    )[0, 0] * (surface > 0)
    hu = canvas.hu[space.block]
    canvas.hu[space.block] = torch.where((hu < -500) & (space.depth > 0), (hu + 1000) * squeeze - 1000, hu)


def _near_surface(
    canvas: Canvas, space: PleuralSpace, surface: Tensor, within_mm: float
) -> tuple[PleuralSpace, Tensor]:
    """Return the part of a pleural space that lies within a distance of a surface, and the surface there."""
    thin = (surface[::2, ::2, ::2] < within_mm) & (space.depth[::2, ::2, ::2] > -2)
    part = []
    for axis, count in enumerate(space.shape):
        others = [a for a in range(3) if a != axis]
        found = torch.nonzero(thin.any(others[1]).any(others[0])).flatten()
        if found.numel() == 0:
            return space, surface
        part.append(slice(max(0, int(found.min()) * 2 - 2), min(count, int(found.max()) * 2 + 4)))
    cut = (part[0], part[1], part[2])
    return portion(space, cut), surface[cut]


def portion(space: PleuralSpace, part: Block) -> PleuralSpace:
    """Return a part of a pleural space: its ends (``low``, ``high``) stay those of the lung."""
    whole = [slice(b.start + p.start, b.start + p.stop) for b, p in zip(space.block, part, strict=True)]
    return replace(
        space,
        block=(whole[0], whole[1], whole[2]),
        depth=space.depth[part],
        up=space.up[part[0]],
        back=space.back[:, part[1]],
        left=space.left[:, :, part[2]],
    )


def occupy(canvas: Canvas, space: PleuralSpace, surface: Tensor, share: Tensor, keep: tuple[str, ...] = ()) -> None:
    """Say that the contents of the pleural space, not lung, are here: depth, organs and what was true before.

    Args:
        canvas: changed, except its voxels.
        space: the side.
        surface: distance to the contents' surface, positive in the lung that stays.
        share: how much of each voxel the contents take.
        keep: labels whose truth stays as it is.
    """
    depth = canvas.depth_mm.clone()
    own = space.depth > 0
    depth[space.block] = torch.where(own, torch.minimum(depth[space.block], surface), depth[space.block])
    canvas.depth_mm = depth
    if canvas.organs is not None:
        codes = canvas.organs[space.block]
        codes[(share > 0.5) & (codes > 0) & (codes <= len(LOBES))] = 0
    supplant(canvas, share, space.block, keep)


def supplant(canvas: Canvas, share: Tensor, block: Block, keep: tuple[str, ...] = ()) -> None:
    """Lower what was true where something else has taken the place."""
    for label, layer in canvas.truth.items():
        if label not in keep:
            layer[block] *= 1 - share


def middle_of(canvas: Canvas, share: Tensor, block: Block) -> Vector:
    """Return the place of the voxel in the body of what was drawn that lies nearest its middle."""
    places = torch.nonzero(share > 0.5 * share.max()).float()
    mean = places.mean(0)
    nearest = places[(places - mean).square().sum(1).argmin()]
    a, b, c = ((float(v) + s.start) * canvas.spacing_mm for v, s in zip(nearest, block, strict=True))
    return a, b, c


def volume_of(canvas: Canvas, share: Tensor) -> float:
    """Return the volume of what was drawn, mm³, partial volume counted."""
    return float(share.sum()) * canvas.spacing_mm**3
