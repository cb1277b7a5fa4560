"""Where alignment starts: every shift of one scan over the other is tried at once on a 9 mm grid.

Grid centres say nothing (table height and field of view differ) and two scans may cover different parts of the
chest, so neither centres nor moments are trusted: the masked normalised cross-correlation of all shifts is computed by
Fourier transforms (Padfield, Masked object registration in the Fourier domain, IEEE Trans Image Process 2012;21:2706).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, ndimage

from ai.comparison.coarse import Coarse
from ai.geometry import Matrix

LEAST_OVERLAP = 0.25
"""Share of the smaller scan's part of the patient that must lie in the other scan, too."""

Field = NDArray[np.float64]


def likely_shifts(prior: Coarse, current: Coarse, count: int = 3) -> list[Matrix]:
    """Return shifts (3,) LPS mm that lay the prior's points onto the current scan, best first; may be empty.

    Both must lie on grids of one spacing. The shifts are local maxima at least three voxels apart.
    """
    size = [fft.next_fast_len(a + b - 1, real=True) for a, b in zip(prior.hu.shape, current.hu.shape, strict=True)]
    score = _masked_correlation(prior, current, size)
    peaks = (score == ndimage.maximum_filter(score, size=5, mode="wrap")) & (score > 0)
    places = np.argwhere(peaks)
    best = places[np.argsort(-score[peaks], kind="stable")][:count]
    signed = np.where(best > np.array(current.hu.shape) - 1, best - np.array(size), best)
    origins = current.grid.affine[:3, 3] - prior.grid.affine[:3, 3]
    return [origins + current.grid.affine[:3, :3] @ step for step in signed]


def _masked_correlation(prior: Coarse, current: Coarse, size: list[int]) -> Field:
    """Return the correlation for each shift in voxels, [size], negative shifts at the far end; 0 where refused."""
    f_mask, g_mask = _spectrum(current.known, size), _spectrum(prior.known, size)
    f_values, g_values = _centred(current), _centred(prior)
    f, g = _spectrum(f_values, size), _spectrum(g_values, size)
    n = np.maximum(_crossed(f_mask, g_mask, size).round(), 1)
    f_sum, g_sum = _crossed(f, g_mask, size), _crossed(f_mask, g, size)
    f_square = _crossed(_spectrum(f_values**2, size), g_mask, size) - f_sum**2 / n
    g_square = _crossed(f_mask, _spectrum(g_values**2, size), size) - g_sum**2 / n
    spread = np.sqrt(np.clip(f_square, 0, None) * np.clip(g_square, 0, None))
    overlap = _crossed(_spectrum(current.body, size), _spectrum(prior.body, size), size)
    allowed = (overlap >= LEAST_OVERLAP * min(current.body.sum(), prior.body.sum())) & (spread > 1e-3 * spread.max())
    product = _crossed(f, g, size) - f_sum * g_sum / n
    return np.where(allowed, product / np.where(allowed, spread, 1.0), 0.0)


def _centred(scan: Coarse) -> Field:
    values = np.where(scan.known, scan.hu.astype(np.float64) / 1000, 0.0)
    return np.where(scan.known, values - values[scan.known].mean(), 0.0)


def _spectrum(values: NDArray[np.float64] | NDArray[np.bool_], size: list[int]) -> NDArray[np.complex128]:
    return np.asarray(fft.rfftn(values.astype(np.float64), size))


def _crossed(f: NDArray[np.complex128], g: NDArray[np.complex128], size: list[int]) -> Field:
    return np.asarray(fft.irfftn(f * np.conj(g), size))
