"""Nodules found and marks set in vain: the free-response curve, as the LUNA16 challenge averages it.

Setio et al., Med Image Anal 2017: sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false marks a scan, and their mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from ai.training.truth import UNKNOWN

RATES = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
LEAST_MM, MOST_MM = 4.0, 30.0
_SIZES = {"4–6 mm": (4.0, 6.0), "6–10 mm": (6.0, 10.0), "10–30 mm": (10.0, 30.0)}
_CELL_MM = 4.0
_SLACK_MM = 4.0
"""A mark may lie one cell outside the nodule's body."""

Numbers = NDArray[np.float64]
Cells = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Marks:
    """One scan's marks.

    Args:
        found: best score of each nodule of 4–30 mm, −∞ where no mark hit it.
        diameters_mm: of these nodules.
        false: scores of the marks that hit nothing.
    """

    found: Numbers
    diameters_mm: Numbers
    false: Numbers


def marks_of(spots: Cells, scores: Numbers, truth: Tensor, instances: Tensor, label: int) -> Marks:
    """Compare marks with the nodules that are there.

    Args:
        spots: (n, 3) 4 mm cells with a mark.
        scores: (n,) how sure each is.
        truth: uint8 (s, r, c) of the label; marks on undecided or otherwise true cells (too small, too large) count
            neither for nor against.
        instances: see ``TrainingCase``.
        label: the label's place.
    """
    nodules = instances[instances[:, 0] == label].numpy().astype(np.float64)
    sizes = nodules[:, 4] if len(nodules) else np.zeros(0)
    asked = (sizes >= LEAST_MM) & (sizes <= MOST_MM)
    excused = ndimage.binary_dilation((truth > 0).numpy() | (truth == UNKNOWN).numpy(), iterations=1)
    # A cell's middle lies half a voxel (1 mm) beyond its first voxel's.
    distance = np.linalg.norm((spots * _CELL_MM + 1.0)[:, None] - nodules[None, :, 1:4], axis=2)
    hits = distance <= sizes[None] / 2 + _SLACK_MM
    best = np.array([max(scores[hits[:, i]], default=-np.inf) for i in np.flatnonzero(asked)], dtype=np.float64)
    vain = ~hits.any(1) & ~excused[tuple(spots.T)] if len(spots) else np.zeros(0, dtype=bool)
    return Marks(best, sizes[asked], scores[vain])


def sensitivities(scans: Sequence[Marks], least_mm: float = LEAST_MM, most_mm: float = MOST_MM) -> list[float]:
    """Return the sensitivity at each of ``RATES`` for nodules of a range of sizes; NaN without nodules."""
    found = np.concatenate(
        [s.found[(s.diameters_mm >= least_mm) & (s.diameters_mm <= most_mm)] for s in scans] or [np.zeros(0)]
    )
    false = np.sort(np.concatenate([s.false for s in scans] or [np.zeros(0)]))[::-1]
    result = []
    for rate in RATES:
        allowed = int(rate * len(scans))
        threshold = false[allowed] if allowed < len(false) else -np.inf
        result.append(float(np.mean(found > threshold)) if len(found) else float("nan"))
    return result


def curve(scans: Sequence[Marks]) -> dict[str, Any]:
    """Return how many nodules there are, the sensitivity at each of ``RATES``, and its mean, of all and by size."""
    found = sensitivities(scans)
    by_size = {name: float(np.mean(sensitivities(scans, *sizes))) for name, sizes in _SIZES.items()}
    return {
        "nodules": sum(len(marks.found) for marks in scans),
        "mean sensitivity": _rounded(float(np.mean(found))),
        "at false marks a scan": {f"{rate:g}": _rounded(value) for rate, value in zip(RATES, found, strict=True)},
        "mean by size": {name: _rounded(value) for name, value in by_size.items()},
    }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)
