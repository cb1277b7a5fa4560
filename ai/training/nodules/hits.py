"""Which marks on a drawn scan hit a nodule, and which say nothing either way."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage

from ai.geometry import Matrix, PointMm
from ai.phantom.canvas import Canvas, Instance

NODULE = "nodule"
SLACK_MM = 4.0
"""A mark may lie one cell of evidence outside the nodule's body."""
_NEAR_MM = 5.0
"""Marks so near to what is undecided, or to a nodule that they do not hit, say nothing."""

Flags = NDArray[np.bool_]


def nodules_of(canvas: Canvas) -> tuple[Instance, ...]:
    """Return the drawn nodules that can be seen."""
    return tuple(one for one in canvas.instances if one.label == NODULE)


def place_of(instance: Instance, canvas: Canvas) -> PointMm:
    """Return where an instance lies in the patient."""
    up, back, left = instance.centre
    return canvas.origin.moved(left, back, up)


def middles_of(canvas: Canvas) -> Matrix:
    """Return where the nodules lie, (n, 3) LPS millimetres."""
    return np.array([place_of(one, canvas).array() for one in nodules_of(canvas)]).reshape(-1, 3)


def hits(marks_mm: Matrix, canvas: Canvas) -> Flags:
    """Return which mark lies in which nodule or right beside it, (marks, nodules)."""
    sizes = np.array([one.diameter_mm for one in nodules_of(canvas)])
    away = np.linalg.norm(marks_mm[:, None] - middles_of(canvas)[None], axis=2)
    return np.asarray(away <= sizes[None] / 2 + SLACK_MM)


def in_vain(marks_mm: Matrix, canvas: Canvas) -> Flags:
    """Return which marks hit nothing and lie where it is known that there is nothing, (marks,)."""
    return np.asarray(~hits(marks_mm, canvas).any(1) & ~_undecided(marks_mm, canvas))


def _undecided(marks_mm: Matrix, canvas: Canvas) -> Flags:
    there = torch.zeros(canvas.shape, dtype=torch.bool)
    if NODULE in canvas.truth:
        there |= canvas.truth[NODULE] > 0
    if NODULE in canvas.unknown:
        there |= canvas.unknown[NODULE]
    wide = ndimage.binary_dilation(there.numpy(), iterations=round(_NEAR_MM / canvas.spacing_mm))
    spots = np.round(canvas.grid.indices(marks_mm)).astype(int)
    return np.asarray(wide[tuple(np.clip(spots, 0, np.array(canvas.shape) - 1).T)])
