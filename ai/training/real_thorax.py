"""A real scan as a canvas that knows its landmarks and organs, as far as somebody has measured them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ai.anatomy import resampled, standardised
from ai.organs import LOBES, code_of
from ai.phantom import background
from ai.phantom.airway_tree import airway_tree
from ai.phantom.canvas import Canvas
from ai.phantom.landmarks import Airway
from ai.phantom.rib_courses import rib_courses
from ai.training.measured import Measured, placed
from ai.training.measured_organs import heart_shape, organ_codes
from ai.volume import Volume

_FINE_MM = 1.5
"""Airways are looked for at this spacing: at the canvas's own most lumens are gone."""
_OF_ONE_LOBE = 0.8
"""Share of the lung around a branch's ends that lies in one lobe, for the branch to be that lobe's."""


def real_thorax(volume: Volume, what: Measured | None) -> Canvas:
    """Make a canvas of a scan; without measures it knows its lungs only.

    Cost: 2–6 s, most of it the airways.
    """
    canvas = background(volume)
    if what is None:
        return canvas
    canvas.organs = organ_codes(what, canvas)
    landmarks = placed(what, canvas)
    heart = None if canvas.organs is None else heart_shape(canvas.organs, canvas.spacing_mm)
    airways = _airways(volume, canvas)
    if canvas.organs is not None:
        airways = _with_lobes(airways, canvas.organs, canvas.spacing_mm)
    canvas.landmarks = replace(landmarks, heart=heart, airways=airways, ribs=rib_courses(canvas, landmarks))
    return canvas


def _airways(volume: Volume, canvas: Canvas) -> tuple[Airway, ...]:
    """Return the airways in the canvas's frame, found at a finer spacing."""
    array, grid = standardised(volume.hu, volume.grid)
    hu, grid = resampled(array, grid, _FINE_MM)
    low = canvas.origin.array()[::-1]
    start = np.clip(np.round((low - grid.affine[:3, 3][::-1]) / _FINE_MM).astype(int), 0, None)
    stop = start + np.ceil(np.array(canvas.shape) * canvas.spacing_mm / _FINE_MM).astype(int)
    fine = hu[start[0] : stop[0], start[1] : stop[1], start[2] : stop[2]]
    shift = grid.affine[:3, 3][::-1] + start * _FINE_MM - low
    right = canvas.right.cpu().numpy()[canvas.shape[0] // 2, canvas.shape[1] // 2]
    middle_mm = float(np.count_nonzero(right)) * canvas.spacing_mm - float(shift[2])
    found = airway_tree(fine, _FINE_MM, middle_mm)
    return tuple(replace(one, course=one.course.moved(lambda places: places + shift)) for one in found)


def _with_lobes(airways: tuple[Airway, ...], organs: Tensor, spacing_mm: float) -> tuple[Airway, ...]:
    """Name the lobe of each branch whose ends all lie in one."""
    codes = organs.cpu().numpy()
    named = []
    for number, airway in enumerate(airways):
        counts = sum((_around(airways[end], codes, spacing_mm) for end in _ends(airways, number)), np.zeros(len(LOBES)))
        most = int(counts.argmax())
        known = airway.generation >= 2 and counts.sum() > 0 and counts[most] >= _OF_ONE_LOBE * counts.sum()
        named.append(replace(airway, lobe=LOBES[most] if known else ""))
    return tuple(named)


def _ends(airways: tuple[Airway, ...], number: int) -> Iterator[int]:
    """The branches without children that hang on one, itself where it has none."""
    children = [child for child, airway in enumerate(airways) if airway.parent == number]
    if not children:
        yield number
    for child in children:
        yield from _ends(airways, child)


def _around(airway: Airway, codes: NDArray[np.uint8], spacing_mm: float) -> NDArray[np.float64]:
    """How many voxels of each lobe lie around a branch's far end."""
    place = np.round(np.array(airway.course.points[-1]) / spacing_mm).astype(int)
    reach = round(7 / spacing_mm)
    block = tuple(slice(max(0, p - reach), max(0, p + reach + 1)) for p in place)
    around = np.bincount(codes[block].ravel(), minlength=256)
    return np.array([around[code_of(lobe)] for lobe in LOBES], dtype=np.float64)
