"""How much fluid lies in the pleural space, grown from where the model saw an effusion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.anatomy import resampled
from ai.findings import Quantity
from ai.model.measures.scene import Mask, Scene, ball, looked_up
from ai.volume import VoxelGrid

FLUID_HU = (-10.0, 40.0)
"""Transudate and exudate, noise averaged out: Abramowitz et al., AJR 2009;192:618 measured means of −21…32 HU; clotted
blood is denser and is not counted."""
_DENSEST_HU = 100.0
_STEP_MM = 2.0
_REACH_MM = 14.0
"""How far fluid may reach beyond the model's cells."""
_OPENING_MM = 3.0
"""Thinner layers of that density are edges between lung and wall."""
_EDGE_MM = 6.0
_AERATED_HU = -400.0

_NAME, _TITLE = "effusion_volume", "Pleural effusion volume"
_SOURCE = "Count of voxels of −10…40 HU, connected, beside the lung"


def effusion_quantity(scene: Scene, seed: Mask | None, grid: VoxelGrid | None) -> Quantity:
    """Return the volume.

    Args:
        scene: the scan.
        seed: where the model sees an effusion, [slice, row, column] in standard axes; None where it sees none.
        grid: of the seed.
    """
    if seed is None or grid is None or not seed.any():
        return _said(None, "The model sees no pleural effusion.")
    near = ndimage.binary_dilation(seed, structure=ball(max(_REACH_MM, *grid.spacing_mm), grid))
    block = scene.around(near, grid, margin_mm=8.0)
    if block is None:
        return _said(None, "The place of the effusion lies outside the scan.")
    hu, fine = resampled(block[0], block[1], _STEP_MM)
    fluid = _fluid(hu, fine, scene, looked_up(near.astype(np.uint8), grid, fine) > 0)
    labels, count = ndimage.label(fluid)
    touched = np.unique(labels[looked_up(seed.astype(np.uint8), grid, fine) > 0])
    body = np.isin(labels, touched[touched > 0])
    if count == 0 or not body.any():
        return _said(
            None, "Nothing as dense as fluid lies where the model sees an effusion; blood or pus may be denser."
        )
    body = _to_the_lung(body, hu, fine, scene)
    parts = _by_side(body, fine, scene)
    caveat = (
        "Fluid of −10…40 HU grown from the model's heat; layers under 6 mm and denser fluid (blood, empyema) are left "
        "out, collapsed lung within it may be counted."
    )
    if _dense(hu, fine, scene, looked_up(seed.astype(np.uint8), grid, fine) > 0):
        caveat = f"Much of what the model sees is denser than fluid: there is more than is measured. {caveat}"
    return _said(float(np.count_nonzero(body)) * fine.voxel_mm3 / 1000, caveat, parts)


def _fluid(hu: NDArray[np.float32], grid: VoxelGrid, scene: Scene, near: Mask) -> Mask:
    """Where it is as dense as fluid, near the seed, outside lungs and organs, and not a thin edge."""
    calm = ndimage.gaussian_filter(hu, 1.0)
    fluid = (calm >= FLUID_HU[0]) & (calm <= FLUID_HU[1]) & near
    fluid &= looked_up(scene.lungs.sides, scene.lungs.grid, grid) == 0
    if scene.organs is not None:
        fluid &= looked_up(scene.organs.codes, scene.organs.grid, grid) == 0
    return np.asarray(ndimage.binary_opening(fluid, structure=ball(_OPENING_MM, grid)))


def _dense(hu: NDArray[np.float32], grid: VoxelGrid, scene: Scene, seed: Mask) -> bool:
    """True where a third of the effusion's place is denser than fluid and no bone: blood, pus, or no fluid."""
    outside = seed & (looked_up(scene.lungs.sides, scene.lungs.grid, grid) == 0)
    calm = ndimage.gaussian_filter(hu, 1.0)[outside]
    return bool(np.count_nonzero((calm > FLUID_HU[1]) & (calm < _DENSEST_HU)) > calm.size / 3)


def _to_the_lung(body: Mask, hu: NDArray[np.float32], grid: VoxelGrid, scene: Scene) -> Mask:
    """Grow to where voxels are half lung: partial volume made the fluid's edge thinner than it is."""
    lung = looked_up(scene.lungs.sides, scene.lungs.grid, grid) > 0
    beside = ndimage.binary_dilation(lung, structure=ball(_EDGE_MM, grid)) & ~lung
    free = beside & (hu > _AERATED_HU) & (hu < FLUID_HU[1])
    return np.asarray(ndimage.binary_dilation(body, iterations=2, mask=free | body) | body)


def _by_side(body: Mask, grid: VoxelGrid, scene: Scene) -> tuple[tuple[str, float], ...]:
    columns = [np.argwhere(scene.lungs.sides == side) for side in (1, 2)]
    places = [scene.lungs.grid.points_mm(c.astype(np.float64))[:, 0].mean() for c in columns if len(c)]
    middle_mm = float(np.mean(places)) if places else 0.0
    lefts = grid.points_mm(np.argwhere(body).astype(np.float64))[:, 0]
    unit = grid.voxel_mm3 / 1000
    right = float(np.count_nonzero(lefts < middle_mm)) * unit
    return ("right_lung", right), ("left_lung", len(lefts) * unit - right)


def _said(value: float | None, caveat: str, parts: tuple[tuple[str, float], ...] = ()) -> Quantity:
    return Quantity(_NAME, _TITLE, value, "ml", _SOURCE, caveat, parts)
