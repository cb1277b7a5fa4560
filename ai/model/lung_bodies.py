"""A dense body in the lung, told from vessels, chest wall and haze; its volume counts partly filled voxels in part.

After Kuhnigk et al., IEEE Trans Med Imaging 2006;25:417: a threshold half-way between lung and body, an opening that
follows the body's own width, and a volume that adds up how full each voxel is, so that blur and thick voxels neither
add nor take. Worked out on cubes of at most 1 mm (coarser for large bodies), along the scan's own axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Composition
from ai.model.cavities import cavity_beside, in_the_middle, wall_around
from ai.model.diameters import axial_diameters_mm
from ai.model.lung_field import Field, field_around
from ai.model.mask_distances import away_mm, depth_mm
from ai.volume import Volume, VoxelGrid

Mask = NDArray[np.bool_]
Values = NDArray[np.float32]

_LUNG_HU, _AERATED_HU = -860.0, -650.0
_WATER_HU = 60.0
"""Denser bodies (calcium) are bounded like soft tissue: half-way to bone lies too deep inside."""
_TISSUE_HU, _CALCIUM_HU = 20.0, 150.0
"""Soft tissue, enhanced or not, counts as full at one value in every scan; denser than 150 is calcium."""
_HAZY_HU = -350.0
"""A body nowhere denser than this is ground glass."""
_HALF = 0.5
_LEAST_HAZE_HU, _ROUNDS = 90.0, 12
"""Haze is at least so much denser than the lung around it; its level settles in a few rounds."""
HAZY_SHARE = 0.3
"""From this share of its depth on a body is measured as ground glass. Worked out on drawn nodules."""
_MUCH_CONTACT, _BALLS, _BEYOND_MM, _LARGE_MM = 0.22, 1.5, 1.0, 4.0
"""Where so much of a body's surface goes on as dense tissue, it ends at so many radii of the largest ball in it, and
so many mm; unless that ball is larger than the last."""
_SHELL_MM = (1.6, 2.4, 3.4)
_SHELL_HU, _SHELL_SHARE, _LEAST_SHELL = 160.0, 0.45, 20
"""Ground glass around a solid part: so dense between the first two distances, and dense in so much of the next."""
_THIN_SHARE, _LEAST_THIN_MM3 = 0.6, 25.0
"""A body that fills so little of an outline at least so large is ground glass."""
_DEEP_MM, _LEAST_DEEP_MM3 = 2.0, 15.0
"""What lies so far under the surface is no blur; with less of it there is nothing to ask."""
_LEAST_TOLD_MM3 = 65.0
"""A ball of 5 mm: of smaller ones blur leaves no middle whose density could be read."""
_LEAST_SOLID_MM3 = 14.0
"""A ball of 3 mm: smaller dense spots in ground glass are vessels."""
_RIM_MM = 1.6
"""So far beyond its surface a body's blur is looked for."""
_NEAR_MM = _RIM_MM + 3.5
"""Lung so near to it is the lung around it."""


@dataclass(frozen=True, eq=False)
class Body:
    """A measured body.

    Args:
        mask: on fine cubes.
        grid: where they lie.
        volume_mm3: partly filled cubes counted in part.
        mean_hu: of what is inside.
        haze_share: how much of what is too deep to be blur is ground glass, 0…1; NaN where nothing is deep enough.
        hazy: whether it was measured as ground glass, alone or around a solid part.
        solid: the solid part's mask; nothing of pure ground glass, all of a solid body.
        contact: share of its surface in the lung behind which dense tissue goes on; a cut vessel has much of it.
    """

    mask: Mask
    grid: VoxelGrid
    volume_mm3: float
    mean_hu: float
    haze_share: float = math.nan
    hazy: bool = False
    solid: Mask | None = None
    contact: float = 0.0


def lung_body(
    cells: Mask,
    evidence: VoxelGrid,
    volume: Volume,
    lung: tuple[Mask, VoxelGrid] | None = None,
    hazy: bool | None = None,
) -> Body | None:
    """Measure the body that some evidence in the lung stands for.

    Args:
        cells: where the evidence is.
        evidence: its grid.
        volume: the scan.
        lung: where lung is, consolidated lung and nodules included; None where nobody knows.
        hazy: whether to bound it as ground glass; None lets the scan decide.

    Returns:
        The body, or None where nothing there is denser than lung.
    """
    field = field_around(cells, evidence, volume, lung)
    if field is None:
        return None
    lung_hu = _lung_hu(field)
    seed = _densest(field)
    haze = _haze(field, seed, lung_hu)
    if haze.hu is not None and (haze.share >= HAZY_SHARE if hazy is None else hazy):
        return _hazy_body(field, seed, lung_hu, haze.hu, haze.share)
    top = min(float(field.soft[seed]), _WATER_HU)
    if top < lung_hu + 100:
        return None
    dense = field.hu > lung_hu + _HALF * (top - lung_hu)
    found = replace(_measured(field, dense, seed, lung_hu), haze_share=haze.share)
    if hazy is False:
        return replace(found, solid=found.mask)
    level = _haze_around(field, found.mask, dense & ~found.mask, lung_hu) or (top if _thin(found) else None)
    if level is None:
        return replace(found, solid=found.mask)
    return _hazy_body(field, seed, lung_hu, haze.hu or level, max(np.nan_to_num(haze.share), HAZY_SHARE))


def _hazy_body(field: Field, seed: tuple[int, int, int], lung_hu: float, haze_hu: float, share: float) -> Body:
    """Bound ground glass half-way between lung and its own level."""
    dense = field.soft > lung_hu + _HALF * (haze_hu - lung_hu)
    found = _measured(field, dense, seed, lung_hu, haze_hu)
    return replace(found, haze_share=share, hazy=True, solid=_solid_part(field, found.mask))


def _measured(field: Field, dense: Mask, seed: tuple[int, int, int], lung_hu: float, full: float | None = None) -> Body:
    """Bound what is dense; of what goes on as vessels on many sides only the thick part is kept."""
    body = _filled(_opened(dense & field.near & field.lung, seed, field.step_mm))
    body = _with_cavity(field, body, dense, seed)
    found = _summed(field, body, dense & ~body, lung_hu, full)
    if found.contact <= _MUCH_CONTACT:
        return found
    thick = _thick_part(body, field.step_mm)
    return replace(_summed(field, thick, dense & ~thick, lung_hu, full), contact=found.contact)


def _with_cavity(field: Field, body: Mask, dense: Mask, seed: tuple[int, int, int]) -> Mask:
    """The body with the cavity in its middle and all of its wall, of which the evidence may cover a piece."""
    cavity = cavity_beside(body, dense, field.step_mm)
    if cavity is None:
        return body
    near = (field.near | wall_around(cavity, field.step_mm)) & (field.lung | cavity)
    whole = _filled(_opened((dense | cavity) & near, seed, field.step_mm))
    return whole if in_the_middle(cavity, whole) else body


def _thick_part(body: Mask, step_mm: float) -> Mask:
    """What lies around the largest ball inside a body, and not much farther than that ball reaches.

    All of a large body, which is more than the vessels at it.
    """
    depth = depth_mm(body, step_mm)
    middle = np.unravel_index(int(depth.argmax()), depth.shape)
    if depth[middle] > _LARGE_MM:
        return body
    squares = sum(
        np.expand_dims(((np.arange(n) - m) * step_mm) ** 2, tuple({0, 1, 2} - {axis}))
        for axis, (n, m) in enumerate(zip(body.shape, middle, strict=True))
    )
    return np.asarray(body & (np.asarray(squares) <= (_BALLS * float(depth.max()) + _BEYOND_MM) ** 2))


def _thin(solid: Body) -> bool:
    """Ask whether a body too small to have a middle free of blur fills its own outline poorly: it is ground glass.

    Blur takes from the height what it adds to the width: measured as tissue, a solid body fills the outline at half its
    height; ground glass fills as much of it as it is denser than lung.
    """
    outline_mm3 = float(np.count_nonzero(solid.mask)) * solid.grid.voxel_mm3
    return outline_mm3 >= _LEAST_THIN_MM3 and solid.volume_mm3 < _THIN_SHARE * outline_mm3


def composition_of(body: Body) -> tuple[Composition | None, float]:
    """Return what a body is made of, and the mean diameter of its solid part, millimetres (0 without one).

    None and NaN where the body is so small that blur makes everything hazy.
    """
    if body.volume_mm3 < _LEAST_TOLD_MM3:
        return None, math.nan
    if not body.hazy:
        return Composition.SOLID, sum(axial_diameters_mm(body.mask, body.grid)) / 2
    if body.solid is None or np.count_nonzero(body.solid) * body.grid.voxel_mm3 < _LEAST_SOLID_MM3:
        return Composition.GROUND_GLASS, 0.0
    return Composition.PART_SOLID, sum(axial_diameters_mm(body.solid, body.grid)) / 2


def _filled(body: Mask) -> Mask:
    return np.asarray(ndimage.binary_fill_holes(body))


def _solid_part(field: Field, body: Mask) -> Mask:
    """The largest dense part of ground glass, without the vessels that run through it."""
    dense = np.asarray(ndimage.binary_opening((field.soft > _HAZY_HU) & body))
    labels, count = ndimage.label(dense)
    if count == 0:
        return dense
    return np.asarray(labels == 1 + int(np.argmax(np.bincount(labels[dense])[1:])))


def _lung_hu(field: Field) -> float:
    """The lung around the evidence: what lies in it may be haze."""
    aerated = field.hu[~field.core & field.lung & (field.hu < _AERATED_HU)]
    return float(np.median(aerated)) if aerated.size > 50 else _LUNG_HU


@dataclass(frozen=True)
class Haze:
    """How much of a body is ground glass (share, NaN where nothing is deep enough), and its level; None without any."""

    share: float
    hu: float | None


def _haze(field: Field, seed: tuple[int, int, int], lung_hu: float) -> Haze:
    """Ask for ground glass in the body, alone or around a solid part.

    All that is denser than lung is looked at where it is too deep to be blur: in a solid body that is soft tissue
    throughout.
    """
    low = field.soft > lung_hu + _LEAST_HAZE_HU
    whole = _opened(low & field.near & field.lung, seed, field.step_mm)
    deep = (depth_mm(whole, field.step_mm) > _DEEP_MM) & field.core
    free = deep & (away_mm(field.soft > _HAZY_HU, field.step_mm, _RIM_MM, deep) > _RIM_MM)
    count = int(deep.sum())
    if count * field.step_mm**3 < _LEAST_DEEP_MM3 or not free.any():
        return Haze(0.0 if count else math.nan, None)
    values = field.soft[free]
    level = lung_hu + 2 * _LEAST_HAZE_HU
    for _ in range(_ROUNDS):
        above = values[values > lung_hu + _HALF * (level - lung_hu)]
        if above.size == 0:
            return Haze(0.0, None)
        level = float(above.mean())
    return Haze(int(free.sum()) / count, level)


def _haze_around(field: Field, body: Mask, others: Mask, lung_hu: float) -> float | None:
    """Return the level of a shell of ground glass around a solid body, HU; None where there is none.

    A large solid part leaves no ground glass that is deep and free of its blur; but blur and a few vessels do not keep
    most of what lies 2 to 3 mm outside a body denser than lung.
    """
    if np.count_nonzero(body) * field.step_mm**3 < _LEAST_TOLD_MM3:
        return None
    away = away_mm(body, field.step_mm, _SHELL_MM[2])
    free = field.lung & (away_mm(others, field.step_mm, _RIM_MM, body | (away < np.inf)) > _RIM_MM)
    inner, outer = (field.soft[(away > low) & (away <= high) & free] - lung_hu for low, high in pairwise(_SHELL_MM))
    if min(inner.size, outer.size) < _LEAST_SHELL:
        return None
    level = float(np.median(inner))
    there = level >= _SHELL_HU and float((outer > _LEAST_HAZE_HU).mean()) >= _SHELL_SHARE
    return lung_hu + level if there else None


def _lung_near(field: Field, reach: NDArray[np.float64], others: Mask, lung_hu: float) -> float:
    """The lung right around a body: of a small one the rim is most of the sum, and lung differs from place to place."""
    near = (reach > _RIM_MM + 0.4) & (reach <= _NEAR_MM) & field.lung & (field.hu < _AERATED_HU)
    if others.any():
        near &= away_mm(others, field.step_mm, _RIM_MM, near) > _RIM_MM
    return float(np.median(field.hu[near])) if int(near.sum()) > 60 else lung_hu


def _densest(field: Field) -> tuple[int, int, int]:
    """The densest place of the evidence, as wide as a small nodule."""
    wide = ndimage.gaussian_filter(field.hu, 1.2 / field.step_mm)
    spot = np.unravel_index(int(np.where(field.core & field.lung, wide, -np.inf).argmax()), field.hu.shape)
    return int(spot[0]), int(spot[1]), int(spot[2])


def _opened(tissue: Mask, seed: tuple[int, int, int], step_mm: float) -> Mask:
    """What holds together with the seed after thin things, by the body's own width, are taken away."""
    tissue = tissue.copy()
    tissue[seed] = True
    labels, _ = ndimage.label(tissue)
    whole = labels == labels[seed]
    depth = depth_mm(whole, step_mm)
    middle = _climbed(depth, seed)
    width = float(depth[middle])
    radius = min(max(0.0, width - 0.5), float(np.clip(0.5 * width, 0.8, 2.6)))
    kernels, _ = ndimage.label(depth > radius)
    if kernels[middle] == 0:
        return np.asarray(whole)
    return np.asarray((away_mm(kernels == kernels[middle], step_mm, 3.0) <= radius + 0.4 * step_mm) & whole)


def _climbed(depth: NDArray[np.float64], start: tuple[int, int, int]) -> tuple[int, int, int]:
    """Go to where a body is locally thickest."""
    spot = start
    while True:
        low = [max(0, s - 1) for s in spot]
        part = depth[tuple(slice(a, s + 2) for a, s in zip(low, spot, strict=True))]
        best = np.unravel_index(int(part.argmax()), part.shape)
        following = (low[0] + int(best[0]), low[1] + int(best[1]), low[2] + int(best[2]))
        if depth[following] <= depth[spot]:
            return spot
        spot = following


def _summed(field: Field, body: Mask, others: Mask, lung_hu: float, full: float | None = None) -> Body:
    """Add up how full each cube in and around the body is; what lies nearer to other tissue is that tissue's."""
    depth = depth_mm(body, field.step_mm)
    if full is None:
        # Of a small body even the middle is blurred, or raised by noise and a sharp kernel.
        inside = float(np.median(field.hu[depth > min(1.2, 0.6 * float(depth.max()))]))
        full = inside if inside > _CALCIUM_HU else _TISSUE_HU
    reach = away_mm(body, field.step_mm, _NEAR_MM)
    rim = (reach <= _RIM_MM) & field.lung
    if others.any():
        rim &= (away_mm(others, field.step_mm, _RIM_MM, rim) >= reach) & ~others | body
    lung_hu = _lung_near(field, reach, others, lung_hu)
    share = np.clip((field.hu - lung_hu) / max(full - lung_hu, 1.0), 0, 1)
    share[depth > 1.5] = 1.0
    volume = float(share[rim | body].sum()) * field.step_mm**3
    skin = np.asarray(ndimage.binary_dilation(body)) & ~body & field.lung
    contact = float((skin & others).sum()) / max(1.0, float(skin.sum()))
    return Body(body, field.grid, volume, float(field.hu[body].mean()), contact=contact)
