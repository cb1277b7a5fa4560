"""Findings of lungs and airways lie in lung or near it: a stomach's contents look like ground glass, and are none.

Only these are confined. Fluid and air around lung and heart reach further from what is named than any fixed margin, and
all else may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from ai.organs import LOBES, REACH_MM
from ai.vocabulary import abnormality

Mask = NDArray[np.bool_]

_LISTS = frozenset({"lungs", "airways"})


def confined(labels: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the labels that are found in lung or near it alone."""
    return tuple(number for number, label in enumerate(labels) if abnormality(label).region in _LISTS)


def confine(
    places: Tensor, labels: Sequence[int], scores: NDArray[np.float32] | None, aerated: Mask | None, cell_mm: float
) -> None:
    """Leave out what some labels' places say where no lung is near; nothing where organs are not named.

    Args:
        places: (L, s, r, c), changed: −∞ where evidence does not count.
        labels: which, by number.
        scores: (1 + organs, s, r, c) before the softmax, or None. Consolidated lung is lung.
        aerated: (s, r, c) where air-filled lung is, whatever the network says; None where it is not known.
        cell_mm: distance between cells.
    """
    if scores is None or not labels:
        return
    away = torch.from_numpy(~near_lung(scores, aerated, cell_mm)).to(places.device)
    for label in labels:
        places[label].masked_fill_(away, -torch.inf)


def near_lung(scores: NDArray[np.float32], aerated: Mask | None, cell_mm: float) -> Mask:
    """Return which cells are lung or lie within ``REACH_MM`` of it, (s, r, c); see ``confine``."""
    strongest = scores.argmax(0)
    lung = (strongest > 0) & (strongest <= len(LOBES))
    if aerated is not None:
        lung |= aerated
    reach = int(REACH_MM / cell_mm)
    steps = np.indices((2 * reach + 1,) * 3) - reach
    ball = (steps**2).sum(0) * cell_mm**2 <= REACH_MM**2
    return np.asarray(ndimage.binary_dilation(lung, ball))
