"""Which pictures belong on one stack: by series, then by what makes a stack impossible or doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.scan.headers import Header
from ai.scan.stacking import SAME_PLACE_MM, heights_mm, normal_of
from ai.series import SliceHeader

SAME_DIRECTION = 1e-3
"""Largest difference of direction cosines within a stack: 0.06°, or 0.3 mm over the width of a chest."""
SAME_SPACING = 1e-3


@dataclass(frozen=True)
class Picture:
    """One slice, the header of the first one of its acquisition, and whether it was ever compressed with loss."""

    header: Header
    slice: SliceHeader
    lossy: bool = False


def stacks(pictures: Sequence[Picture]) -> list[list[Picture]]:
    """Split the pictures of a folder into stacks, each of one series, size, pixel spacing and orientation.

    A series whose slices lie twice in the same place is split further by acquisition, kernel, thickness, image type
    and phase where that tells them apart.
    """
    split = []
    for series in _by(pictures, lambda p: p.header.series_uid):
        for same_form in _by_form(series):
            split.extend(_apart(same_form))
    return split


def _alike(a: SliceHeader, b: SliceHeader) -> bool:
    """Tell whether two slices fit on one stack: same size, same orientation and pixel spacing up to rounding."""
    if (a.rows, a.columns) != (b.rows, b.columns):
        return False
    pairs = zip((*a.row_direction, *a.column_direction), (*b.row_direction, *b.column_direction), strict=True)
    spacings = zip(a.pixel_spacing_mm, b.pixel_spacing_mm, strict=True)
    return all(abs(p - q) < SAME_DIRECTION for p, q in pairs) and all(
        abs(p - q) < SAME_SPACING * p for p, q in spacings
    )


def _by_form(pictures: list[Picture]) -> list[list[Picture]]:
    groups: list[list[Picture]] = []
    for picture in pictures:
        group = next((g for g in groups if _alike(g[0].slice, picture.slice)), None)
        if group is None:
            groups.append([picture])
        else:
            group.append(picture)
    return groups


def _apart(pictures: list[Picture]) -> list[list[Picture]]:
    if not _doubled(pictures):
        return [pictures]
    parts = _by(pictures, lambda p: p.header.acquisition)
    return parts if len(parts) > 1 and not any(_doubled(part) for part in parts) else [pictures]


def _doubled(pictures: list[Picture]) -> bool:
    slices = [p.slice for p in pictures]
    heights = np.sort(heights_mm(slices, normal_of(slices[0])))
    return bool((np.diff(heights) <= SAME_PLACE_MM).any())


def _by(pictures: Iterable[Picture], key: Callable[[Picture], Hashable]) -> list[list[Picture]]:
    groups: defaultdict[Hashable, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[key(picture)].append(picture)
    return list(groups.values())
