"""Brushes of airspace disease: uneven patches, haze that is added, tissue that fills the air, and honest truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.fields import smooth_field
from ai.phantom.warping import Block

_AERATED = ("emphysema", "groundglass", "septal_thickening", "reticulation", "tree_in_bud", "honeycombing")
"""What cannot be seen any more once the air is gone."""
_SOLID = ("nodule", "nodulegr1cm", "mass", "granuloma", "cavitation", "cyst", "scarring", "bandlike_or_linear")
"""What may still be there, hidden in dense lung."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A share (0…1) of each voxel of a block."""

    block: Block
    share: Tensor


def blob(
    canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator, ragged: float = 0.3
) -> tuple[Block, Tensor]:
    """Return an uneven oval's block and the distance (mm, negative inside) to its edge."""
    region = canvas.region(centre, radius_mm * 1.9)
    s, r, c = canvas.hu[region.block].shape
    uneven = _rough((s, r, c), radius_mm * 0.45 / canvas.spacing_mm, rng)
    oval = region.stretched(rng.uniform(0.72, 1.35, size=3))
    return region.block, oval - radius_mm * (1 + ragged * uneven)


def subpleural(
    canvas: Canvas, centre: Vector, radius_mm: float, thick_mm: float, rng: np.random.Generator, ragged: float = 0.3
) -> tuple[Block, Tensor]:
    """Return a lens on the pleura: ``radius_mm`` along it, ``thick_mm`` deep; block and distance as for ``blob``."""
    region = canvas.region(centre, radius_mm * 1.7)
    s, r, c = canvas.hu[region.block].shape
    uneven = _rough((s, r, c), max(5.0, thick_mm * 0.6) / canvas.spacing_mm, rng)
    depth = canvas.depth_mm[region.block].clamp(min=0) / thick_mm
    oval = region.stretched(rng.uniform(0.75, 1.3, size=3)) / radius_mm
    return region.block, (torch.sqrt(oval**2 + depth**2) - 1 - ragged * uneven) * min(radius_mm, thick_mm)


def _rough(shape: tuple[int, int, int], scale_voxels: float, rng: np.random.Generator) -> Tensor:
    fine = smooth_field(shape, max(1.5, scale_voxels / 3), rng)
    return (0.85 * smooth_field(shape, max(2.5, scale_voxels), rng) + 0.4 * fine).clamp(-2, 2)


def add_haze(canvas: Canvas, patch: Patch, glow_hu: float, rng: np.random.Generator) -> None:
    """Raise the lung's density, unevenly by a fifth: vessels keep theirs, airways and holes stay black."""
    hu = canvas.hu[patch.block]
    s, r, c = hu.shape
    texture = 1 + 0.18 * smooth_field((s, r, c), 7 / canvas.spacing_mm, rng)
    tissue = ((-250 - hu) / 300).clamp(0, 1) * ((hu + 1010) / 50).clamp(0, 1)
    hu += patch.share * texture * glow_hu * tissue


def fill(canvas: Canvas, patch: Patch, hu: Tensor | float) -> None:
    """Replace air by tissue: what is denser already (enhanced vessels, chalk) stays to be seen."""
    there = canvas.hu[patch.block]
    there += patch.share * (hu - there).clamp(min=0)
    bury(canvas, patch)


def bury(canvas: Canvas, patch: Patch) -> None:
    """Lower the truth of what needs air to be seen, and leave open what may be hidden."""
    hidden = patch.share > 0.4
    for label in _AERATED:
        if label in canvas.truth:
            canvas.truth[label][patch.block] *= 1 - patch.share
    for label in _SOLID:
        if label in canvas.truth:
            canvas.mark_unknown(label, hidden & (canvas.truth[label][patch.block] > 0.05), patch.block)
    canvas.mark_unknown("groundglass", hidden, patch.block)


def settle(canvas: Canvas, label: str, patch: Patch, least: float = 0.25) -> None:
    """Write the truth; a fringe fainter than ``least`` is undecided."""
    canvas.mark(label, patch.share * (patch.share > least), patch.block)
    canvas.mark_unknown(label, (patch.share > 0.06) & (patch.share <= least), patch.block)


def note(canvas: Canvas, label: str, patch: Patch, words: str) -> bool:
    """Add the instance of what was drawn: its volume, and a place within it; False where too little is there."""
    share = patch.share
    where = torch.nonzero(share > 0.5 * float(share.max()))
    volume = float(share.sum()) * canvas.spacing_mm**3
    if where.shape[0] == 0 or float(share.max()) < 0.2:
        return False
    middle = where.float().mean(0)
    inside = where[int(((where - middle) ** 2).sum(1).argmin())]
    up, back, left = ((float(i) + part.start) * canvas.spacing_mm for i, part in zip(inside, patch.block, strict=True))
    size = (6 * volume / np.pi) ** (1 / 3)
    canvas.instances.append(Instance(label, (up, back, left), size, volume, words))
    return True


def together(patches: list[Patch]) -> Patch:
    """Lay patches over each other in a box that holds them all: the larger share counts."""
    low = [min(patch.block[axis].start for patch in patches) for axis in range(3)]
    high = [max(patch.block[axis].stop for patch in patches) for axis in range(3)]
    whole = torch.zeros([b - a for a, b in zip(low, high, strict=True)])
    for patch in patches:
        part = tuple(slice(s.start - a, s.stop - a) for s, a in zip(patch.block, low, strict=True))
        whole[part] = torch.maximum(whole[part], patch.share)
    return Patch((slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])), whole)
