"""The regions of a scan that a report can name, and which of them may hold an abnormality.

Follows PARTITION and the allowed regions of AxialNet (Draelos & Carin, arXiv:2111.12215): organs found by a program,
joined with the places that the report names. A cell keeps its regions as bits, so that any place is a matter of two
masks.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.organs import LOBES, REACH_MM, code_of
from ai.vocabulary import Abnormality

Bits = NDArray[np.uint16]

RIB_CAGE_MM = 40.0
"""Fluid and thick pleura push the lung aside: what they fill lies up to so far from the lung that is left."""
_MIDLINE_MM = 10.0
"""Both sides meet here: a place so near the midline belongs to either."""


class Region(IntFlag):
    """A part of the chest, with the margin within which a finding is still told by it."""

    RIGHT_UPPER = 1
    RIGHT_MID = 2
    RIGHT_LOWER = 4
    LEFT_UPPER = 8
    LEFT_LOWER = 16
    HEART = 32
    AORTA = 64
    MIDDLE = 128
    PLEURAL = 256
    OUTSIDE_LUNGS = 512
    RIGHT = 1024
    LEFT = 2048


LOBE_BITS = dict(zip(LOBES, (Region(1 << n) for n in range(len(LOBES))), strict=True))
LUNGS = Region.RIGHT_UPPER | Region.RIGHT_MID | Region.RIGHT_LOWER | Region.LEFT_UPPER | Region.LEFT_LOWER
SIDES = Region.RIGHT | Region.LEFT
ANYWHERE = Region(0)
"""Of a place: the report and the vocabulary forbid nothing."""

ORGAN_BITS = {**LOBE_BITS, "heart": Region.HEART, "aorta": Region.AORTA}
_GROUP_BITS = {
    "lung": LUNGS,
    "heart": Region.HEART,
    "great_vessel": Region.AORTA | Region.MIDDLE,
}
"""Of great vessels only the aorta is known by name; the others run in the middle."""
_ALSO_IN = {"pleura": Region.PLEURAL, "mediastinum": Region.MIDDLE, "airways": Region.MIDDLE}
"""The vocabulary's "lung" holds hila, airways and pleura as well; here they lie outside the lobes."""
_UNBOUND = frozenset({"devices", "bones", "elsewhere"})
"""Lists whose members may lie anywhere: a wire in the heart ends at a box under the skin."""


@dataclass(frozen=True)
class Allowed:
    """Where an abnormality may lie: in any of ``where`` and, if a side is named, on it; 0 forbids nothing."""

    where: Region = ANYWHERE
    side: Region = ANYWHERE

    @property
    def anywhere(self) -> bool:
        """True where nothing is forbidden, so that there is nothing to judge either."""
        return not self.where and not self.side

    def cells(self, bits: Bits) -> NDArray[np.bool_]:
        """Return which cells are allowed."""
        inside = np.ones(bits.shape, dtype=bool)
        for part in (self.where, self.side):
            if part:
                inside &= (bits & np.uint16(part)) != 0
        return inside


def allowed_by_vocabulary(kind: Abnormality) -> Allowed:
    """Return where an abnormality may lie when the report names no place."""
    if kind.region in _UNBOUND or not kind.allowed_in:
        return Allowed()
    where = ANYWHERE
    for group in kind.allowed_in:
        where |= _GROUP_BITS[group]
    return Allowed(where | _ALSO_IN.get(kind.region, ANYWHERE))


def regions_of(organs: NDArray[np.uint8], lungs: NDArray[np.uint8], cell_mm: float) -> Bits:
    """Return the regions of every cell, uint16 [slice, row, column] in standard axes (up, back, left).

    Args:
        organs: codes of ``ai.organs``; 0 none of them.
        lungs: same shape: 1 the patient's right lung, 2 the left, 0 elsewhere.
        cell_mm: distance between cells.
    """
    bits = np.zeros(organs.shape, dtype=np.uint16)
    lobes = (organs > 0) & (organs <= len(LOBES))
    for name, bit in ORGAN_BITS.items():
        bits[_near(organs == code_of(name), REACH_MM, cell_mm)] |= np.uint16(bit)
    bits[_near(lobes | (lungs > 0), RIB_CAGE_MM, cell_mm)] |= np.uint16(Region.PLEURAL)
    bits[~lobes] |= np.uint16(Region.OUTSIDE_LUNGS)
    right_end, left_end, midline = _columns(lungs)
    column = np.arange(organs.shape[2])
    slack = _MIDLINE_MM / cell_mm
    bits[:, :, column <= midline + slack] |= np.uint16(Region.RIGHT)
    bits[:, :, column >= midline - slack] |= np.uint16(Region.LEFT)
    between = np.broadcast_to((column > right_end) & (column < left_end), organs.shape)
    bits[between & ~lobes] |= np.uint16(Region.MIDDLE)
    return bits


def _near(there: NDArray[np.bool_], reach_mm: float, cell_mm: float) -> NDArray[np.bool_]:
    if not there.any():
        return there
    return np.asarray(ndimage.distance_transform_edt(~there, sampling=cell_mm) <= reach_mm)


def _columns(lungs: NDArray[np.uint8]) -> tuple[float, float, float]:
    """Middle columns of the right and of the left lung, and halfway between; of one lung alone, the crop's middle."""
    across = np.arange(lungs.shape[2])
    middle = (lungs.shape[2] - 1) / 2
    ends = []
    for side in (1, 2):
        profile = (lungs == side).sum(axis=(0, 1))
        ends.append(float(profile @ across / profile.sum()) if profile.any() else middle)
    return ends[0], ends[1], (ends[0] + ends[1]) / 2
