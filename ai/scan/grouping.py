"""Which pictures belong on one stack: by series, then by what makes a stack impossible or doubled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.scan.headers import Header
from ai.scan.stacking import SAME_PLACE_MM, heights_mm, normal_of
from ai.series import SliceHeader


@dataclass(frozen=True)
class Picture:
    """One slice with the header it came from."""

    header: Header
    slice: SliceHeader


def stacks(pictures: Sequence[Picture]) -> list[list[Picture]]:
    """Split the pictures of a folder into stacks, each of one series, size, pixel spacing and orientation.

    A series whose slices lie twice in the same place is split further by acquisition, kernel, thickness, image type
    and phase where that tells them apart.
    """
    split = []
    for series in _by(pictures, lambda p: p.header.series_uid):
        for same_form in _by(series, _form):
            split.extend(_apart(same_form))
    return split


def _form(picture: Picture) -> Hashable:
    s = picture.slice
    directions = tuple(round(v, 3) + 0.0 for v in (*s.row_direction, *s.column_direction))
    return s.rows, s.columns, tuple(round(v, 4) for v in s.pixel_spacing_mm), directions


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
