"""Where in the lungs an interstitial disease lies: patterns of practice, a touch at the bases to the whole lung."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.spots import Spots
from ai.phantom.territories import Lung, lungs

_EDGE_MM = (3.0, 10.0)
"""Interstitial disease has no sharp edge."""


@dataclass(frozen=True)
class Pattern:
    """What draws a disease to a place.

    Args:
        name: for the report.
        rim_mm: how far under the pleura it reaches; the larger, the more diffuse.
        basal: −1 upper lobes … 1 bases.
        posterior: 0 … 1 to the back.
        uneven: weight of chance.
        sparing_mm: a rim just under the pleura that stays free.
    """

    name: str
    rim_mm: float
    basal: float
    posterior: float
    uneven: float
    sparing_mm: float = 0.0

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Pattern:
        """Draw a pattern: mostly subpleural and basal (UIP), else NSIP, upper lobes, patches."""
        kind = rng.choice(["uip", "nsip", "upper", "patchy"], p=[0.5, 0.22, 0.14, 0.14])
        if kind == "uip":
            depth = float(rng.uniform(6, 18))
            return cls("subpleural, basal predominant", depth, float(rng.uniform(0.5, 1.1)), 0.5, 0.35)
        if kind == "nsip":
            spared = float(rng.choice([0.0, rng.uniform(2.5, 6)], p=[0.65, 0.35]))
            return cls("basal predominant", float(rng.uniform(20, 45)), float(rng.uniform(0.7, 1.3)), 0.6, 0.3, spared)
        if kind == "upper":
            return cls("upper lobe predominant", float(rng.uniform(12, 40)), float(rng.uniform(-1.4, -0.8)), 0.3, 0.5)
        return cls("patchy", float(rng.uniform(8, 30)), float(rng.uniform(-0.3, 0.4)), 0.1, 0.8)


def affected(
    canvas: Canvas, pattern: Pattern, share: float, rng: np.random.Generator
) -> tuple[Spots, Tensor] | None:  # fmt: skip
    """Return the voxels of a disease and the share (0…1) of each that it takes.

    Args:
        canvas: whose lungs.
        pattern: what draws it where.
        share: of the lungs' volume.
        rng: source of chance.

    Returns:
        None where there is no lung.
    """
    found = lungs(canvas)
    if not found:
        return None
    mask = (canvas.depth_mm > -0.5 * canvas.spacing_mm) & (canvas.depth_mm < 2.8 * pattern.rim_mm)
    spots = Spots.where(canvas, mask)
    lung_voxels = int(torch.count_nonzero(canvas.depth_mm[::2, ::2, ::2] > 0)) * 8
    score = 1.4 * torch.exp(-spots.depth_mm.clamp(min=0) / pattern.rim_mm)
    score += pattern.basal * (0.5 - heights(canvas, spots, found)) * 2
    score += pattern.posterior * backness(spots, found)
    if rng.random() < 0.15:  # one side alone, or nearly
        right = canvas.right[spots.index] == bool(rng.random() < 0.5)
        score += torch.where(right, 0.0, -float(rng.uniform(0.5, 3)))
    if pattern.sparing_mm:
        score -= 1.3 * torch.sigmoid((pattern.sparing_mm - spots.depth_mm) / 1.2)
    wanted = min(0.97, share * lung_voxels / max(1, len(spots)))
    # Chance moves the score by little over twice its weight: what lies further below is never reached.
    reachable = score > _level(score, wanted) - 2.4 * pattern.uneven
    spots, score = spots.kept(reachable), score[reachable]
    wanted = min(0.97, share * lung_voxels / max(1, len(spots)))
    score += pattern.uneven * (spots.noise(22.0, rng) + 0.25 * spots.noise(8.0, rng))
    level = _level(score, wanted)
    # The score falls by about 1 over the rim: this makes its soft edge some millimetres wide.
    edge = min(float(rng.uniform(*_EDGE_MM)), 0.6 * pattern.rim_mm)
    extent = torch.sigmoid((score - level) * pattern.rim_mm / edge) * spots.inside()
    kept = extent > 0.08
    return (spots.kept(kept), extent[kept]) if bool(kept.any()) else None


def _level(score: Tensor, share: float) -> float:
    """Return the score that a share of the voxels exceeds, from a sample of them."""
    return float(torch.quantile(score[:: max(1, score.numel() // 20000)], 1 - share))


def heights(canvas: Canvas, spots: Spots, found: list[Lung]) -> Tensor:
    """Return how high in its lung each voxel lies, 0 base … 1 apex."""
    up = spots.places[:, 0]
    # Right comes first; where a lung is missing the other stands for both.
    right, left = (((up - lung.low[0]) / lung.size[0]).clamp(0, 1) for lung in (found[0], found[-1]))
    return torch.where(canvas.right[spots.index], right, left)


def backness(spots: Spots, found: list[Lung]) -> Tensor:
    """Return how far back each voxel lies, −1 front … 1 back."""
    low, high = min(lung.low[1] for lung in found), max(lung.high[1] for lung in found)
    return ((spots.places[:, 1] - low) / (high - low) * 2 - 1).clamp(-1, 1)


def degree(share: float) -> str:
    """Return the word for how much of the lungs is taken."""
    return "mild" if share < 0.06 else "moderate" if share < 0.18 else "severe"
