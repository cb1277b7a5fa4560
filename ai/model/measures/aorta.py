"""How wide the aorta is, ascending and descending, from the model's map of it, wall included.

In an axial slice a vessel that runs obliquely is cut as an ellipse; its short axis is the vessel's own width. Axes are
those of the ellipse with the section's second moments, which are known to a fraction of a voxel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Quantity
from ai.model.measures.scene import Mask, Scene, largest_part

_SOURCE = "Axial, across the vessel, wall included: ESC guideline on aortic diseases, Eur Heart J 2014;35:2873"
_LEAST_MM2 = 80.0
"""A section smaller than a vessel of 10 mm is a stray cell."""
_ROOT_MM = 15.0
"""Left out above the valve: there a slice cuts the root, which is wider and oblique."""
_SMOOTH_MM = 6.0
_ROUND = 0.6
"""Short by long axis: a section more elongated than this follows the arch."""

Section = tuple[float, float, float]
"""Middle row, short axis and long axis, millimetres."""


def aorta_quantities(scene: Scene) -> tuple[Quantity, Quantity]:
    """Return the greatest diameters, or why there are none."""
    if scene.organs is None or not scene.organs.mask("aorta").any():
        reason = "The model found no aorta in this scan."
        return _said("ascending", None, reason), _said("descending", None, reason)
    grid = scene.organs.grid
    ascending, descending = aorta_widths_mm(scene.organs.mask("aorta"), grid.spacing_mm)
    caveat = (
        f"From the model's map, cells of {grid.spacing_mm[2]:.0f} mm; arch and root are left out, where an aneurysm "
        "may be wider. 40 mm is dilated."
    )
    missing = "No slice shows this part of the aorta beside the other as a round section of its own."
    return _said("ascending", ascending, caveat if ascending else missing), _said(
        "descending", descending, caveat if descending else missing
    )


def aorta_widths_mm(aorta: Mask, spacing_mm: tuple[float, float, float]) -> tuple[float | None, float | None]:
    """Return the greatest width of the ascending and of the descending aorta, millimetres.

    Args:
        aorta: [slice, row, column] in standard axes.
        spacing_mm: of its cells.
    """
    slices = [_sections(plane, spacing_mm) for plane in largest_part(aorta)]
    both = [k for k, sections in enumerate(slices) if len(sections) >= 2]
    front, back = np.full(len(slices), np.nan), np.full(len(slices), np.nan)
    for k in both:
        front[k], back[k] = _width(min(slices[k])), _width(max(slices[k]))
    lowest = both[0] if both else len(slices)
    for k in range(lowest):  # under the valve only the descending aorta is left
        if len(slices[k]) == 1:
            back[k] = _width(slices[k][0])
    if both:
        front[: lowest + round(_ROOT_MM / spacing_mm[0])] = np.nan
    reach = max(1, round(_SMOOTH_MM / spacing_mm[0]) | 1)
    return _greatest(front, reach), _greatest(back, reach)


def _sections(plane: Mask, spacing_mm: tuple[float, float, float]) -> list[Section]:
    labels, count = ndimage.label(plane, structure=np.ones((3, 3)))
    cell = np.array(spacing_mm[1:])
    found = []
    for number in range(1, count + 1):
        points = np.argwhere(labels == number) * cell
        if len(points) * cell.prod() < _LEAST_MM2:
            continue
        middle = points.mean(0)
        spread = np.linalg.eigvalsh((points - middle).T @ (points - middle) / len(points))
        short, long = 4 * np.sqrt(np.maximum(spread, 0))  # a filled ellipse's variance is a²/4 along its half axis a
        found.append((float(middle[0]), float(short), float(long)))
    return found


def _width(section: Section) -> float:
    _, short, long = section
    return short if short >= _ROUND * long else float("nan")


def _greatest(widths: NDArray[np.float64], reach: int) -> float | None:
    """The greatest of the running medians: one frayed slice is no aneurysm."""
    medians = []
    for k in range(len(widths)):
        near = widths[max(0, k - reach // 2) : k + reach // 2 + 1]
        near = near[np.isfinite(near)]
        if np.isfinite(widths[k]) and near.size >= min(3, reach):
            medians.append(float(np.median(near)))
    return max(medians) if medians else None


def _said(part: str, value: float | None, caveat: str) -> Quantity:
    return Quantity(f"aorta_{part}", f"{part.capitalize()} aorta, greatest diameter", value, "mm", _SOURCE, caveat)
