"""Calcium in the coronaries (Agatston-like) and in the aorta's wall, on scans without contrast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Quantity
from ai.model.measures.blood import Blood
from ai.model.measures.scene import Mask, Scene, ball, looked_up
from ai.organs import Organs
from ai.volume import VoxelGrid

CALCIUM_HU = 130
"""Agatston et al., J Am Coll Cardiol 1990;15:827, as the area and the weights below."""
LEAST_MM2 = 1.0
SLICE_MM = 3.0
METAL_HU = 2000
"""Denser than calcium gets in CT: leads, stents, clips."""
_BONE_MM2 = 300.0
"""A section larger than this is bone beside the heart."""
_NOISE_FACTOR = 3.5
"""Fewer standard deviations between blood and 130 HU, and grains of noise would count as calcium."""
_HEART_MARGIN_MM, _AORTA_MARGIN_MM = 4.0, 3.0

_CORONARY_SOURCE = (
    "Agatston et al., J Am Coll Cardiol 1990;15:827; in chest CT: Hecht et al., J Cardiovasc Comput Tomogr 2017;11:74"
)
_AORTIC_SOURCE = "Volume at or above 130 HU: Callister et al., Radiology 1998;208:807"


@dataclass(frozen=True, eq=False)
class Sliced:
    """A block of the scan in slices that calcium can be counted in.

    Args:
        hu: [slice, row, column].
        grid: where they lie.
        inside: the region in which calcium counts.
        peak_hu: highest value of the scan's own voxels in the region.
    """

    hu: NDArray[np.floating] | NDArray[np.int16]
    grid: VoxelGrid
    inside: Mask
    peak_hu: int

    @property
    def step_mm(self) -> float:
        """Distance between slices."""
        return self.grid.spacing_mm[0]

    @property
    def pixel_mm2(self) -> float:
        """Area of a pixel."""
        return self.grid.spacing_mm[1] * self.grid.spacing_mm[2]


def calcium_quantities(scene: Scene, blood: Blood | None) -> tuple[Quantity, Quantity]:
    """Return the coronary score and the aortic volume, or why there are none."""
    organs = scene.organs
    if organs is None or blood is None:
        reason = "The model found no heart and aorta in this scan."
        return _coronary_said(None, reason), _aortic_said(None, reason)
    aorta = organs.mask("aorta")
    sliced = _sliced(scene, ndimage.binary_dilation(aorta, structure=ball(_AORTA_MARGIN_MM, organs.grid)))
    refusal = _refusal(sliced, organs, blood)
    if refusal or sliced is None:
        return _coronary_said(None, refusal), _aortic_said(None, refusal)
    return _coronary(scene, organs), _aortic(sliced)


def agatston(hu: NDArray[np.floating] | NDArray[np.int16], inside: Mask, pixel_mm2: float, slice_mm: float) -> float:
    """Return the score of a stack of axial slices.

    Args:
        hu: [slice, row, column].
        inside: where calcium counts; a spot counts where at least half of it lies inside.
        pixel_mm2: area of a pixel.
        slice_mm: distance between slices; the score is scaled to the 3 mm it is defined for.
    """
    total = 0.0
    for plane, allowed in zip(hu, inside, strict=True):
        for area_mm2, peak_hu in _spots(plane, allowed, pixel_mm2):
            total += area_mm2 * weight(peak_hu)
    return total * slice_mm / SLICE_MM


def weight(peak_hu: float) -> int:
    """Return Agatston's density factor: 1 from 130, 2 from 200, 3 from 300, 4 from 400 HU."""
    return sum(peak_hu >= limit for limit in (CALCIUM_HU, 200, 300, 400))


def slabs(hu: NDArray[np.int16], spacing_mm: float, thickness_mm: float) -> NDArray[np.float32]:
    """Average thin slices to thicker ones, by the length each covers; what is left over above is dropped."""
    count = int(len(hu) * spacing_mm / thickness_mm + 1e-6)
    edges = np.arange(count + 1) * thickness_mm / spacing_mm
    result = np.empty((count, *hu.shape[1:]), dtype=np.float32)
    for k in range(count):
        first, last = int(edges[k] + 1e-6), min(len(hu), int(np.ceil(edges[k + 1] - 1e-6)))
        places = np.arange(first, last)
        shares = np.minimum(places + 1, edges[k + 1]) - np.maximum(places, edges[k])
        result[k] = np.tensordot(shares / shares.sum(), hu[first:last].astype(np.float32), axes=1)
    return result


def _refusal(sliced: Sliced | None, organs: Organs, blood: Blood) -> str:
    if blood.enhanced:
        return f"Contrast was given (blood {blood.mean_hu:.0f} HU): it cannot be told from calcium."
    if sliced is None:
        return "The scan is too short to be measured in slices of 3 mm."
    core = ndimage.binary_erosion(organs.mask("aorta"), structure=ball(max(4.0, *organs.grid.spacing_mm), organs.grid))
    values = sliced.hu[looked_up(core.astype(np.uint8), organs.grid, sliced.grid) > 0]
    # Half the distance between the quartiles is .674 standard deviations; calcium in the wall does not widen it.
    low, high = np.percentile(values, (25, 75)) if values.size else (0.0, 0.0)
    noise_hu = float(high - low) / 2 / 0.674
    if blood.mean_hu + _NOISE_FACTOR * noise_hu < CALCIUM_HU:
        return ""
    return f"The scan is too noisy ({noise_hu:.0f} HU in slices of {sliced.step_mm:.0f} mm) to tell calcium from noise."


def _coronary(scene: Scene, organs: Organs) -> Quantity:
    heart, aorta = organs.mask("heart"), organs.mask("aorta")
    near = ndimage.binary_dilation(heart, structure=ball(_HEART_MARGIN_MM, organs.grid))
    near &= ~ndimage.binary_dilation(aorta, structure=ball(_AORTA_MARGIN_MM, organs.grid))
    sliced = _sliced(scene, near)
    if sliced is None:
        return _coronary_said(None, "The model found no heart in this scan.")
    if sliced.peak_hu >= METAL_HU:
        reason = f"There is metal in the heart's region ({sliced.peak_hu} HU): it cannot be told from calcium."
        return _coronary_said(None, reason)
    caveat = (
        "Not triggered by the ECG: the heart moved, the score is an estimate and not a calcium scan's. All calcium in "
        f"the heart's region counts, valves included. Slices {scene.grid.spacing_mm[0]:.1f} mm apart, scored as 3 mm."
    )
    return _coronary_said(agatston(sliced.hu, sliced.inside, sliced.pixel_mm2, sliced.step_mm), caveat)


def _aortic(sliced: Sliced) -> Quantity:
    if sliced.peak_hu >= METAL_HU:
        reason = f"There is metal in or beside the aorta ({sliced.peak_hu} HU): it cannot be told from calcium."
        return _aortic_said(None, reason)
    planes = zip(sliced.hu, sliced.inside, strict=True)
    area_mm2 = sum(area for plane, inside in planes for area, _ in _spots(plane, inside, sliced.pixel_mm2))
    caveat = (
        "From the valve to the diaphragm or the end of the scan. Depends on slice thickness; bone that touches the "
        "aorta may count."
    )
    return _aortic_said(area_mm2 * sliced.step_mm / 1000, caveat)


def _sliced(scene: Scene, near: Mask) -> Sliced | None:
    """Return the scan around a region of the organs' grid in slices of 3 mm, or its own where they are thicker."""
    organs = scene.organs
    block = None if organs is None else scene.around(near, organs.grid, margin_mm=10.0)
    if organs is None or block is None:
        return None
    hu, grid = block
    cells = near.astype(np.uint8)
    peak_hu = int(hu[looked_up(cells, organs.grid, grid) > 0].max(initial=-1024))
    step_mm = grid.spacing_mm[0]
    if step_mm >= SLICE_MM - 1e-3:
        return Sliced(hu, grid, looked_up(cells, organs.grid, grid) > 0, peak_hu)
    thick = slabs(hu, step_mm, SLICE_MM)
    if not len(thick):
        return None
    affine = grid.affine.copy()
    affine[:3, 0] *= SLICE_MM / step_mm
    affine[:3, 3] += grid.affine[:3, 0] * (SLICE_MM / step_mm - 1) / 2
    thick_grid = VoxelGrid((thick.shape[0], thick.shape[1], thick.shape[2]), affine)
    return Sliced(thick, thick_grid, looked_up(cells, organs.grid, thick_grid) > 0, peak_hu)


def _spots(
    plane: NDArray[np.floating] | NDArray[np.int16], allowed: Mask, pixel_mm2: float
) -> list[tuple[float, float]]:
    """(area, peak) of every spot of at least 1 mm² that is not bone."""
    labels, count = ndimage.label(plane >= CALCIUM_HU, structure=np.ones((3, 3)))
    if count == 0 or not allowed.any():
        return []
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    within = np.bincount(labels[allowed], minlength=count + 1)
    spots = []
    for label in np.flatnonzero(within[1:]) + 1:
        area_mm2 = float(areas[label]) * pixel_mm2
        if LEAST_MM2 - 1e-9 <= area_mm2 <= _BONE_MM2 and within[label] * 2 >= areas[label]:
            spots.append((area_mm2, float(plane[labels == label].max())))
    return spots


def _coronary_said(value: float | None, caveat: str) -> Quantity:
    return Quantity("coronary_calcium", "Coronary calcium score (Agatston-like)", value, "", _CORONARY_SOURCE, caveat)


def _aortic_said(value: float | None, caveat: str) -> Quantity:
    return Quantity("aortic_calcium", "Calcium of the thoracic aorta", value, "ml", _AORTIC_SOURCE, caveat, decimals=2)
