"""Traction bronchiectasis: airways that scarred lung pulls wide and crooked."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from ai.phantom.airway_brush import draw_airways
from ai.phantom.canvas import Canvas
from ai.phantom.spots import Spots
from ai.phantom.sprouting import bent
from ai.phantom.territories import lungs
from ai.phantom.tubes import Tube


def pull_airways(canvas: Canvas, spots: Spots, extent: Tensor, count: int, rng: np.random.Generator) -> None:
    """Draw short, wide, crooked airways that run through diseased lung towards the hilum; they are bronchiectasis."""
    places = spots.places[(extent > 0.5) & (spots.depth_mm > 3.5) & (spots.depth_mm < 24)]
    found = {lung.right: np.array(lung.hilum) for lung in lungs(canvas)}
    if not len(places) or not found:
        return
    tubes: list[Tube] = []
    for number in rng.integers(len(places), size=count):
        end = places[int(number)].cpu().numpy().astype(np.float64)
        index = tuple(int(v / canvas.spacing_mm) for v in end)
        hilum = found.get(bool(canvas.right[index]))
        if hilum is None:
            continue
        way = hilum - end
        length = min(float(rng.uniform(12, 35)), 0.8 * float(np.linalg.norm(way)))
        start = end + way / max(1e-3, float(np.linalg.norm(way))) * length
        wide = float(rng.uniform(1.2, 3.0))
        tube = bent(start, end, wide * float(rng.uniform(0.8, 1.1)), wide, rng, bend=0.16)
        waves = 1 + 0.25 * np.sin(np.linspace(0, rng.uniform(4, 14), 5) + rng.uniform(0, 6))
        tubes.append(tube.with_radii(tube.radii_mm * waves))
    if tubes:
        drawn, share = draw_airways(canvas, tubes, wall_mm=float(rng.uniform(0.8, 1.5)))
        drawn.mark(canvas, "bronchiectasis", share)
        drawn.mark_unknown(canvas, "bronchial_wall_thickening", share > 0.05)
        drawn.report(canvas, "bronchiectasis", share, "traction bronchiectasis")
