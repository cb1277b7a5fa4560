"""Hiatal hernia: a part of the stomach behind the heart, with food, fluid and gas, or fat; and a full oesophagus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Region, Vector, soft
from ai.phantom.courses import clear_of_spine, nearest, stretch
from ai.phantom.drawable import Drawable
from ai.phantom.fields import radial_ripple, smooth_field
from ai.phantom.pleural_space import supplant, volume_of
from ai.phantom.warping import warp

_AIR_HU, _FAT_HU = -990.0, -100.0


@dataclass(frozen=True)
class _Sac:
    centre: Vector
    half_mm: Vector


def _sac(canvas: Canvas, size: float, rng: np.random.Generator) -> _Sac | None:
    oesophagus, spine = canvas.landmarks.oesophagus, canvas.landmarks.spine
    if oesophagus is None:
        return None
    up, back, left = oesophagus.points[-1]
    half = (0.5 * size * float(rng.uniform(0.7, 1.1)), 0.42 * size * float(rng.uniform(0.7, 1.0)), 0.5 * size)
    if spine is not None:
        # The sac lies before the spine, mostly to the left, larger ones on both sides.
        nearest_body = min(zip(spine.points, spine.radii_mm, strict=True), key=lambda one: abs(one[0][0] - up))
        back = min(back, nearest_body[0][1] - nearest_body[1] - 0.75 * half[1])
    place = (up + half[0] * float(rng.uniform(0.3, 0.9)), back, left + float(rng.uniform(-0.3, 0.35)) * size)
    return _Sac(place, half)


def draw_hernia(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A sac of 20–120 mm: sliding and small, or much of the stomach with a gas–fluid level, or mostly fat."""
    size = float(np.exp(rng.uniform(np.log(24), np.log(115))))
    sac = _sac(canvas, size, rng)
    if sac is None:
        return False
    region = canvas.region(sac.centre, max(sac.half_mm) * 1.3 + 28)
    firm = _firm(canvas, region, sac.centre)
    level = region.stretched(1 / np.array(sac.half_mm)) / radial_ripple(region.directions, 0.05, rng)
    distance = (level - 1) * min(sac.half_mm)
    _push(canvas, region, level, min(sac.half_mm), firm)
    share = soft(distance, 0.4 + 0.2 * canvas.spacing_mm) * firm
    volume = volume_of(canvas, share)
    supplant(canvas, share, region.block)
    words = _fill(canvas, region, distance, share, size, rng)
    canvas.mark("hernia", share * (share > 0.25), region.block)
    depth = canvas.depth_mm.clone()
    depth[region.block] = torch.where(share > 0.5, depth[region.block].clamp(max=-1.0), depth[region.block])
    canvas.depth_mm = depth
    if canvas.organs is not None:
        canvas.organs[region.block][share > 0.5] = 0
    canvas.instances.append(Instance("hernia", sac.centre, size, volume, words))
    return True


def _firm(canvas: Canvas, region: Region, centre: Vector) -> Tensor:
    """0 in spine and aorta, 1 elsewhere: the sac lies beside them."""
    free = clear_of_spine(canvas, region, centre)
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return free
    distance, _ = nearest(region, centre, stretch(aorta, 0.45, 1.0, 12.0))
    return free * ((distance - aorta.radii_mm[-1] - 1.5) / 3).clamp(0, 1)


def _push(canvas: Canvas, region: Region, level: Tensor, half_mm: float, firm: Tensor) -> None:
    """What was where the sac grows is moved outwards; growth from a point to the sac, squeezed within 25 mm."""
    radius = region.radius
    surface = radius / level.clamp_min(1e-3)
    small = 0.45 * surface
    beyond = ((radius - surface) / 25).clamp(0, 1)
    source = torch.where(radius < surface, radius * 0.45, radius - (surface - small) * (1 - beyond))
    pull = (source - radius) * firm
    offset = torch.stack([pull * region.directions[..., axis] for axis in range(3)])
    warp(canvas, region.block, offset)


def _fill(
    canvas: Canvas, region: Region, distance: Tensor, share: Tensor, size: float, rng: np.random.Generator
) -> str:
    shape = (share.shape[0], share.shape[1], share.shape[2])
    wall = float(rng.uniform(2.5, 6.0))
    kind = rng.random()
    if kind < 0.22:
        canvas.paint(share, _FAT_HU + 8 * smooth_field(shape, 6, rng), region.block)
        core = soft(distance + 0.55 * size / 2, 1.5)
        canvas.paint(core, float(rng.uniform(20, 50)), region.block)
        return f"hiatal hernia with fat of {size:.0f} mm"
    canvas.paint(share, float(rng.uniform(35, 60)), region.block)
    inside = soft(distance + wall, 0.8) * share
    food = 25 * (smooth_field(shape, 5 / canvas.spacing_mm, rng) > 0.8) * float(rng.uniform(-1, 1))
    canvas.paint(inside, float(rng.uniform(5, 40)) + food, region.block)
    if kind > 0.45:
        # Gas rises to the front of a patient on the back.
        level_mm = float(rng.uniform(-0.3, 0.35)) * size
        gas = inside * soft(region.back - level_mm, 0.6)
        canvas.paint(gas, _AIR_HU, region.block)
        return f"hiatal hernia with a gas–fluid level of {size:.0f} mm"
    return f"hiatal hernia of {size:.0f} mm"


def draw_full_oesophagus(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Air or fluid in an oesophagus of ordinary place, 4–14 mm wide: no hernia, no pneumothorax."""
    oesophagus = canvas.landmarks.oesophagus
    if oesophagus is None:
        return False
    start, stop = sorted(rng.uniform(0.0, 1.0, 2))
    wide = float(rng.uniform(2, 7))
    hu = _AIR_HU if rng.random() < 0.7 else float(rng.uniform(0, 30))
    for share in np.linspace(start, stop, max(2, round((stop - start) * oesophagus.length_mm / 3))):
        place, radius = oesophagus.at(float(share))
        region = canvas.region(place, wide + 4)
        lumen = soft(region.radius - min(wide, radius), 0.4 * canvas.spacing_mm)
        wall = soft(region.radius - wide - 3, 0.8) * (canvas.hu[region.block] > -300)
        canvas.paint(wall * 0.6, 40.0, region.block)
        canvas.paint(lumen * 0.9, hu, region.block)
    return True


def draw_hiatal_fat(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fat around the oesophagus at the hiatus, up to 25 mm: prominent, no hernia."""
    sac = _sac(canvas, float(rng.uniform(14, 26)), rng)
    if sac is None:
        return False
    region = canvas.region(sac.centre, max(sac.half_mm) + 6)
    distance = (region.stretched(1 / np.array(sac.half_mm)) - 1) * min(sac.half_mm)
    room = torch.sigmoid((0 - canvas.hu[region.block]) / 15) * _firm(canvas, region, sac.centre)
    canvas.paint(soft(distance, 1.5) * room, _FAT_HU, region.block)
    canvas.mark_unknown("hernia", (distance < 2) & (room > 0.2), region.block)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("hiatal hernia", ("hernia",), draw_hernia, 0.1),
    Drawable("full oesophagus", (), draw_full_oesophagus, 0.15),
    Drawable("fat at the hiatus", (), draw_hiatal_fat, 0.08),
)
