"""Honest doubt: is this a chest CT such as the model learned to read?

Each limit is far from what nine real chest CTs and drawn thoraxes of every illness measure (in brackets: their range);
beyond it lie other parts of the body, children, technical phantoms and stacks that were ruined on the way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.anatomy import Lungs
from ai.findings import Doubt
from ai.model.errors import ModelError
from ai.model.likeness import Likeness, likeness_of
from ai.model.stack import Stack
from ai.volume import VoxelGrid

NO_LUNGS = Doubt(
    "No air-filled lungs are found in this scan: the model reads chest CT only. "
    "If this is a chest, check the series (kernel, field of view, Hounsfield scale).",
    True,
)
_WITHHELD = "Findings are withheld, because on such a scan they would be guesses."

_FIELD_MM = 2600.0  # a whole body
_DARKEST_CELL_HU = -600.0  # [-1024 … -990]
_OUT_OF_PLACE = 0.06  # [0 … 0.006]
_STEP, _RUPTURE = 3.0, 8.0  # [1.1 … 1.5]; a drawn breath between two slices: 4.4
_NEIGHBOURS = 2.0
"""The ends of a stack that resemble each other like neighbours were neighbours: its parts have been exchanged."""
_COPIES, _SOME_COPIES = 0.12, 0.02  # [0]
_BLANK = 0.1  # [0]
_DARKEST_HU = (-1100.0, -700.0)  # [-1009 … -831]
_LUNG_HU = (-975.0, -250.0)  # [-885 … -690]
_FAT, _SOFT, _HUMAN = 0.015, 0.1, 0.5  # [0.10 … 0.59], [0.25 … 0.64], their sum [0.66 … 0.87]
_BONE = 0.008  # [0.037 … 0.15]
_SPINE = 0.5  # [1.0]
_VESSELS = 0.01  # [0.038 … 0.4]
_CHILD_BODY_MM, _CHILD_LUNGS_MM = 235.0, 176.0  # [248 … 404], [188 … 328]
_GIANT_MM = 700.0
_FLAT, _STRETCHED = 0.35, 2.2  # height by width of the lungs [0.7 … 1.15]
_EVEN = 0.6  # [0.89 … 1]
_CUT, _BASES_MM = 0.5, 110.0  # [0 … 0.11], [150 … 304]
_CUT_SOME = 0.25
_OPEN_SHARE, _OPEN_SOME_ML = 0.35, 100.0  # [0]
_ONE_LUNG_ML = 150.0
_HEART_RIGHT_MM = -14.0  # [1 … 23]


class ScanDoubted(ModelError):
    """A scan so unlike a chest CT that its findings are withheld.

    Args:
        doubts: the grave ones.
    """

    def __init__(self, doubts: tuple[Doubt, ...]) -> None:
        super().__init__(" ".join([*(d.sentence for d in doubts), _WITHHELD]))
        self.doubts = doubts


def doubts_of_field(grid: VoxelGrid) -> tuple[Doubt, ...]:
    """Judge the field of view's size; to be asked first, because it bounds what a reading costs."""
    longest_mm = max(n * s for n, s in zip(grid.shape, grid.spacing_mm, strict=True))
    if longest_mm <= _FIELD_MM:
        return ()
    return (Doubt(f"The scan is {longest_mm / 1000:.1f} m long: the distance between voxels is wrong.", True),)


def doubts_of_body(hu: NDArray[np.float32], lungs: Lungs) -> tuple[Doubt, ...]:
    """Say in what a scan differs from a chest CT; nothing where it does not.

    Args:
        hu: the scan in standard axes on the lungs' grid, not cropped.
        lungs: of ``find_lungs``, not cropped.
    """
    return doubts_of_likeness(likeness_of(hu, lungs))


def withhold_if_grave(doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    """Return the doubts with which findings may be shown.

    Raises:
        ScanDoubted: there is a grave one.
    """
    grave = tuple(doubt for doubt in doubts if doubt.grave)
    if grave:
        raise ScanDoubted(grave)
    return doubts


def doubts_of_stack(stack: Stack) -> tuple[Doubt, ...]:
    """Judge the order of slices."""
    said = []
    if stack.darkest_hu > _DARKEST_CELL_HU:
        said.append(
            Doubt(
                f"Nothing in the scan is darker than {stack.darkest_hu:.0f} HU, air has −1000: these are no Hounsfield "
                "units.",
                True,
            )
        )
    if stack.blank > _BLANK:
        said.append(Doubt(f"{stack.blank:.0%} of the slices between the first and the last are empty.", True))
    if stack.copies > _COPIES:
        said.append(
            Doubt(f"{stack.copies:.0%} of the slices are copies of the one before: the stack is damaged.", True)
        )
    elif stack.copies > _SOME_COPIES:
        said.append(Doubt(f"{stack.copies:.0%} of the slices are copies of the one before; measures may be too large."))
    exchanged = stack.jump > _STEP and stack.ends < _NEIGHBOURS
    if stack.out_of_place > _OUT_OF_PLACE or stack.jump > _RUPTURE or exchanged:
        said.append(Doubt("Neighbouring slices do not fit each other: the stack seems to be out of order.", True))
    elif stack.jump > _STEP:
        said.append(Doubt("A step runs through the stack (a breath between two slices?); measures across it mislead."))
    return tuple(said)


def doubts_of_likeness(found: Likeness) -> tuple[Doubt, ...]:
    """Judge what was measured of the body; of several grave reasons the most telling, because others follow from it."""
    said: list[Doubt] = []
    for judged in (_of_scale, _of_matter, _of_extent, _of_size, _of_sides):
        doubts = judged(found)
        if any(doubt.grave for doubt in doubts):
            return doubts
        said += doubts
    return tuple(said)


def _of_scale(found: Likeness) -> tuple[Doubt, ...]:
    low, high = _DARKEST_HU
    if not low <= found.darkest_hu <= high:
        return (
            Doubt(
                f"The darkest places inside the body have {found.darkest_hu:.0f} HU, air has −1000: the Hounsfield "
                "scale is not that of CT.",
                True,
            ),
        )
    if found.soft < _SOFT or found.fat + found.soft < _HUMAN:
        return (
            Doubt(
                f"Only {found.fat + found.soft:.0%} of the body is as dense as fat or soft tissue: the Hounsfield "
                "scale is wrong, or this is no patient.",
                True,
            ),
        )
    return ()


def _of_matter(found: Likeness) -> tuple[Doubt, ...]:
    if found.vessels < _VESSELS or not _LUNG_HU[0] <= found.lung_hu <= _LUNG_HU[1]:
        return (
            Doubt(
                f"What is filled with air ({found.lung_hu:.0f} HU) holds no vessels as lungs do: bowel, a cavity or a "
                "technical phantom.",
                True,
            ),
        )
    if found.fat < _FAT or found.bone < _BONE:
        missing = "fat" if found.fat < _FAT else "bone"
        return (Doubt(f"The body holds almost no {missing}: this seems to be a technical phantom, no patient.", True),)
    if found.spine < _SPINE:
        return (
            Doubt("No spine is found behind the lungs: the orientation is wrong, or this is no patient's chest.", True),
        )
    return ()


def _of_size(found: Likeness) -> tuple[Doubt, ...]:
    shape = found.lung_height_mm / found.lung_width_mm
    if max(found.body_width_mm, found.lung_height_mm) > _GIANT_MM:
        return (Doubt("The body is larger than any patient's: the distance between voxels is wrong.", True),)
    if found.body_width_mm < _CHILD_BODY_MM and found.lung_width_mm < _CHILD_LUNGS_MM:
        return (
            Doubt(
                f"The chest is only {found.body_width_mm:.0f} mm wide, as a child's; the model learned from adults.",
                True,
            ),
        )
    if shape > _STRETCHED or (shape < _FLAT and max(found.cut_above, found.cut_below) < _CUT):
        return (
            Doubt(
                f"The lungs are {found.lung_height_mm:.0f} mm high and {found.lung_width_mm:.0f} mm wide: the distance "
                "between slices is wrong.",
                True,
            ),
        )
    return ()


def _of_extent(found: Likeness) -> tuple[Doubt, ...]:
    lungs_ml = sum(found.lungs_ml)
    said = []
    if found.even < _EVEN:
        said.append(Doubt("One side of the body is missing from the pictures.", True))
    if found.open_ml > _OPEN_SHARE * (lungs_ml + found.open_ml):
        said.append(Doubt("Much of the lungs lies outside the field of view.", True))
    elif found.open_ml > _OPEN_SOME_ML:
        said.append(Doubt("A part of the lungs lies outside the field of view; nothing is known of it."))
    cut = max(found.cut_above, found.cut_below)
    if cut > _CUT and found.lung_height_mm < _BASES_MM:
        said.append(Doubt(f"The scan shows only {found.lung_height_mm:.0f} mm of the lungs' height.", True))
    elif cut > _CUT_SOME:
        end = "upper" if found.cut_above >= found.cut_below else "lower"
        said.append(Doubt(f"The lungs reach the {end} end of the scan; nothing is known of what lies beyond."))
    return tuple(said)


def _of_sides(found: Likeness) -> tuple[Doubt, ...]:
    if min(found.lungs_ml) < _ONE_LUNG_ML:
        side = "right" if found.lungs_ml[0] > found.lungs_ml[1] else "left"
        return (Doubt(f"Only the {side} lung holds air; findings on the other side are less sure."),)
    if found.heart_left_mm < _HEART_RIGHT_MM:
        return (
            Doubt("The heart seems to lie on the right: the sides may be exchanged, or the mediastinum is shifted."),
        )
    return ()
