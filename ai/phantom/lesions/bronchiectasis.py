"""Bronchiectasis: airways wider than their arteries that do not narrow outwards: cylindrical, varicose or cystic."""

from __future__ import annotations

import numpy as np

from ai.phantom.airway_brush import draw_airways, draw_arteries_beside, fill_lumen, level_in
from ai.phantom.canvas import Canvas
from ai.phantom.contraction import contract
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.airway_territory import Territory, territory
from ai.phantom.sprouting import Places
from ai.phantom.territories import Lung, lungs
from ai.phantom.tubes import Tube

_KINDS = ("cylindrical", "varicose", "cystic")


def draw_bronchiectasis(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw one to five territories of one kind, a segment to both lungs."""
    found = lungs(canvas)
    if not found:
        return False
    kind = _KINDS[int(rng.choice(3, p=[0.5, 0.22, 0.28]))]
    low = float(rng.choice([0.8, 0.15], p=[0.7, 0.3]))
    drawn = False
    for _ in range(int(rng.choice([1, 2, 3, 5], p=[0.45, 0.25, 0.18, 0.12]))):
        drawn |= _one_territory(canvas, found[int(rng.integers(len(found)))], kind, low, rng)
    return drawn


def _one_territory(canvas: Canvas, lung: Lung, kind: str, low: float, rng: np.random.Generator) -> bool:
    radius = float(rng.uniform(18, 45))
    wide = float(np.exp(rng.uniform(np.log(1.5), np.log(4.0))))
    place = territory(canvas, lung, radius, int(rng.integers(3, 13)), wide, rng, low, (3.0, 18.0))
    if place is None:
        return False
    if rng.random() < 0.4:
        contract(canvas, place.centre, 1.3 * radius, float(rng.uniform(0.1, 0.4)))
    tubes = [_widened(tube, kind, rng) for tube in (*_known_lumens(place, wide), *place.grown)]
    wall = float(np.exp(rng.uniform(np.log(0.9), np.log(2.6))))
    if kind == "cystic":
        tubes += _cysts(place.grown, rng)
    if rng.random() < 0.75:
        draw_arteries_beside(canvas, place.grown, wall, float(rng.uniform(0.8, 1.6)), rng)
    spots, share = draw_airways(canvas, tubes, wall)
    if not bool((share > 0.5).any()):
        return True
    spots.mark(canvas, "bronchiectasis", share)
    if wall > 1.3:
        spots.mark(canvas, "bronchial_wall_thickening", share)
    else:
        spots.mark_unknown(canvas, "bronchial_wall_thickening", share > 0.05)
    for other in ("cavitation", "cyst", "nodule", "atelectasis"):
        if kind == "cystic" or other == "nodule":
            spots.mark_unknown(canvas, other, share > 0.05)
    if kind == "cystic" and rng.random() < 0.4:
        level_in(canvas, spots, share, float(rng.uniform(0.05, 0.25)), float(rng.uniform(0, 30)))
    plugs = _plugs(tubes, rng) if rng.random() < 0.45 else []
    if plugs:
        fill_lumen(canvas, plugs, float(rng.uniform(10, 40)))
    extra = ", mucus plugs" if plugs else ""
    spots.report(canvas, "bronchiectasis", share, f"{kind} bronchiectasis{extra}")
    return True


def _known_lumens(place: Territory, wide_mm: float) -> list[Tube]:
    """Known airways of the territory, widened 1.3–4 times as the ends are, never narrower than these."""
    found = []
    for airway in place.known:
        tube = Tube.of(airway.course)
        factor = float(np.clip(wide_mm / max(0.5, float(tube.radii_mm[-1])), 1.3, 4.0))
        found.append(tube.with_radii(np.maximum(tube.radii_mm * 1.3, np.minimum(tube.radii_mm * factor, wide_mm))))
    return found


def _widened(tube: Tube, kind: str, rng: np.random.Generator) -> Tube:
    beads = tube.beads(1.5)
    if kind == "cylindrical":
        return beads.with_radii(beads.radii_mm * float(rng.uniform(0.85, 1.15)))
    length = float(rng.uniform(6, 13))
    waves = 1 + float(rng.uniform(0.25, 0.45)) * np.sin(2 * np.pi * beads.steps_mm / length + rng.uniform(0, 6))
    return beads.with_radii(beads.radii_mm * waves)


def _cysts(tubes: tuple[Tube, ...], rng: np.random.Generator) -> list[Tube]:
    """Bunches of saccules of 5–20 mm at the ends of branches, touching each other."""
    found = []
    size = float(np.exp(rng.uniform(np.log(2.5), np.log(8))))
    for tube in tubes:
        if rng.random() < 0.25:
            continue
        end: Places = tube.points[-1]
        for _ in range(int(rng.integers(1, 5))):
            radius = size * float(rng.uniform(0.6, 1.35))
            found.append(_saccule(end, radius, rng))
            step = rng.normal(size=3)
            end = end + step / np.linalg.norm(step) * radius * 1.9
    return found


def _saccule(centre: Places, radius_mm: float, rng: np.random.Generator) -> Tube:
    stretch: Places = rng.normal(size=3) * radius_mm * 0.4
    ends = radius_mm * rng.uniform(0.7, 1.05, 2)
    return Tube(np.stack([centre - stretch, centre + stretch]), ends)


def _plugs(tubes: list[Tube], rng: np.random.Generator) -> list[Tube]:
    """Stretches of lumen full of mucus."""
    found = []
    for tube in tubes:
        if rng.random() < 0.3 and len(tube.points) > 4:
            start = int(rng.integers(len(tube.points) - 3))
            stop = start + int(rng.integers(3, len(tube.points) - start + 1))
            found.append(Tube(tube.points[start:stop], tube.radii_mm[start:stop]))
    return found


DRAWABLES = (Drawable("bronchiectasis", ("bronchiectasis", "bronchial_wall_thickening"), draw_bronchiectasis, 0.09),)
