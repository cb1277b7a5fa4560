"""Enlarged lymph nodes of mediastinum, hila and axillae, and normal ones that resemble them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.finely import Fine
from ai.phantom.lesions.calcium import Calcium, calcium_share
from ai.phantom.lesions.places import spots
from ai.phantom.lesions.pushing import push
from ai.phantom.territories import enhancement_hu, lungs

_LEAST_MM, _MOST_MM = 10.5, 45.0
"""Short axes drawn; above 10 mm a node is called enlarged."""


def stations(canvas: Canvas, rng: np.random.Generator) -> dict[str, Vector]:
    """Return known stations, else the hila and some places in the fat between the lungs."""
    if canvas.landmarks.nodes:
        return dict(canvas.landmarks.nodes)
    sides = lungs(canvas)
    found = {("10R" if lung.right else "10L"): lung.hilum for lung in sides}
    if len(sides) < 2:
        return found
    one, other = (lung.hilum for lung in sides)
    middle, wide = (one[2] + other[2]) / 2, abs(one[2] - other[2]) / 2
    drawn = spots(canvas, rng)
    places = drawn.index * canvas.spacing_mm
    up = places[:, 0] - (one[0] + other[0]) / 2
    fat = (drawn.hu > -130) & (drawn.hu < -40) & (drawn.depth_mm < -3) & (up > -25) & (up < 60)
    fat &= (abs(places[:, 2] - middle) < 0.8 * wide) & (abs(places[:, 1] - (one[1] + other[1]) / 2) < 45)
    for k in np.flatnonzero(fat)[:6]:
        a, b, c = (float(v) for v in places[k])
        found[f"mediastinum {k}"] = (a, b, c)
    return found


def draw_lymphadenopathy(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Nodes of 11–40 mm short axis at one to five stations, single or grown together."""
    known = stations(canvas, rng)
    if not known:
        return False
    names = sorted(known)
    weights = np.array([0.4 if name.startswith("axilla") else 1.0 for name in names])
    count = min(len(names), int(rng.choice([1, 2, 3, 5], p=[0.35, 0.3, 0.2, 0.15])))
    middle = float(np.exp(rng.uniform(np.log(11), np.log(32))))
    enhanced = float(rng.uniform(0.05, 0.25)) * enhancement_hu(canvas)
    kind = str(rng.choice(["homogeneous", "necrotic", "calcified"], p=[0.75, 0.15, 0.1]))
    for name in rng.choice(names, count, replace=False, p=weights / weights.sum()):
        place = np.array(known[str(name)])
        for k in range(1 if rng.random() < 0.65 else int(rng.integers(2, 5))):
            short = float(np.clip(middle * np.exp(rng.normal(0, 0.25)), _LEAST_MM, _MOST_MM))
            centre = place + (rng.normal(0, 3, 3) if k == 0 else rng.normal(0, short * 0.5, 3))
            _enlarged(canvas, centre, short, kind, enhanced, rng)
    return True


def _enlarged(
    canvas: Canvas, place: NDArray[np.float64], short_mm: float, kind: str, enhanced: float, rng: np.random.Generator
) -> None:
    centre = (float(place[0]), float(place[1]), float(place[2]))
    push(canvas, centre, short_mm * 0.6, float(rng.uniform(0.4, 0.8)), wall_gives=True)
    fine, distance, size = _oval(canvas, centre, short_mm, rng)
    body = fine.inside(distance)
    value: Tensor = float(rng.uniform(28, 55)) + enhanced + 5 * smooth_field(fine.shape, 3, rng)
    if kind == "necrotic":
        dead = (0.5 - (distance + 0.2 * short_mm) / 3).clamp(0, 1)
        value = value + dead * (float(rng.uniform(8, 22)) - value)
    bright = None
    if kind == "calcified":
        pattern = Calcium(rng.choice([Calcium.ECCENTRIC, Calcium.STIPPLED, Calcium.POPCORN]))
        bright = calcium_share(fine, distance, short_mm / 2, pattern, rng)
        value = value + bright * (float(rng.uniform(250, 900)) - value)
    block = fine.region.block
    free = _free(canvas.hu[block])
    share = fine.mean(body) * free
    canvas.hu[block] += fine.mean(body * value) * free - share * canvas.hu[block]
    canvas.mark("lymphadenopathy", share, block)
    canvas.mark_unknown("mass", share > 0.1, block)
    if bright is not None:
        canvas.mark("calcification", fine.mean(body * bright) * free, block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    words = f"{kind} lymph node with a short axis of {short_mm:.0f} mm"
    canvas.instances.append(Instance("lymphadenopathy", centre, size, volume, words))


def _oval(canvas: Canvas, centre: Vector, short_mm: float, rng: np.random.Generator) -> tuple[Fine, Tensor, float]:
    """Return a bean whose shortest axis is known, its distance and the diameter of its volume."""
    half = short_mm / 2 * np.array([rng.uniform(1.1, 1.9), rng.uniform(1.0, 1.3), rng.uniform(1.0, 1.3)])
    half[int(rng.integers(1, 3))] = short_mm / 2
    fine = Fine.around(canvas, centre, float(half.max()) + canvas.spacing_mm, float(np.clip(short_mm / 9, 0.5, 2.5)))
    uneven = 1 + 0.05 * smooth_field(fine.shape, max(2.0, short_mm / 3 / fine.spacing_mm), rng)
    distance = (fine.region.stretched(1 / half) - uneven) * short_mm / 2
    return fine, distance, float(2 * np.prod(half) ** (1 / 3))


def _free(hu: Tensor) -> Tensor:
    """Where a node may be: open airways, enhanced vessels and bone keep their place."""
    return ((hu + 985) / 60).clamp(0, 1) * ((190 - hu) / 80).clamp(0, 1)


def draw_normal_nodes(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Two to eight nodes of 3–8 mm short axis, some with a fatty hilum: normal."""
    known = stations(canvas, rng)
    if not known:
        return False
    names = sorted(known)
    for _ in range(int(rng.integers(2, 9))):
        place = np.array(known[names[int(rng.integers(len(names)))]]) + rng.normal(0, 5, 3)
        centre = (float(place[0]), float(place[1]), float(place[2]))
        short = float(rng.uniform(3, 8))
        fine, distance, _ = _oval(canvas, centre, short, rng)
        value = fine.inside(distance) * 0 + float(rng.uniform(20, 50))
        if rng.random() < 0.4:
            value = value + fine.inside(distance + short * 0.25) * (-80.0 - value)
        body = fine.inside(distance)
        block = fine.region.block
        # Only in fat: nothing of the lung or of other organs is covered.
        hu = canvas.hu[block]
        free = ((hu + 200) / 40).clamp(0, 1) * ((0 - hu) / 40).clamp(0, 1)
        canvas.hu[block] += free * (fine.mean(body * value) - fine.mean(body) * hu)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("lymphadenopathy", ("lymphadenopathy", "calcification"), draw_lymphadenopathy, 0.12),
    Drawable("normal nodes", (), draw_normal_nodes, 0.4),
)
