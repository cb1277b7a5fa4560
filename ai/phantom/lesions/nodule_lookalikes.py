"""What resembles a nodule and is none: vessels end-on and at forks, ribs, plaques, plugs, scars, nipples, fissures."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.finely import Fine
from ai.phantom.lesions.forms import Margin, distance_to
from ai.phantom.lesions.places import fissure_place, lung_place, spots
from ai.phantom.rods import paint_rod
from ai.phantom.shapes import ellipsoid
from ai.phantom.territories import Lung, enhancement_hu, lungs


def draw_vessel_forks(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to five vessels that fork, with a thick joint, some seen end-on: they run on at both ends."""
    sides = lungs(canvas)
    blood = enhancement_hu(canvas) or float(rng.uniform(30, 50))
    drawn = False
    for _ in range(int(rng.integers(1, 6))):
        place = lung_place(canvas, rng, 4.0, (8.0, 200.0))
        if place is None or not sides:
            continue
        hilum = min((lung.hilum for lung in sides), key=lambda h: float(np.linalg.norm(np.subtract(h, place))))
        _fork(canvas, np.array(place), np.array(hilum), blood, rng)
        drawn = True
    return drawn


def _fork(
    canvas: Canvas, joint: NDArray[np.float64], hilum: NDArray[np.float64], blood: float, rng: np.random.Generator
) -> None:
    """A stem from the hilum's side, two branches outwards; the joint is a little thicker than each."""
    out = joint - hilum
    out /= max(float(np.linalg.norm(out)), 1e-3)
    if rng.random() < 0.4:
        out = rng.normal(size=3)  # end-on or across: any way
        out /= np.linalg.norm(out)
    radius = float(rng.uniform(1.2, 3.0))
    stem = joint - out * rng.uniform(12, 30)
    paint_rod(canvas, stem, joint, (radius * 1.15, radius * 1.05), blood)
    spread = np.cross(out, rng.normal(size=3))
    spread /= np.linalg.norm(spread)
    for sign in (-1.0, 1.0):
        branch = out + sign * spread * rng.uniform(0.3, 1.0)
        end = joint + branch * rng.uniform(10, 25)
        paint_rod(canvas, joint, end, (radius * 0.85, radius * 0.45), blood)


def draw_nipple(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A bump of 6–12 mm on the skin in front of each lung, as the nipples are."""
    drawn = False
    for lung in lungs(canvas):
        up = lung.low[0] + lung.size[0] * float(rng.uniform(0.25, 0.45))
        left = (lung.low[2] + lung.high[2]) / 2 + lung.outward * float(rng.uniform(-10, 25))
        s, c = round(up / canvas.spacing_mm), round(left / canvas.spacing_mm)
        if not (0 <= s < canvas.shape[0] and 0 <= c < canvas.shape[2]):
            continue
        skin = torch.nonzero(canvas.hu[s, :, c] > -300)
        if skin.numel() == 0 or int(skin.min()) < 2:
            continue
        centre = (up, float(int(skin.min())) * canvas.spacing_mm - 1.0, left)
        _lump(canvas, centre, float(rng.uniform(3, 6)), float(rng.uniform(10, 50)))
        drawn = True
    return drawn


def _lump(canvas: Canvas, centre: Vector, radius_mm: float, hu: float) -> None:
    fine = Fine.around(canvas, centre, radius_mm + canvas.spacing_mm, 1.0)
    share = fine.mean(fine.inside(fine.region.radius - radius_mm))
    canvas.hu[fine.region.block] += share * (hu - canvas.hu[fine.region.block]).clamp(min=0)


def draw_rib_ends(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The first ribs' cartilage and spurs, which bulge into the front of the upper lobes."""
    drawn = False
    for lung in lungs(canvas):
        place = _front_of_apex(canvas, lung, rng)
        if place is None:
            continue
        half = rng.uniform(5, 11, size=3)
        fine = Fine.around(canvas, place, float(half.max()) + canvas.spacing_mm, 1.0)
        r = fine.region
        distance = ellipsoid(r.up, r.back, r.left, (float(half[0]), float(half[1]), float(half[2])))
        room = fine.inside(fine.cut(canvas.depth_mm) - float(rng.uniform(2, 6)))
        rind = fine.inside(distance) * room
        value = float(rng.uniform(90, 250)) + (-distance < 2) * float(rng.uniform(0, 500))
        part, paint = fine.mean(rind), fine.mean(rind * value)
        canvas.hu[r.block] += paint - part * canvas.hu[r.block]
        canvas.mark_unknown("pleural_thickening", part > 0.1, r.block)
        drawn = True
    return drawn


def _front_of_apex(canvas: Canvas, lung: Lung, rng: np.random.Generator) -> Vector | None:
    """A place just outside the lung's surface, in front, in the upper fifth, near the middle."""
    up = lung.high[0] - lung.size[0] * float(rng.uniform(0.1, 0.22))
    left = lung.hilum[2] + lung.outward * float(rng.uniform(8, 25))
    s, c = round(up / canvas.spacing_mm), round(left / canvas.spacing_mm)
    if not (0 <= s < canvas.shape[0] and 0 <= c < canvas.shape[2]):
        return None
    inside = torch.nonzero((canvas.depth_mm[s, :, c] > 0) & (canvas.right[s, :, c] == lung.right))
    if inside.numel() == 0:
        return None
    return up, float(int(inside.min())) * canvas.spacing_mm - 2.0, left


def draw_plaques(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four flat pads of the pleura, 2–6 mm thick, some with calcium: plaques, not nodules."""
    drawn = False
    for _ in range(int(rng.integers(1, 5))):
        place = lung_place(canvas, rng, 5.0, (0.0, 3.0))
        if place is None:
            continue
        wide, thick = float(rng.uniform(8, 24)), float(rng.uniform(2, 6))
        region = canvas.region(place, wide + canvas.spacing_mm)
        pad = thick * (1 - (region.radius / wide) ** 2).clamp(min=0)
        depth = canvas.depth_mm[region.block]
        share = (0.5 + (pad - depth) / canvas.spacing_mm).clamp(0, 1) * (pad > 0.3)
        share = share * (0.5 + (depth + 1) / canvas.spacing_mm).clamp(0, 1)
        hard = rng.random() < 0.4
        canvas.paint(share, float(rng.uniform(250, 700) if hard else rng.uniform(30, 60)), region.block)
        for label in ("pleural_thickening", *(("calcification", "granuloma") if hard else ())):
            canvas.mark_unknown(label, share > 0.1, region.block)
        drawn = True
    return drawn


def draw_mucus_plugs(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to three bronchi filled with mucus: branching fingers of 3–9 mm that point to the hilum."""
    sides = lungs(canvas)
    drawn = False
    for _ in range(int(rng.integers(1, 4))):
        place = lung_place(canvas, rng, 5.0, (8.0, 45.0))
        if place is None or not sides:
            continue
        hilum = np.array(min((s.hilum for s in sides), key=lambda h: float(np.linalg.norm(np.subtract(h, place)))))
        way = np.array(place) - hilum
        way /= max(float(np.linalg.norm(way)), 1e-3)
        wide, hu = float(rng.uniform(1.5, 4.5)), float(rng.uniform(0, 45))
        for _ in range(int(rng.integers(1, 4))):
            bend = way + 0.5 * rng.normal(size=3)
            end = np.array(place) + bend * rng.uniform(9, 26)
            block, share = paint_rod(canvas, place, end, (wide * 0.8, wide), hu)
            for label in ("bronchiectasis", "tree_in_bud"):
                canvas.mark_unknown(label, share > 0.1, block)
        drawn = True
    return drawn


def draw_small_scars(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four flat or stellate scars of 5–20 mm, drawn out in lines; no nodules."""
    drawn = False
    for _ in range(int(rng.integers(1, 5))):
        place = lung_place(canvas, rng, 5.0, (2.0, 30.0), low_zone=-0.3)
        if place is None:
            continue
        way = rng.normal(size=3)
        for _ in range(int(rng.integers(2, 6))):
            line = 0.8 * way + 0.7 * rng.normal(size=3)
            line *= rng.uniform(5, 14) / np.linalg.norm(line)
            start = np.array(place) + rng.normal(0, 1.5, 3)
            thick = float(rng.uniform(0.5, 1.6))
            hu = float(rng.uniform(-200, 30))
            block, share = paint_rod(canvas, start - 0.5 * line, start + line, (thick, 0.3), hu)
            for label in ("scarring", "bandlike_or_linear", "reticulation", "fibrosis"):
                canvas.mark_unknown(label, share > 0.1, block)
        drawn = True
    return drawn


def draw_fissure_lens(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fluid caught in a fissure: a lens of 16–44 mm along the border of two lobes; only where lobes are known."""
    place = fissure_place(canvas, rng)
    if place is None or canvas.organs is None:
        return False
    wide = float(rng.uniform(8, 22))
    thick = wide * float(rng.uniform(0.15, 0.4))
    region = canvas.region(place, wide + canvas.spacing_mm)
    organs = canvas.organs[region.block]
    own = organs[tuple(n // 2 for n in organs.shape)]
    if int(own) == 0:
        return False
    border = torch.nn.functional.avg_pool3d((organs == own).float()[None, None], 5, 1, 2)[0, 0]
    near = (border - 0.5).abs() * 2.5 * 2 * canvas.spacing_mm
    pad = thick / 2 * (1 - (region.radius / wide) ** 2).clamp(min=0)
    share = (0.5 + (pad - near) / canvas.spacing_mm).clamp(0, 1) * (pad > 0.3) * (canvas.depth_mm[region.block] > 0)
    canvas.paint(share, float(rng.uniform(0, 25)), region.block)
    for label in ("pleural_effusion", "pleural_thickening"):
        canvas.mark_unknown(label, share > 0.1, region.block)
    return True


def draw_thymus(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Soft tissue mixed with fat in front of the great vessels, a triangle: normal, not enlarged nodes."""
    found = spots(canvas, rng)
    sides = lungs(canvas)
    if len(sides) < 2:
        return False
    one, other = (lung.hilum for lung in sides)
    places = found.index * canvas.spacing_mm
    up, back = places[:, 0] - one[0], places[:, 1] - one[1]
    fat = (found.hu > -130) & (found.hu < -60) & (up > 0) & (up < 40) & (back < -15) & (found.depth_mm < -2)
    fat &= abs(places[:, 2] - (one[2] + other[2]) / 2) < 18
    chosen = np.flatnonzero(fat)
    if chosen.size == 0:
        return False
    a, b, c = (float(v) for v in places[int(rng.choice(chosen))])
    radius = float(rng.uniform(8, 16))
    fine = Fine.around(canvas, (a, b, c), radius * 1.6, 2.5)
    distance = distance_to(fine.region, radius, Margin.TRIANGULAR, int(rng.integers(2**31)))
    mixed = float(rng.uniform(-60, 40)) + 25 * smooth_field(fine.shape, 2, rng)
    hu = canvas.hu[fine.region.block]
    free = ((hu + 200) / 40).clamp(0, 1) * ((0 - hu) / 40).clamp(0, 1)
    body = fine.inside(distance)
    canvas.hu[fine.region.block] += free * (fine.mean(body * mixed) - fine.mean(body) * hu)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("thick vessel forks", (), draw_vessel_forks, 0.3),
    Drawable("nipples", (), draw_nipple, 0.12),
    Drawable("rib ends", (), draw_rib_ends, 0.15),
    Drawable("plaques en face", (), draw_plaques, 0.12),
    Drawable("mucus plugs", (), draw_mucus_plugs, 0.12),
    Drawable("small scars", (), draw_small_scars, 0.2),
    Drawable("lens in a fissure", (), draw_fissure_lens, 0.06),
    Drawable("thymus", (), draw_thymus, 0.1),
)
