"""What lies on the skin: ECG leads, zippers, a brassiere's wire, necklaces, lines on the chest."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch

from ai.phantom.canvas import Canvas, soft
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.devices.skin import front_of, outside_body
from ai.phantom.lesions.devices.wires import Path, curve, paint_wire

_CLEARANCE_MM = 3.0


def _on_skin(
    canvas: Canvas, up_mm: float, left_mm: float, off_mm: float = _CLEARANCE_MM
) -> tuple[float, float, float] | None:
    skin = front_of(canvas, up_mm, left_mm)
    return None if skin is None else (skin[0], skin[1] - off_mm, skin[2])


def _over_skin(canvas: Canvas, places: list[tuple[float, float]]) -> Path | None:
    """A path over the front through places of the coronal plane (up, left)."""
    found = []
    for (up, left), (next_up, next_left) in pairwise(places):
        for share in np.linspace(0, 1, 6):
            spot = _on_skin(canvas, up + (next_up - up) * share, left + (next_left - left) * share)
            if spot is not None:
                found.append(spot)
    return curve(np.array(found)) if len(found) >= 3 else None


def _field(canvas: Canvas) -> tuple[float, float]:
    """Height of the field and its middle column, millimetres."""
    return (canvas.shape[0] - 1) * canvas.spacing_mm, canvas.shape[2] * canvas.spacing_mm / 2


def draw_ecg_leads(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Two to five electrodes with their wires."""
    height, middle = _field(canvas)
    drawn = False
    for _ in range(int(rng.integers(2, 6))):
        up, left = height * float(rng.uniform(0.1, 0.9)), middle + float(rng.uniform(-100, 100))
        spot = _on_skin(canvas, up, left, 1.5)
        if spot is None:
            continue
        region = canvas.region(spot, 12.0)
        disc = torch.maximum(torch.sqrt(region.up**2 + region.left**2) - 9.0, region.back.abs() - 1.5)
        bare = outside_body(canvas, region.block)
        canvas.paint(soft(disc, 0.3 * canvas.spacing_mm) * bare, float(rng.uniform(-150, 250)), region.block)
        above = (spot[0], spot[1] - 2.5, spot[2])
        paint_wire(canvas, np.array([spot, above]), 1.8, 3500.0)
        wire = _over_skin(canvas, [(up, left), (up + 40, left + float(rng.normal()) * 30), (height * 0.98, middle)])
        if wire is not None:
            paint_wire(canvas, wire, 0.6, 3500.0)
        drawn = True
    return drawn


def draw_clothes(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A zipper's teeth, buttons, a necklace or a brassiere's wires."""
    height, middle = _field(canvas)
    kind = rng.random()
    if kind < 0.35:
        return _beads(canvas, height, middle + float(rng.normal()) * 12, float(rng.choice([3.0, 60.0])), rng)
    side = float(rng.uniform(45, 70))
    drawn = False
    for sign in (-1.0, 1.0):
        if kind < 0.6:
            line = [(height * 0.97, middle + sign * 60), (height * 0.8, middle + sign * 25), (height * 0.74, middle)]
        else:
            base = height * 0.36
            line = [
                (base + 40, middle + sign * (side + 60)),
                (base, middle + sign * side),
                (base + 25, middle + sign * 8),
            ]
        path = _over_skin(canvas, line)
        if path is not None:
            paint_wire(canvas, path, 0.8, 4500.0)
            drawn = True
    return drawn


def _beads(canvas: Canvas, height: float, left: float, pitch_mm: float, rng: np.random.Generator) -> bool:
    radius = float(rng.uniform(0.7, 1.2)) if pitch_mm < 10 else float(rng.uniform(3, 5))
    drawn = False
    for up in np.arange(height * 0.05, height * 0.9, pitch_mm):
        spot = _on_skin(canvas, float(up), left, 6.0)
        if spot is not None:
            across = np.array([spot, (spot[0], spot[1], spot[2] + 3.0)])
            paint_wire(canvas, across, radius, 4000.0 if pitch_mm < 10 else 300.0)
            drawn = True
    return drawn


def draw_line_on_chest(canvas: Canvas, rng: np.random.Generator) -> bool:
    """An infusion line or an oxygen hose that lies over the chest."""
    height, middle = _field(canvas)
    ways = [
        (height * float(s), middle + float(rng.normal()) * 60)
        for s in np.linspace(0.95, float(rng.uniform(0.1, 0.6)), 4)
    ]
    path = _over_skin(canvas, ways)
    if path is None:
        return False
    paint_wire(canvas, path, float(rng.uniform(1.2, 2.2)), float(rng.uniform(50, 500)))
    return True


DRAWABLES = (
    Drawable("ecg_leads", (), draw_ecg_leads, 0.2),
    Drawable("clothes", (), draw_clothes, 0.05),
    Drawable("line_on_chest", (), draw_line_on_chest, 0.08),
)
