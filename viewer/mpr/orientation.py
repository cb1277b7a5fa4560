"""The letters that say which side of the patient is where."""

from __future__ import annotations

import numpy as np

from ai.geometry import Matrix
from viewer.mpr.slice_look import Letters

TOWARDS = ("L", "P", "H")
AWAY = ("R", "A", "F")
OBLIQUE = 0.35
"""A second letter is written where that axis has at least this share (about 20 degrees)."""


def letters_of(right: Matrix, down: Matrix) -> Letters:
    """Return the letters of a picture whose sides point to ``right`` and ``down``, LPS vectors of any length."""
    return Letters(left=side(-right), right=side(right), top=side(-down), bottom=side(down))


def side(direction: Matrix) -> str:
    """Return where an LPS direction points, strongest axis first: "L", or "LA" for an oblique one."""
    unit = direction / np.linalg.norm(direction)
    order = np.argsort(-np.abs(unit), kind="stable")
    written = [axis for rank, axis in enumerate(order) if rank == 0 or abs(unit[axis]) >= OBLIQUE]
    return "".join(TOWARDS[axis] if unit[axis] > 0 else AWAY[axis] for axis in written)
