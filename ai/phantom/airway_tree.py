"""Finds the airways of a real scan: air grown from the trachea, parted into branches by the way from it.

The way through air from the trachea is measured for every voxel (Dijkstra); voxels of about the same way that touch
are one cross-section; sections follow each other to branches, and a branch ends where its section falls apart in two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse import csgraph

from ai.phantom.landmarks import Airway, Course, Vector

Mask = NDArray[np.bool_]

_THRESHOLDS_HU = tuple(range(-960, -799, 10))
"""From inside the trachea only to where it leaks into the lung."""
_LEAK_ML, _LEAK_RATIO = 18.0, 1.5
"""Growth by a step of the threshold that only lung can cause: airways of an adult hold some 30–80 ml."""
_MOST_ML = 110.0
_SECTION_MM = 3.0
_SHORTEST_MM = 9.0
_DEEPEST = 4
"""Generations beyond this are lung noise at these resolutions."""


@dataclass
class _Branch:
    parent: int
    generation: int
    places: list[NDArray[np.float64]] = field(default_factory=list)
    areas: list[float] = field(default_factory=list)


def airway_tree(hu: NDArray[np.float32], spacing_mm: float, middle_mm: float) -> tuple[Airway, ...]:
    """Find trachea and bronchi; lobes are left empty.

    Args:
        hu: (up, back, left), isotropic, 1–2 mm; the field should hold the trachea's upper part.
        spacing_mm: voxel size; courses are millimetres from voxel (0, 0, 0).
        middle_mm: the thorax's middle along the last axis: where the trachea is looked for.

    Returns:
        Trachea first, parents before children; empty where no trachea is found.
    """
    seed = _trachea(hu, spacing_mm, middle_mm)
    if seed is None:
        return ()
    air = _grown(hu, spacing_mm, seed)
    if air is None:
        return ()
    air[seed[0] + 1 :] = False
    branches = _branches(air, spacing_mm, seed)
    return tuple(_airway(branch) for branch in _pruned(branches))


def _trachea(hu: NDArray[np.float32], spacing_mm: float, middle_mm: float) -> tuple[int, int, int] | None:
    """A voxel of the trachea as high as it can be followed down for 30 mm."""
    run: list[tuple[int, int, int]] = []
    for number in range(hu.shape[0] - 1, hu.shape[0] // 2, -1):
        found = _section(hu[number], spacing_mm, middle_mm)
        near = run and found is not None and np.hypot(found[0] - run[-1][1], found[1] - run[-1][2]) * spacing_mm < 8
        if found is None or (run and not near):
            run = []
        if found is not None:
            run.append((number, *found))
        if len(run) * spacing_mm >= 30:
            return run[0]
    return None


def _section(plane: NDArray[np.float32], spacing_mm: float, middle_mm: float) -> tuple[int, int] | None:
    """The trachea's place in an axial plane: a round hole of 80–800 mm² near the middle."""
    labels, _ = ndimage.label(plane < -850)
    best: tuple[float, tuple[int, int]] | None = None
    for number, part in enumerate(ndimage.find_objects(labels), start=1):
        hole = labels[part] == number
        area = np.count_nonzero(hole) * spacing_mm**2
        row, column = ndimage.center_of_mass(hole)
        place = (round(row + part[0].start), round(column + part[1].start))
        off = abs(place[1] * spacing_mm - middle_mm)
        full = area / (hole.size * spacing_mm**2)
        if 80 < area < 800 and off < 35 and full > 0.5 and labels[place] == number and (best is None or off < best[0]):
            best = (off, place)
    return None if best is None else best[1]


def _grown(hu: NDArray[np.float32], spacing_mm: float, seed: tuple[int, int, int]) -> Mask | None:
    """Air connected with the trachea by the highest threshold that does not leak."""
    smooth = ndimage.gaussian_filter(hu, 0.5)
    best, before = None, 0.0
    for threshold in _THRESHOLDS_HU:
        labels, _ = ndimage.label(smooth < threshold)
        own = labels[seed]
        if own == 0:
            continue
        air = labels == own
        volume = np.count_nonzero(air) * spacing_mm**3 / 1000
        leaked = best is not None and (volume > before * _LEAK_RATIO and volume - before > _LEAK_ML)
        if volume > _MOST_ML or leaked:
            break
        best, before = air, volume
    return best


def _branches(air: Mask, spacing_mm: float, seed: tuple[int, int, int]) -> list[_Branch]:
    """Part the air by the way from the seed."""
    places = np.argwhere(air)
    number = np.full(air.shape, -1, dtype=np.int64)
    number[air] = np.arange(len(places))
    way = _ways(number, places, spacing_mm, int(number[seed]))
    section = (way / _SECTION_MM).astype(int)
    shells = np.full(air.shape, -1, dtype=np.int64)
    shells[air] = section
    branches = [_Branch(-1, 0)]
    owner = np.full(air.shape, -1, dtype=np.int64)
    for step, box in enumerate(ndimage.find_objects(shells + 1)):
        around = tuple(slice(max(0, b.start - 1), b.stop + 1) for b in box)
        parts, count = ndimage.label(shells[around] == step, np.ones((3, 3, 3)))
        if step == 0:
            _extend(branches, 0, parts == 1, owner, around, spacing_mm)
            continue
        claims: dict[int, list[Mask]] = {}
        for part in range(1, count + 1):
            mask = parts == part
            if np.count_nonzero(mask) * spacing_mm**3 < 12:
                continue
            beside = owner[around][ndimage.binary_dilation(mask, np.ones((3, 3, 3), dtype=bool))]
            beside = beside[beside >= 0]
            if beside.size:
                claims.setdefault(int(np.bincount(beside).argmax()), []).append(mask)
        for parent, masks in claims.items():
            if len(masks) == 1:
                _extend(branches, parent, masks[0], owner, around, spacing_mm)
                continue
            for mask in masks:
                branches.append(_Branch(parent, branches[parent].generation + 1))
                _extend(branches, len(branches) - 1, mask, owner, around, spacing_mm)
    return branches


def _ways(number: NDArray[np.int64], places: NDArray[np.int64], spacing_mm: float, start: int) -> NDArray[np.float64]:
    """Length of the shortest way through air from a voxel to each, millimetres."""
    padded = np.pad(number, 1, constant_values=-1)
    rows, columns, lengths = [], [], []
    for step in np.ndindex(3, 3, 3):
        if step <= (1, 1, 1):
            continue
        other = padded[tuple((places + np.array(step)).T)]
        there = other >= 0
        rows.append(np.flatnonzero(there))
        columns.append(other[there])
        lengths.append(np.full(int(there.sum()), np.linalg.norm(np.array(step) - 1) * spacing_mm))
    shape = (len(places), len(places))
    graph: sparse.csr_matrix[np.float64] = sparse.csr_matrix(
        (np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape
    )
    return np.asarray(csgraph.dijkstra(graph, directed=False, indices=np.array([start]))[0])


def _extend(
    branches: list[_Branch],
    which: int,
    mask: Mask,
    owner: NDArray[np.int64],
    around: tuple[slice, ...],
    spacing_mm: float,
) -> None:
    owner[around][mask] = which
    start = np.array([part.start for part in around])
    branches[which].places.append((np.argwhere(mask).mean(0) + start) * spacing_mm)
    branches[which].areas.append(np.count_nonzero(mask) * spacing_mm**3 / _SECTION_MM)


def _pruned(branches: list[_Branch]) -> list[_Branch]:
    """Drop stubs and what hangs on them; a branch left with one child goes on in it."""
    children: dict[int, list[int]] = {}
    for number, branch in enumerate(branches):
        children.setdefault(branch.parent, []).append(number)

    def reach(number: int) -> float:
        own = len(branches[number].places) * _SECTION_MM
        return own + max((reach(child) for child in children.get(number, [])), default=0.0)

    kept: list[_Branch] = []

    def keep(number: int, parent: int, generation: int) -> None:
        branch = branches[number]
        joined = _Branch(parent, generation, list(branch.places), list(branch.areas))
        rest = [child for child in children.get(number, []) if reach(child) >= _SHORTEST_MM]
        while len(rest) == 1:
            joined.places += branches[rest[0]].places
            joined.areas += branches[rest[0]].areas
            rest = [child for child in children.get(rest[0], []) if reach(child) >= _SHORTEST_MM]
        if len(joined.places) < 2:
            return
        kept.append(joined)
        place = len(kept) - 1
        if generation < _DEEPEST:
            for child in rest:
                keep(child, place, generation + 1)

    keep(0, -1, 0)
    return kept


def _airway(branch: _Branch) -> Airway:
    places = np.array(branch.places)
    radii = np.sqrt(np.array(branch.areas) / np.pi)
    radii[0] = np.median(radii[: min(3, len(radii))])
    smooth = ndimage.gaussian_filter1d(places, 1.0, axis=0, mode="nearest")
    smooth[[0, -1]] = places[[0, -1]]
    points: tuple[Vector, ...] = tuple((float(a), float(b), float(c)) for a, b, c in smooth)
    wide = ndimage.gaussian_filter1d(radii, 1.0, mode="nearest")
    # Walls of an adult's airways are about a sixth of the lumen's diameter thick, at least half a millimetre.
    wall = float(np.clip(np.median(wide) * 0.3, 0.5, 1.8))
    return Airway(Course(points, tuple(float(r) for r in wide)), wall, branch.generation, "", branch.parent)
