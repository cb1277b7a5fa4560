"""Scars: caps over the apices, and stars or plugs of retracted tissue anywhere."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.contraction import contract
from ai.phantom.drawable import Drawable
from ai.phantom.spots import Spots
from ai.phantom.sprouting import bent
from ai.phantom.territories import Lung, lungs
from ai.phantom.tubes import Tube, near_tubes

_CALCIUM_HU = (250.0, 700.0)


def draw_apical_caps(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw irregular soft-tissue caps of 2–15 mm over one or both apices, some with calcium and strands."""
    found = lungs(canvas)
    if not found:
        return False
    thick = float(np.exp(rng.uniform(np.log(2.0), np.log(9.5))))
    if rng.random() < 0.3:
        found = [found[int(rng.integers(len(found)))]]
    drawn = [_cap(canvas, lung, thick * float(rng.uniform(0.6, 1.4)), rng) for lung in found]
    return any(drawn)


def _cap(canvas: Canvas, lung: Lung, thick_mm: float, rng: np.random.Generator) -> bool:
    deep = float(rng.uniform(12, 34))
    start = int(max(0.0, lung.high[0] - deep - 8) / canvas.spacing_mm)
    block = (slice(start, canvas.shape[0]), slice(0, canvas.shape[1]), slice(0, canvas.shape[2]))
    depth = canvas.depth_mm[block]
    near = (depth > -1.2 * canvas.spacing_mm) & (depth < 2.5 * thick_mm) & (canvas.right[block] == lung.right)
    spots = Spots.where(canvas, near, block)
    if len(spots) < 20:
        return False
    under = (lung.high[0] - spots.places[:, 0]) / deep
    uneven = 1 + 0.45 * spots.noise(9, rng) + 0.2 * spots.noise(5, rng)
    reach = thick_mm * uneven * (1 - under.clamp(min=0) ** 2)
    share = soft(spots.depth_mm - reach, 0.7) * spots.inside(-0.9 * canvas.spacing_mm) * torch.sigmoid((1 - under) * 6)
    spots.paint(canvas, share, float(rng.uniform(-60, 60)) + 20 * spots.noise(4, rng))
    calcified = rng.random() < 0.18
    if calcified:
        _calcify(canvas, spots, share, rng)
    share = share * spots.inside()
    spots.mark(canvas, "scarring", share)
    for other in ("pleural_thickening", "nodule", "consolidation", "fibrosis"):
        spots.mark_unknown(canvas, other, share > 0.05)
    spots.report(canvas, "scarring", share, f"apical {'calcified ' if calcified else ''}scarring", 2 * thick_mm)
    strands = [
        _strand(canvas, spots.places[int(k)].cpu().numpy().astype(np.float64), np.array(lung.hilum), rng)
        for k in torch.nonzero(share > 0.5).reshape(-1)[: 0 if rng.random() < 0.4 else 400 : 80].tolist()
    ]
    if strands:
        _paint_strands(canvas, strands, rng)
    return bool((share > 0.5).any())


def draw_focal_scars(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw one to four scars of 4–35 mm that pull their neighbours in, most within reach of the pleura."""
    drawn = False
    for _ in range(int(rng.choice([1, 2, 3, 4], p=[0.5, 0.25, 0.15, 0.1]))):
        near = float(rng.choice([12.0, 40.0], p=[0.7, 0.3]))
        centre = canvas.place((canvas.depth_mm > 2) & (canvas.depth_mm < near), rng)
        if centre is not None:
            drawn |= _scar(canvas, centre, float(np.exp(rng.uniform(np.log(2.5), np.log(13)))), rng)
    return drawn


def _scar(canvas: Canvas, centre: Vector, radius_mm: float, rng: np.random.Generator) -> bool:
    if radius_mm > 3.5:
        contract(canvas, centre, 3.5 * radius_mm + 12, float(rng.uniform(0.15, 0.45)))
    region = canvas.region(centre, 2 * radius_mm + 4)
    spots = Spots.where(canvas, canvas.depth_mm[region.block] > -1.2 * canvas.spacing_mm, region.block)
    apart = (spots.places - torch.tensor(centre)) @ torch.as_tensor(
        np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(0.55, 1.6, 3), dtype=torch.float32
    )
    # Angular rather than round: the edge caves in between strands.
    uneven = 1 + 0.35 * spots.noise(0.8 * radius_mm + 2, rng) + 0.25 * spots.noise(0.4 * radius_mm + 2, rng)
    share = soft(apart.norm(dim=1) - radius_mm * uneven, 0.8) * spots.inside(-0.9 * canvas.spacing_mm)
    if float(share.max()) < 0.5:
        return False
    spots.paint(canvas, share, float(rng.uniform(-150, 60)))
    calcified = rng.random() < 0.15
    if calcified:
        _calcify(canvas, spots, share, rng)
    share = share * spots.inside()
    spots.mark(canvas, "scarring", share)
    for other in ("nodule", "nodulegr1cm", "mass", "atelectasis", "consolidation", "bandlike_or_linear", "fibrosis"):
        spots.mark_unknown(canvas, other, share > 0.05)
    words = f"irregular {'calcified ' if calcified else ''}scar of {2 * radius_mm:.0f} mm with retraction"
    spots.report(canvas, "scarring", share, words, 2 * radius_mm)
    _paint_strands(canvas, [_strand(canvas, np.array(centre), None, rng) for _ in range(int(rng.integers(2, 9)))], rng)
    return True


def _strand(
    canvas: Canvas, start: NDArray[np.float64],
    goal: NDArray[np.float64] | None, rng: np.random.Generator,
) -> Tube:  # fmt: skip
    way = rng.normal(size=3) if goal is None else goal - start + 15 * rng.normal(size=3)
    end = start + way / max(1e-3, float(np.linalg.norm(way))) * float(rng.uniform(8, 32))
    return bent(start, end, float(rng.uniform(0.6, 1.4)), 0.3, rng)


def _paint_strands(canvas: Canvas, strands: list[Tube], rng: np.random.Generator) -> None:
    spots, distance = near_tubes(canvas, strands, 3.0)
    fill = soft(distance, 0.3 * canvas.spacing_mm) * spots.inside(0.5)
    share = fill * float(rng.uniform(0.5, 0.9))
    spots.paint(canvas, share, 20.0)
    spots.mark(canvas, "scarring", share)
    spots.mark_unknown(canvas, "bandlike_or_linear", share > 0.1)


def _calcify(canvas: Canvas, spots: Spots, share: Tensor, rng: np.random.Generator) -> None:
    chalk = torch.sigmoid((spots.noise(4, rng) - float(rng.uniform(1.3, 2.2))) * 5) * (share > 0.6)
    spots.paint(canvas, chalk, float(rng.uniform(*_CALCIUM_HU)))
    spots.mark(canvas, "calcification", chalk)
    spots.mark_unknown(canvas, "granuloma", chalk > 0.1)


DRAWABLES = (
    Drawable("apical scars", ("scarring", "calcification"), draw_apical_caps, 0.14),
    Drawable("focal scars", ("scarring", "calcification"), draw_focal_scars, 0.1),
)
