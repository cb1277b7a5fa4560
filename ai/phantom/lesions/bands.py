"""Band-like opacities: discoid atelectasis at the bases, parenchymal bands to the pleura, linear scars."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.cells import slab_share
from ai.phantom.drawable import Drawable
from ai.phantom.spots import Spots
from ai.phantom.territories import Lung, lungs


def draw_bands(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw one to six plates of 1–5 × 15–70 mm."""
    found = lungs(canvas)
    drawn = False
    for _ in range(int(rng.choice([1, 2, 3, 4, 6], p=[0.35, 0.25, 0.2, 0.12, 0.08])) if found else 0):
        lung = found[int(rng.integers(len(found)))]
        drawn |= _basal_plate(canvas, lung, rng) if rng.random() < 0.62 else _band(canvas, lung, rng)
    return drawn


def _basal_plate(canvas: Canvas, lung: Lung, rng: np.random.Generator) -> bool:
    """Discoid atelectasis: nearly level or a little oblique, above the diaphragm."""
    centre = _centre(canvas, lung, lung.low[0] + lung.size[0] * float(rng.uniform(0.05, 0.4)), (4.0, 30.0), rng)
    if centre is None:
        return False
    normal = np.array([1.0, *(rng.normal(size=2) * 0.45)])
    share, spots = _plate(canvas, lung, centre, normal, float(rng.uniform(8, 36)), rng)
    if not bool((share > 0.5).any()):
        return False
    _finish(canvas, spots, share, "discoid atelectasis", rng)
    spots.mark(canvas, "atelectasis", share)
    spots.mark_unknown(canvas, "scarring", share > 0.05)
    return True


def _band(canvas: Canvas, lung: Lung, rng: np.random.Generator) -> bool:
    """A parenchymal band: stands on the pleura, any height and direction."""
    height = lung.low[0] + lung.size[0] * float(rng.uniform(0.08, 0.92))
    centre = _centre(canvas, lung, height, (1.0, 12.0), rng)
    if centre is None:
        return False
    share, spots = _plate(canvas, lung, centre, rng.normal(size=3), float(rng.uniform(7, 28)), rng)
    if not bool((share > 0.5).any()):
        return False
    _finish(canvas, spots, share, "linear band", rng)
    spots.mark_unknown(canvas, "atelectasis", share > 0.05)
    spots.mark_unknown(canvas, "scarring", share > 0.05)
    return True


def _centre(
    canvas: Canvas, lung: Lung, height: float, depth_mm: tuple[float, float], rng: np.random.Generator
) -> Vector | None:  # fmt: skip
    level = min(canvas.shape[0] - 1, max(0, round(height / canvas.spacing_mm)))
    depth = canvas.depth_mm[level]
    mask = (depth > depth_mm[0]) & (depth < depth_mm[1]) & (canvas.right[level] == lung.right)
    spots = torch.nonzero(mask)
    if not len(spots):
        return None
    row, column = spots[int(rng.integers(len(spots)))].tolist()
    return level * canvas.spacing_mm, row * canvas.spacing_mm, column * canvas.spacing_mm


def _plate(
    canvas: Canvas, lung: Lung, centre: Vector, normal: NDArray[np.float64], half_mm: float,
    rng: np.random.Generator,
) -> tuple[Tensor, Spots]:  # fmt: skip
    """Paint a bowed plate with a ragged outline; 1–5 mm thick, thinner to its edges; return the share covered."""
    thick = float(np.exp(rng.uniform(np.log(1.2), np.log(5.0))))
    region = canvas.region(centre, half_mm + 4)
    near = (canvas.depth_mm[region.block] > -1.2 * canvas.spacing_mm) & (canvas.right[region.block] == lung.right)
    across = torch.as_tensor(normal / np.linalg.norm(normal), dtype=torch.float32)
    offset = region.up * across[0] + region.back * across[1] + region.left * across[2]
    spots = Spots.where(canvas, near & (offset.abs() < thick + 9), region.block)
    apart = spots.places - torch.tensor(centre)
    height = apart @ across
    flat = apart - height[:, None] * across
    long = torch.linalg.cross(across, torch.as_tensor(rng.normal(size=3), dtype=torch.float32))
    along = flat @ (long / long.norm())
    slim = float(rng.uniform(1.0, 2.6))
    radius = torch.sqrt(along**2 + (flat.square().sum(1) - along**2).clamp(min=0) * slim**2)
    bow = float(rng.normal(0, 0.004)) * radius**2 + 0.7 * spots.noise(0.7 * half_mm, rng)
    inner = (1 - radius / (half_mm * (1 + 0.15 * spots.noise(8, rng)))).clamp(min=0)
    body = slab_share(height - bow, thick * inner.sqrt().clamp(max=1), canvas.spacing_mm)
    hu = float(rng.uniform(-120, 60))
    spots.paint(canvas, body * spots.inside(-0.9 * canvas.spacing_mm), hu)
    body = body * spots.inside()
    # A reader outlines the plate, however faint a thin one is in its voxels.
    return (body / min(1.0, thick / canvas.spacing_mm)).clamp(max=1), spots


def _finish(canvas: Canvas, spots: Spots, share: Tensor, words: str, rng: np.random.Generator) -> None:
    if rng.random() < 0.5:
        spots.add(canvas, share.clamp(max=0.5) * float(rng.uniform(0, 120)))
    spots.mark(canvas, "bandlike_or_linear", share)
    for other in ("consolidation", "groundglass", "nodule", "mass"):
        spots.mark_unknown(canvas, other, share > 0.05)
    sure = spots.places[share > 0.5]
    length = float((sure.max(0).values - sure.min(0).values).norm())
    spots.report(canvas, "bandlike_or_linear", share, f"{words} of {length:.0f} mm", length)


DRAWABLES = (Drawable("bands", ("bandlike_or_linear", "atelectasis"), draw_bands, 0.18),)
