"""The patient without the table: a wall too thin to be told from a table top still encloses a lung."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.comparison.body import body_mask

SPACING_MM = 3.0


def thin_chest() -> NDArray[np.float32]:
    """Return a chest whose wall is thin before the left lung and thick at its side, above a table of one voxel, HU."""
    _, back, left = np.mgrid[-12:13, -40:41, -55:56]
    hu = np.full(back.shape, -1000.0, np.float32)
    hu[(back / 30) ** 2 + (left / 45) ** 2 < 1] = 40.0
    hu[(back / 22) ** 2 + ((left + 20) / 16) ** 2 < 1] = -860.0
    deep = np.where(back < 0, 24.0, 22.0)
    hu[((back / deep) ** 2 + ((left - 20) / 18) ** 2 < 1) & (left < 34)] = -860.0
    hu[:, 72] = 200.0
    return hu


def test_the_lung_behind_a_thin_wall_belongs_to_the_patient() -> None:
    body = body_mask(thin_chest(), SPACING_MM)
    for left in (-20, 20):
        assert body[:, 24:50, 55 + left].all()


def test_air_and_the_table_do_not() -> None:
    body = body_mask(thin_chest(), SPACING_MM)
    assert not body[:, 72].any()
    assert not body[:, :5].any()
    assert not body[:, :, :5].any()
