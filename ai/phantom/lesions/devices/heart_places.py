"""Places in the heart, told by a direction in the patient and a share of the way to its surface."""

from __future__ import annotations

import numpy as np

from ai.phantom.canvas import Vector
from ai.phantom.landmarks import HeartShape


def in_heart(heart: HeartShape, direction: Vector, level: float) -> Vector:
    """Return the place in a direction (up, back, left) from the heart's middle; level 1 is its surface."""
    own = np.array(heart.axes) @ np.array(direction)
    reach = level / np.sqrt(((own / np.array(heart.half_mm)) ** 2).sum())
    place = np.array(heart.middle) + np.array(direction) * reach
    return float(place[0]), float(place[1]), float(place[2])


def near(place: Vector, spread_mm: float, rng: np.random.Generator) -> Vector:
    """Return a place beside another, normally distributed."""
    moved = np.array(place) + rng.normal(size=3) * spread_mm
    return float(moved[0]), float(moved[1]), float(moved[2])
