"""Places that deserve a closer look: where the evidence for small bodies peaks, and where the scan shows a dense blob.

Evidence alone overlooks what lies beside something larger: its peak is the other's. Blobs are maxima of the Laplacian
of Gaussians over scales (Lindeberg, Int J Comput Vis 1998;30:79): most of them are vessels, which the close look knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.geometry import Matrix
from ai.model.preparation import Prepared
from ai.model.seeing import Seen

_APART_CELLS = 3
_SMOOTHED_CELLS = 0.7
_LEAST = -12.0
"""Logit of a place; below it nobody needs to look."""
MOST_PEAKS, MOST_BLOBS = 150, 250
"""Of a scan. Of 110 drawn nodules that can be seen 102 are among the first 150 peaks (97 among 60), 104 with blobs."""
_SCALES = (1.0, 1.5, 2.3, 3.5)
"""Voxels of 2 mm: balls of 3.5 to 12 mm in radius answer most."""
_APART_VOXELS = 3
_DENSEST_HU, _AIRY_HU = 100.0, -600.0
_LEAST_BLOB = 60.0
_NEAR_LUNG_VOXELS, _NEAR_LUNG = 9, 0.15
"""Of the voxels around a blob at least so many are air-filled lung."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places to look at, strongest first.

    Args:
        cells: int64 (n, 3) on the evidence's grid.
        logits: float64 (n,) of each place and its neighbours together: what a body of some size has much of.
        peaks: float64 (n,) the highest logit of the place and its neighbours, which a small body has as well.
    """

    cells: NDArray[np.int64]
    logits: NDArray[np.float64]
    peaks: NDArray[np.float64]


def candidates_seen(seen: Seen, label: int, prepared: Prepared) -> tuple[Candidates, Matrix]:
    """Return where to look closely for instances of a label in a scan, and where that is, (n, 3) LPS millimetres.

    Args:
        seen: what the network saw, with this label's places.
        label: its number.
        prepared: the scan as the network saw it.
    """
    places = seen.places[label]
    found = with_blobs(candidates_in(places), places, prepared.hu[0, 0].numpy())
    return found, seen.grid.points_mm(found.cells.astype(np.float64))


def candidates_in(places: NDArray[np.float32], most: int = MOST_PEAKS) -> Candidates:
    """Return the local maxima of a label's places.

    Args:
        places: (s, r, c) logits before the relu; −∞ where nobody is asked.
        most: how many at the most.
    """
    field = gathered(places)
    top = (field == ndimage.maximum_filter(field, size=_APART_CELLS, mode="nearest")) & (field > _LEAST)
    top &= np.isfinite(places)
    cells = np.argwhere(top)
    order = np.argsort(-field[top], kind="stable")[:most]
    return _at(cells[order], field, places)


def with_blobs(
    peaks: Candidates, places: NDArray[np.float32], hu: NDArray[np.float32], most: int = MOST_BLOBS
) -> Candidates:
    """Return the peaks, and after them the dense blobs that are not at one of them.

    Args:
        peaks: of the places.
        places: (s, r, c) logits before the relu.
        hu: (S, R, C) at 2 mm, two voxels a cell; may be padded at the far ends.
        most: how many blobs are looked at, strongest first.
    """
    cells = np.unique(np.minimum(blobs_in(hu)[:most] // 2, np.array(places.shape) - 1), axis=0)
    taken = np.zeros(places.shape, dtype=bool)
    taken[tuple(peaks.cells.T)] = True
    taken = ndimage.binary_dilation(taken, np.ones((3, 3, 3), dtype=bool))
    more = cells[(~taken & np.isfinite(places))[tuple(cells.T)]]
    blobs = _at(more, gathered(places), places)
    return Candidates(
        np.concatenate([peaks.cells, blobs.cells]),
        np.concatenate([peaks.logits, blobs.logits]),
        np.concatenate([peaks.peaks, blobs.peaks]),
    )


def _at(cells: NDArray[np.int64], field: NDArray[np.float32], places: NDArray[np.float32]) -> Candidates:
    highest = ndimage.maximum_filter(np.maximum(places, _LEAST), size=_APART_CELLS, mode="nearest")
    spots = tuple(cells.T)
    return Candidates(cells, field[spots].astype(np.float64), highest[spots].astype(np.float64))


def blobs_in(hu: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the voxels (n, 3) where something dense and round lies in or at the lung, strongest first.

    Args:
        hu: (S, R, C) at 2 mm.
    """
    tissue = np.clip(hu, -1000.0, _DENSEST_HU).astype(np.float32)
    airy = ndimage.uniform_filter((tissue < _AIRY_HU).astype(np.float32), _NEAR_LUNG_VOXELS)
    best = np.full(tissue.shape, -np.inf, dtype=np.float32)
    for scale in _SCALES:
        np.maximum(best, -(scale**2) * ndimage.gaussian_laplace(tissue, scale), out=best)
    top = (best == ndimage.maximum_filter(best, size=_APART_VOXELS)) & (best > _LEAST_BLOB) & (airy > _NEAR_LUNG)
    voxels = np.argwhere(top)
    return voxels[np.argsort(-best[top], kind="stable")]


def gathered(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the logit of each place and its neighbours together."""
    return np.asarray(ndimage.gaussian_filter(np.maximum(places, _LEAST), _SMOOTHED_CELLS, mode="nearest"))
