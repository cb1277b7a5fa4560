"""From slices in any order to one regular grid: ordered by position, gaps named, never silently stretched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from ai.geometry import Matrix
from ai.scan.errors import ScanError
from ai.scan.gantry import Upright, set_upright
from ai.scan.outliers import outliers
from ai.series import Notice, SliceHeader
from ai.volume import VoxelGrid

SAME_PLACE_MM = 0.01
"""Two slices closer than this lie in the same place: scanners write positions to 0.01 mm or better."""
JITTER = 0.1
"""Share of the spacing by which a slice may miss its place: rounding in headers, not another spacing."""
LARGEST_BRIDGE_MM = 20.0
"""Longest gap that is filled between neighbours; beyond it nothing is invented and air is shown."""
MOST_GROWTH = 4
"""A stack may become at most this many times its number of slices when gaps are filled."""
LONE_THICKNESS_MM = 1.0


@dataclass(frozen=True)
class Slot:
    """Where one slice of the array comes from.

    ``header`` is None where nothing was measured. With ``above`` the slice lies between two measured ones:
    (1 − weight)·header + weight·above.
    """

    header: SliceHeader | None
    above: SliceHeader | None = None
    weight: float = 0.0


@dataclass(frozen=True)
class Stack:
    """Slices laid on a regular grid; ``upright`` says how to undo a tilted gantry."""

    grid: VoxelGrid
    slots: tuple[Slot, ...]
    notices: tuple[Notice, ...] = ()
    upright: Upright = field(default_factory=Upright)


def normal_of(header: SliceHeader) -> Matrix:
    """Return the unit vector across a picture, towards the head, the back or the left, whichever is nearest."""
    normal = np.cross(header.row_direction, header.column_direction)
    normal /= np.linalg.norm(normal)
    return np.asarray(normal if normal[np.argmax(np.abs(normal))] > 0 else -normal, dtype=np.float64)


def heights_mm(headers: Sequence[SliceHeader], normal: Matrix) -> Matrix:
    """Return each slice's position along the normal."""
    return np.asarray(np.array([h.position_mm for h in headers], dtype=np.float64) @ normal)


def ordered(headers: Sequence[SliceHeader]) -> list[SliceHeader]:
    """Sort slices by position along the normal, those in the same place by instance number."""
    heights = heights_mm(headers, normal_of(headers[0]))
    key = sorted(
        range(len(headers)), key=lambda i: (round(float(heights[i]) / SAME_PLACE_MM), headers[i].instance or 0)
    )
    return [headers[i] for i in key]


def stack(source: Path, slices: Sequence[SliceHeader], thickness_mm: float | None = None) -> Stack:
    """Lay slices of one size and orientation on a regular grid.

    Args:
        source: the folder or file, to be named in sentences.
        slices: in any order.
        thickness_mm: spacing to assume for a single slice.

    Raises:
        ScanError: no slices, or gaps so long that most of the grid would be invented.
    """
    if not slices:
        raise ScanError(f"{source} holds no slices. Choose another folder.")
    headers, heights, doubled = _without_duplicates(ordered(slices))
    upright = set_upright(headers, heights)
    step, slots, gaps = _laid(source, headers, heights, thickness_mm)
    grid = _grid(headers[0], step, len(slots), upright)
    return Stack(grid, tuple(slots), (*doubled, *outliers(headers), *upright.notices, *gaps), upright)


def _laid(
    source: Path, headers: list[SliceHeader], heights: Matrix, thickness_mm: float | None
) -> tuple[float, list[Slot], list[Notice]]:
    """Return the grid's spacing, where each of its slices comes from, and what must be said about it."""
    if len(headers) == 1:
        lone = Notice("A single slice: only its own plane can be shown.", grave=True)
        return thickness_mm or LONE_THICKNESS_MM, [Slot(headers[0])], [lone]
    step, places = _spacing(heights)
    if places is None:
        return _uneven(headers, heights)
    _refuse_growth(source, len(headers), places[-1] + 1)
    slots = [Slot(None)] * (places[-1] + 1)
    for place, header in zip(places, headers, strict=True):
        slots[place] = Slot(header)
    notices = [
        _gap_notice(below, above, float(heights[0]) + below * step, step)
        for below, above in pairwise(places)
        if above - below > 1
    ]
    return step, slots, notices


def _without_duplicates(headers: list[SliceHeader]) -> tuple[list[SliceHeader], Matrix, list[Notice]]:
    heights = heights_mm(headers, normal_of(headers[0]))
    fresh = np.concatenate([[True], np.diff(heights) > SAME_PLACE_MM])
    twice = int((~fresh).sum())
    text = f"{twice} of {len(headers)} slices lie where another one lies; the first of each is shown."
    notices = [Notice(text, grave=True)] if twice else []
    return [h for h, keep in zip(headers, fresh, strict=True) if keep], heights[fresh], notices


def _spacing(heights: Matrix) -> tuple[float, list[int] | None]:
    """Return the spacing and each slice's place on the regular grid, None for places if there is no such grid."""
    gaps = np.diff(heights)
    step = float(np.median(gaps))
    places = np.concatenate([[0.0], np.cumsum(np.rint(gaps / step))])
    if np.any(np.diff(places) < 1):
        return step, None
    step = float((heights[-1] - heights[0]) / places[-1])
    off = np.abs(heights - heights[0] - places * step).max()
    return step, ([int(place) for place in places] if off <= JITTER * step else None)


def _gap_notice(below: int, above: int, height_mm: float, step: float) -> Notice:
    count, gap_mm = above - below - 1, (above - below) * step
    where = f"{'slice is' if count == 1 else 'slices are'} missing above slice {below + 1} (at {height_mm:.1f} mm)"
    if bridged(gap_mm, step):
        return Notice(f"{count} {where}; filled in between the neighbours and marked.", grave=True)
    return Notice(f"{count} {where}; left as air, for the gap of {gap_mm:.0f} mm is too long to fill.", grave=True)


def bridged(gap_mm: float, step: float) -> bool:
    """Tell whether a gap between two measured slices is short enough to be filled between them."""
    return gap_mm <= max(LARGEST_BRIDGE_MM, 2 * step) + SAME_PLACE_MM


def _uneven(headers: list[SliceHeader], heights: Matrix) -> tuple[float, list[Slot], list[Notice]]:
    """Lay unevenly spaced slices on a grid of their smallest spacing; what lies between is interpolated and marked."""
    gaps = np.diff(heights)
    step = float(gaps.min())
    length = float(heights[-1] - heights[0])
    step = max(step, length / (MOST_GROWTH * len(headers)))
    count = round(length / step) + 1
    slots = []
    for height in heights[0] + step * np.arange(count):
        nearest = int(np.abs(heights - height).argmin())
        if abs(heights[nearest] - height) <= JITTER * step:
            slots.append(Slot(headers[nearest]))
            continue
        above = min(max(int(np.searchsorted(heights, height)), 1), len(headers) - 1)
        weight = float(np.clip((height - heights[above - 1]) / gaps[above - 1], 0, 1))
        slots.append(Slot(headers[above - 1], headers[above], weight))
    between = sum(slot.above is not None for slot in slots)
    text = (
        f"The slices are unevenly spaced ({gaps.min():.2f} to {gaps.max():.2f} mm): laid on an even {step:.2f} mm "
        f"grid, {between} of {count} slices interpolated and marked."
    )
    return step, slots, [Notice(text, grave=True)]


def _refuse_growth(source: Path, measured: int, count: int) -> None:
    if count > MOST_GROWTH * measured + 16:
        raise ScanError(
            f"{source} has only {measured} of the {count} slices its positions span. Export the whole series again."
        )


def _grid(first: SliceHeader, step: float, count: int, upright: Upright) -> VoxelGrid:
    affine = np.eye(4)
    affine[:3, 0] = step * normal_of(first)
    affine[:3, 1] = np.multiply(first.column_direction, first.pixel_spacing_mm[0])
    affine[:3, 2] = np.multiply(first.row_direction, first.pixel_spacing_mm[1])
    affine[:3, 3] = first.position_mm + affine[:3, 1:3] @ upright.origin_px
    return VoxelGrid((count, first.rows + upright.widening_px[0], first.columns + upright.widening_px[1]), affine)
