"""Which pictures belong on one stack: by series, by form, by reconstruction, then by what makes a stack doubled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.scan.headers import NEVER_ONE_STACK, Header
from ai.scan.stacking import SAME_PLACE_MM, heights_mm, normal_of
from ai.series import Notice, SliceHeader

SAME_DIRECTION = 1e-3
"""Largest difference of direction cosines within a stack: 0.06°, or 0.3 mm over the width of a chest."""
SAME_SPACING = 1e-3
FEWEST = 3
"""A part of fewer slices is no reconstruction of its own but a slice whose header says something odd."""


@dataclass(frozen=True)
class Picture:
    """One slice, the header of the first one of its acquisition, and what is its own: identity, loss, doubts."""

    header: Header
    slice: SliceHeader
    instance_uid: str = ""
    lossy: bool = False
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """The pictures of one stack, and what must be said of how they were told apart."""

    pictures: tuple[Picture, ...]
    notices: tuple[Notice, ...] = ()


def stacks(pictures: Sequence[Picture]) -> list[Gathered]:
    """Split the pictures of a folder into stacks.

    Each is of one series, size, pixel spacing, orientation, kernel, thickness and phase. Copies of a file are left
    out. A series whose slices still lie twice in the same place is split by whatever else in its headers tells them
    apart, at last by the order of their numbers.
    """
    split: list[Gathered] = []
    for series in _by(pictures, lambda p: p.header.series_uid):
        for same_form in _by_form(series):
            once, notices = _without_copies(same_form)
            for part in _by_reconstruction(once):
                split.extend(Gathered(g.pictures, (*notices, *g.notices)) for g in _apart(part))
    return split


def fit_together(a: SliceHeader, b: SliceHeader) -> bool:
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
        group = next((g for g in groups if fit_together(g[0].slice, picture.slice)), None)
        if group is None:
            groups.append([picture])
        else:
            group.append(picture)
    return groups


def _without_copies(pictures: list[Picture]) -> tuple[list[Picture], tuple[Notice, ...]]:
    """Leave out files that say they are the same object, made the same way at the same place, as one before."""
    seen: set[Hashable] = set()
    once = []
    for picture in pictures:
        place = picture.slice
        identity = (picture.instance_uid, place.frame, place.position_mm, picture.header.acquisition)
        if not picture.instance_uid or identity not in seen:
            once.append(picture)
        seen.add(identity)
    copies = len(pictures) - len(once)
    if not copies:
        return once, ()
    return once, (Notice(f"{copies} file{' is a copy' if copies == 1 else 's are copies'} of another and left out."),)


def _by_reconstruction(pictures: list[Picture]) -> list[list[Picture]]:
    """Split by kernel, thickness and phase: stacks that differ in them are never one, wherever their slices lie."""
    parts = _by(pictures, lambda p: tuple(_plain(v) for v in p.header.acquisition[:NEVER_ONE_STACK]))
    return parts if all(len(part) >= FEWEST for part in parts) else [pictures]


def _plain(value: str) -> Hashable:
    """A number without its writing (1.0 and 1.00 are one thickness), else the text."""
    try:
        return round(float(value), 2)
    except ValueError:
        return value


def _apart(pictures: list[Picture]) -> list[Gathered]:
    if not _doubled(pictures):
        return [Gathered(tuple(pictures))]
    keys: list[Callable[[Picture], Hashable]] = [
        lambda p, n=n: p.header.acquisition[n]  # type: ignore[misc]
        for n in range(len(pictures[0].header.acquisition))
    ]
    keys.append(lambda p: p.header.acquisition)
    for key in keys:
        parts = _by(pictures, key)
        if len(parts) > 1 and not any(_doubled(part) for part in parts):
            return [Gathered(tuple(part)) for part in parts]
    return _by_turns(pictures)


def _by_turns(pictures: list[Picture]) -> list[Gathered]:
    """Where every place is taken equally often, the first of each make a stack, the second another, and so on."""
    places = _by(pictures, lambda p: _height(p, pictures[0]))
    times = Counter(len(place) for place in places)
    numbered = all(len({p.slice.instance for p in place}) == len(place) for place in places)
    if len(times) != 1 or not numbered or len(places) < FEWEST:
        return [Gathered(tuple(pictures))]
    turns = zip(*(sorted(place, key=lambda p: p.slice.instance or 0) for place in places), strict=True)
    count = next(iter(times))
    text = (
        f"{count} stacks lie in the same place under one series and their headers do not tell them apart: they were "
        "told apart by the order of their numbers."
    )
    return [Gathered(tuple(turn), (Notice(text, grave=True),)) for turn in turns]


def _height(picture: Picture, first: Picture) -> int:
    height = float(heights_mm([picture.slice], normal_of(first.slice))[0])
    return round(height / SAME_PLACE_MM)


def _doubled(pictures: list[Picture]) -> bool:
    slices = [p.slice for p in pictures]
    heights = np.sort(heights_mm(slices, normal_of(slices[0])))
    return bool((np.diff(heights) <= SAME_PLACE_MM).any())


def _by(pictures: Iterable[Picture], key: Callable[[Picture], Hashable]) -> list[list[Picture]]:
    groups: defaultdict[Hashable, list[Picture]] = defaultdict(list)
    for picture in pictures:
        groups[key(picture)].append(picture)
    return list(groups.values())
