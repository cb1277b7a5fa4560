"""Streaks beside metal: dark and bright bands in the axial plane that fall with distance."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

METAL_HU = 2500.0
"""Above this, rays are so weakened that the reconstruction fails beside it."""
_LINES = 7
_MOST_HU = 300.0
_PIECES = 6
"""Pieces of metal in one slice that make streaks of their own; the largest ones."""


def add_streaks(hu: Tensor, spacing_mm: float, strength: float, rng: np.random.Generator) -> None:
    """Add the streaks of all metal in place.

    Args:
        hu: [slice, row, column], not yet cut at 3071 HU.
        spacing_mm: voxel size.
        strength: 1 for a scanner without metal correction.
        rng: source of chance.
    """
    angles = rng.uniform(0, np.pi, size=_LINES)
    signs = rng.choice([-1.0, 1.0], size=_LINES)
    metal = (hu > METAL_HU).cpu().numpy()
    for level in np.flatnonzero(metal.any((1, 2))):
        jitter = rng.normal(size=_LINES) * 0.12
        for rows, columns, weight in _pieces(metal[level], hu[level]):
            _star(hu[level], rows, columns, weight * spacing_mm**2, (angles + jitter, signs), spacing_mm, strength)


def _pieces(metal: NDArray[np.bool_], hu: Tensor) -> list[tuple[NDArray[np.int64], NDArray[np.int64], float]]:
    """Rows, columns and excess attenuation (thousands of HU × voxels) of the largest connected pieces of one slice."""
    rows, columns = np.nonzero(metal)
    box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    labels, count = ndimage.label(metal[box], np.ones((3, 3)))
    found = []
    values = hu.cpu().numpy()
    for number in range(1, count + 1):
        r, c = np.nonzero(labels == number)
        r, c = r + box[0].start, c + box[1].start
        found.append((r, c, float((values[r, c] - 1000.0).sum() / 1000.0)))
    return sorted(found, key=lambda piece: -piece[2])[:_PIECES]


def _star(
    hu: Tensor,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    weight: float,
    lines: tuple[NDArray[np.float64], NDArray[np.float64]],
    spacing_mm: float,
    strength: float,
) -> None:
    """Add one piece's streaks to one slice; ``weight`` in thousands of HU × mm²."""
    size_mm = float(np.hypot(np.ptp(rows), np.ptp(columns))) * spacing_mm
    peak = min(_MOST_HU, 12.0 * weight**0.6)
    reach = 6.0 + 0.3 * peak
    middle = (float(rows.mean()), float(columns.mean()))
    extent = int((size_mm / 2 + 2.2 * reach) / spacing_mm)
    r0, r1 = max(0, int(middle[0]) - extent), min(hu.shape[0], int(middle[0]) + extent + 1)
    c0, c1 = max(0, int(middle[1]) - extent), min(hu.shape[1], int(middle[1]) + extent + 1)
    down = (torch.arange(r0, r1, dtype=torch.float32) - middle[0])[:, None] * spacing_mm
    right = (torch.arange(c0, c1, dtype=torch.float32) - middle[1])[None] * spacing_mm
    off_mm = torch.sqrt(down**2 + right**2)
    axis, length, breadth = _long_axis(rows, columns, spacing_mm)
    count = _LINES if peak > 80 else 4
    # The longest way through the metal is darkest; few photons arrive along it.
    heights = np.r_[-1.3 if length > 2 * breadth + 4 else -0.5, 0.8 * lines[1][:count]]
    widths = np.r_[0.4 * breadth + 1.5, np.full(count, 0.15 * breadth + 1.0)]
    pattern = _bands(down, right, off_mm, np.r_[axis, lines[0][:count]], heights, widths)
    outside = (off_mm - size_mm / 2).clamp_min(0)
    hu[r0:r1, c0:c1] += pattern.clamp_(-1.5, 1.5) * torch.exp(-outside / reach) * (peak * strength)


def _bands(
    down: Tensor,
    right: Tensor,
    off_mm: Tensor,
    angles: NDArray[np.float64],
    heights: NDArray[np.float64],
    widths_mm: NDArray[np.float64],
) -> Tensor:
    """Lines through the middle at angles from the rows' direction, a little wider farther out."""

    def column(values: NDArray[np.float64]) -> Tensor:
        return torch.as_tensor(values, dtype=torch.float32)[:, None, None]

    across = down[None] * column(np.cos(angles)) - right[None] * column(np.sin(angles))
    across /= column(widths_mm) + 0.03 * off_mm[None]
    bands = across.square_().neg_().exp_()
    return torch.einsum("k,krc->rc", column(heights).flatten(), bands)


def _long_axis(rows: NDArray[np.int64], columns: NDArray[np.int64], spacing_mm: float) -> tuple[float, float, float]:
    """Angle from the rows' direction, length and breadth (mm) of a piece of metal."""
    if len(rows) < 3:
        return 0.0, spacing_mm, spacing_mm
    spread = np.cov(np.stack([columns, rows]))
    values, vectors = np.linalg.eigh(spread)
    long = vectors[:, 1]
    breadth, length = 3.5 * np.sqrt(np.maximum(values, 0.08)) * spacing_mm
    return float(np.arctan2(long[1], long[0])), float(length), float(breadth)
