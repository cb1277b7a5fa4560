"""Stacks that lean: a tilted gantry shifts each slice within its plane, and that is undone, not ignored.

A leaning stack drawn as if it stood upright shears the patient. Here every slice is moved back by what its position
says, by linear interpolation, on a grid widened so that nothing is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ai.geometry import Matrix
from ai.scan.errors import ScanError
from ai.series import Notice, SliceHeader
from ai.volume import AIR_HU

STRAIGHT_MM = 0.3
"""Drift over the whole stack that is rounding in the headers: less than half a pixel of any chest CT."""
MOST_WIDENING = 1.0
"""A leaning stack may widen its grid by at most this share: 45° and more is no gantry tilt."""


@dataclass(frozen=True)
class Upright:
    """How to set a leaning stack upright.

    Args:
        shifts_px: where each slice's first (row, column) lies on the widened grid; empty if the stack stands straight.
        origin_px: where the widened grid begins, in pixels (rows, columns) from the first slice's first pixel.
        widening_px: rows and columns that the grid gains.
    """

    shifts_px: Mapping[SliceHeader, tuple[float, float]] = field(default_factory=dict)
    origin_px: tuple[int, int] = (0, 0)
    widening_px: tuple[int, int] = (0, 0)
    notices: tuple[Notice, ...] = ()

    def place(self, header: SliceHeader, picture: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the slice's picture drawn where it belongs on the widened grid; air around it."""
        rows, columns = picture.shape
        down, right = (math.floor(shift) for shift in self.shifts_px[header])
        part_down, part_right = (np.float32(shift % 1) for shift in self.shifts_px[header])
        wide = np.pad(picture.astype(np.float32), 1, constant_values=AIR_HU)
        tall = wide[:-1] * part_down + wide[1:] * (1 - part_down)
        moved = np.rint(tall[:, :-1] * part_right + tall[:, 1:] * (1 - part_right))
        out = np.full((rows + self.widening_px[0], columns + self.widening_px[1]), AIR_HU, np.int16)
        room = out[down : down + rows + 1, right : right + columns + 1]
        room[...] = moved[: room.shape[0], : room.shape[1]]
        return out


def set_upright(headers: Sequence[SliceHeader], heights_mm: Matrix) -> Upright:
    """Find how far each slice lies beside the first one's normal.

    Args:
        headers: ordered, of one orientation.
        heights_mm: their positions along the normal.

    Raises:
        ScanError: a lean no gantry has.
    """
    first = headers[0]
    offsets = np.array([h.position_mm for h in headers]) - first.position_mm
    drift = np.stack([offsets @ np.array(first.column_direction), offsets @ np.array(first.row_direction)], axis=1)
    if np.abs(drift).max() <= STRAIGHT_MM:
        return Upright()
    shifts = drift / first.pixel_spacing_mm
    origin = np.floor(shifts.min(axis=0)).astype(int)
    widening = np.ceil(shifts.max(axis=0) - origin).astype(int)
    if widening[0] > MOST_WIDENING * first.rows or widening[1] > MOST_WIDENING * first.columns:
        raise ScanError(
            f"{first.path.parent} holds slices that lie up to {np.abs(drift).max():.0f} mm beside each other, "
            "which no gantry tilt explains. Export the series again, or its parts one by one."
        )
    places = [(float(row), float(column)) for row, column in shifts - origin]
    return Upright(
        dict(zip(headers, places, strict=True)),
        (int(origin[0]), int(origin[1])),
        (int(widening[0]), int(widening[1])),
        (_notice(drift, heights_mm - heights_mm[0]),),
    )


def _notice(drift: Matrix, rise: Matrix) -> Notice:
    lean = (rise @ drift) / (rise @ rise)
    crooked = np.abs(drift - rise[:, None] * lean).max()
    if crooked > STRAIGHT_MM:
        return Notice(
            f"The slices lie up to {np.abs(drift).max():.1f} mm beside each other; each was moved to where its header "
            "says it lies, all slices are resampled.",
            grave=True,
        )
    degrees = math.degrees(math.atan(float(np.linalg.norm(lean))))
    return Notice(f"The gantry was tilted by {degrees:.1f}°; the slices were moved back and resampled.", grave=True)
