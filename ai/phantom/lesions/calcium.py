"""Calcium in nodules, granulomas, masses and nodes: the benign patterns and the others."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import torch
from torch import Tensor

from ai.phantom.fields import smooth_field
from ai.phantom.finely import Fine


class Calcium(StrEnum):
    """Where in a body the calcium lies; the first four are benign, the others occur in tumours as well."""

    CENTRAL = "central"
    DIFFUSE = "diffuse"
    LAMINATED = "laminated"
    POPCORN = "popcorn"
    ECCENTRIC = "eccentric"
    STIPPLED = "stippled"


BENIGN = (Calcium.CENTRAL, Calcium.DIFFUSE, Calcium.LAMINATED, Calcium.POPCORN)


def calcium_share(
    fine: Fine, distance_mm: Tensor, radius_mm: float, pattern: Calcium, rng: np.random.Generator
) -> Tensor:
    """Return which share of each fine voxel is calcium, within a body given by its distance (negative inside)."""
    r = fine.region
    if pattern is Calcium.DIFFUSE:
        return fine.inside(distance_mm + 0.06 * radius_mm)
    if pattern is Calcium.CENTRAL:
        return fine.inside(distance_mm + radius_mm * float(rng.uniform(0.4, 0.7)))
    if pattern is Calcium.LAMINATED:
        rings = float(rng.integers(2, 4))
        turn = torch.cos(2 * np.pi * rings * distance_mm / radius_mm)
        return fine.inside(distance_mm + 0.05 * radius_mm) * (0.5 + 2 * (turn - 0.1)).clamp(0, 1)
    if pattern is Calcium.ECCENTRIC:
        away = rng.normal(size=3)
        away *= 0.5 * radius_mm / np.linalg.norm(away)
        spot = torch.sqrt((r.up - away[0]) ** 2 + (r.back - away[1]) ** 2 + (r.left - away[2]) ** 2)
        return fine.inside(torch.maximum(spot - radius_mm * float(rng.uniform(0.2, 0.4)), distance_mm + 0.5))
    coarse, least = (0.55, 0.3) if pattern is Calcium.POPCORN else (0.2, 1.3)
    blobs = smooth_field(fine.shape, max(1.0, coarse * radius_mm / fine.spacing_mm), rng)
    return fine.inside(distance_mm + 0.12 * radius_mm) * (0.5 + 2 * (blobs - least)).clamp(0, 1)
