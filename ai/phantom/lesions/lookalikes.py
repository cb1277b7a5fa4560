"""What resembles airspace disease, collapse or emphysema and is none of it; drawn unmarked, to be left alone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.fields import blurred, smooth_field
from ai.phantom.lesions.volume_loss import draw_in
from ai.phantom.polygons import cells
from ai.phantom.territories import Lung, enhancement_hu, inside_lung, lungs, relative


def _raise(canvas: Canvas, lung: Lung, added_hu: Tensor) -> None:
    """Add to aerated lung of one side; vessels keep their density."""
    hu = canvas.hu[lung.block]
    tissue = ((-250 - hu) / 300).clamp(0, 1) * ((hu + 1010) / 50).clamp(0, 1)
    hu += added_hu * tissue * inside_lung(canvas, lung.block, lung.right)


def _shape(canvas: Canvas, lung: Lung) -> tuple[int, int, int]:
    s, r, c = canvas.hu[lung.block].shape
    return s, r, c


def draw_dependent_density(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Haze along the back, denser towards the pleura: gravity, seen in every second supine scan."""
    fade, glow = float(rng.uniform(4, 16)), float(rng.uniform(60, 230))
    both = lungs(canvas)
    for lung in both:
        _, back, _ = relative(canvas, lung.block, lung.low)
        behind = lung.size[1] - back
        uneven = 1 + 0.35 * smooth_field(_shape(canvas, lung), 30 / canvas.spacing_mm, rng)
        near_wall = torch.exp(-canvas.depth_mm[lung.block].clamp(min=0) / fade) * torch.sigmoid((45 - behind) / 8)
        added = glow * near_wall * uneven.clamp(min=0)
        _raise(canvas, lung, added)
        # Where it is as dense as that a reader may call it ground glass, or the beginning of collapse.
        dense = (added > 150) & (canvas.depth_mm[lung.block] > 0)
        for label in ("groundglass", "atelectasis"):
            canvas.mark_unknown(label, dense, lung.block)
    return bool(both)


def draw_expiration(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Breathed out: all lung denser by 50–130 HU, the bases crowded, some lobules black as before (trapped air)."""
    glow, trapped = float(rng.uniform(50, 130)), float(rng.uniform(0, 0.3))
    both = lungs(canvas)
    for lung in both:
        up, back, _ = relative(canvas, lung.block, lung.low)
        lobules = cells(_shape(canvas, lung), canvas.spacing_mm, float(rng.uniform(12, 24)), rng)
        zone = 1 + 0.8 * smooth_field(_shape(canvas, lung), 60 / canvas.spacing_mm, rng)
        open_lung = 1 - (lobules.lot < trapped * zone) * torch.sigmoid(lobules.wall_mm / 0.8)
        gravity = 1 + 0.4 * (2 * back / lung.size[1] - 1) - 0.2 * (2 * up / lung.size[0] - 1)
        _raise(canvas, lung, glow * open_lung * gravity)
        canvas.mark_unknown("groundglass", torch.full(open_lung.shape, glow > 90), lung.block)
    return bool(both)


def draw_crowded_bases(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A shallow breath: diaphragm high, vessels at the bases close together and faintly hazy."""
    both = lungs(canvas)
    for lung in both:
        middle = tuple((a + b) / 2 for a, b in zip(lung.low, lung.high, strict=True))
        draw_in(
            canvas, lung, (lung.low[0] + 0.3 * lung.size[0], middle[1], middle[2]), 80, float(rng.uniform(0.2, 0.4))
        )
    for lung in lungs(canvas):
        up, _, _ = relative(canvas, lung.block, lung.low)
        added = float(rng.uniform(15, 60)) * torch.sigmoid((0.3 * lung.size[0] - up) / 12)
        _raise(canvas, lung, added.expand(_shape(canvas, lung)))
    return bool(both)


def draw_motion_haze(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The beating heart smears into the lung beside it; vessels there are doubled."""
    both = lungs(canvas)
    if not both:
        return False
    reach = float(rng.uniform(6, 16))
    heart = canvas.landmarks.heart
    middle = heart.middle if heart is not None else None
    for lung in both:
        up, back, left = relative(canvas, lung.block, middle or _heart_guess(both))
        far = torch.sqrt((0.9 * up) ** 2 + back**2 + (0.9 * left) ** 2)
        near = torch.sigmoid((88 - far) / 6) * torch.exp(-canvas.depth_mm[lung.block].clamp(min=0) / reach)
        near = near * inside_lung(canvas, lung.block, lung.right)
        step = max(1, round(float(rng.uniform(2, 5)) / canvas.spacing_mm))
        there = canvas.hu[lung.block]
        ghost = torch.maximum(torch.roll(there, step, 1), torch.roll(there, -step, 2))
        there += (near * (0.2 + 0.3 * rng.random())) * (ghost - there).clamp(0, 700)
        canvas.mark_unknown("groundglass", near > 0.25, lung.block)
    return True


def _heart_guess(both: list[Lung]) -> tuple[float, float, float]:
    """Between the hila, lower and further in front."""
    places = np.array([lung.hilum for lung in both]).mean(0)
    return float(places[0]) - 40, float(places[1]) - 30, float(places[2]) + 12


def draw_beam_hardening(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Streaks of ±10…±45 HU that fan out from a vena cava full of contrast; only where blood is enhanced."""
    cava = canvas.landmarks.vena_cava
    if cava is None or not enhancement_hu(canvas):
        return False
    strength, rays = float(rng.uniform(10, 45)), int(rng.integers(9, 23))
    for share in np.linspace(0.05, 0.9, 5):
        place, radius = cava.at(float(share))
        region = canvas.region((place[0], place[1], place[2]), 70)
        angle = torch.atan2(region.back, region.left)
        across = torch.sqrt(region.back**2 + region.left**2)
        fan = torch.cos(rays * angle + float(rng.uniform(0, 6))) + 0.6 * torch.cos((rays // 2) * angle)
        fade = torch.exp(-across / 28) * torch.sigmoid((across - radius) / 2) * torch.exp(-((region.up / 9) ** 2))
        canvas.hu[region.block] += strength * fan * fade
    return True


def draw_breathing_step(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A few slices taken in another breath: everything in them lies 2–6 mm aside, edges step."""
    both = lungs(canvas)
    if not both:
        return False
    thick = max(1, round(float(rng.uniform(4, 16)) / canvas.spacing_mm))
    start = int(rng.integers(both[0].block[0].start, max(both[0].block[0].stop - thick, both[0].block[0].start + 1)))
    slab = slice(start, start + thick)
    step = max(1, round(float(rng.uniform(2, 6)) / canvas.spacing_mm)) * (1 if rng.random() < 0.5 else -1)
    axis = int(rng.integers(1, 3))
    depth = canvas.depth_mm.clone()
    layers = [canvas.hu, depth, *canvas.truth.values(), *canvas.unknown.values()]
    layers += [canvas.organs] if canvas.organs is not None else []
    for layer in layers:
        layer[slab] = torch.roll(layer[slab], step, axis)
    canvas.depth_mm = depth
    return True


def draw_diaphragm_blur(canvas: Canvas, rng: np.random.Generator) -> bool:
    """The dome moved during the scan: haze above the diaphragm that fades upwards within a centimetre."""
    both = lungs(canvas)
    if not both:
        return False
    sigma = float(rng.uniform(2.5, 6)) / canvas.spacing_mm
    for lung in both:
        low, high = lung.block[0].start, lung.block[0].start + round(0.4 * lung.size[0] / canvas.spacing_mm)
        start = max(0, low - round(16 / canvas.spacing_mm))
        block = (slice(start, high), lung.block[1], lung.block[2])
        smeared = blurred(canvas.hu[block], (sigma, 0.0, 0.0))
        under = torch.cat([canvas.depth_mm[block][:1], canvas.depth_mm[block][:-1]])
        towards_dome = ((canvas.depth_mm[block] - under) / canvas.spacing_mm).clamp(0, 1)
        near = torch.exp(-canvas.depth_mm[block].clamp(min=0) / 9) * towards_dome
        near = near * inside_lung(canvas, block, lung.right)
        canvas.hu[block] += near * (smeared - canvas.hu[block]).clamp(min=0)
        canvas.mark_unknown("groundglass", near > 0.3, block)
    return True


def draw_hyperinflation(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Blown up without holes: lung uniformly black, about −910 HU, vessels thin."""
    goal = float(rng.uniform(-925, -895))
    both = lungs(canvas)
    for lung in both:
        inside = inside_lung(canvas, lung.block, lung.right, 2.0)
        hu = canvas.hu[lung.block]
        level = float(hu[inside > 0.9][::17].median()) if bool((inside > 0.9).any()) else goal
        if level > goal:
            hu += (goal - level) * inside * ((-350 - hu) / 300).clamp(0, 1)
    return bool(both)


def draw_azygos_fissure(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A thin curved line from the right apex to a vein of 5–9 mm that lies in it: an azygos lobe."""
    right = [lung for lung in lungs(canvas) if lung.right]
    if not right:
        return False
    lung = right[0]
    up, back, left = relative(canvas, lung.block, lung.hilum)
    out = left * lung.outward
    height = up - float(rng.uniform(24, 40))
    bow = float(rng.uniform(6, 16)) + 0.25 * height - 0.004 * (back + 4) ** 2
    sheet = torch.sigmoid((0.7 - (out - bow).abs()) / (0.3 * canvas.spacing_mm)) * min(1.0, 1.2 / canvas.spacing_mm)
    sheet = sheet * torch.sigmoid(height / 1.5) * torch.sigmoid((38 - (back + 4).abs()) / 3)
    vein = torch.sqrt((out - bow) ** 2 + height**2) - float(rng.uniform(2.5, 4.5))
    tube = torch.sigmoid(-vein / (0.35 * canvas.spacing_mm)) * torch.sigmoid((38 - (back + 4).abs()) / 3)
    inside = inside_lung(canvas, lung.block, True)
    there = canvas.hu[lung.block]
    there += sheet * inside * (-150 - there).clamp(min=0)
    there += tube * inside * (40 - there).clamp(min=0)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("dependent_density", (), draw_dependent_density, 0.45),
    Drawable("expiration", (), draw_expiration, 0.08),
    Drawable("crowded_bases", (), draw_crowded_bases, 0.08),
    Drawable("motion_haze", (), draw_motion_haze, 0.15),
    Drawable("beam_hardening", (), draw_beam_hardening, 0.25),
    Drawable("breathing_step", (), draw_breathing_step, 0.06),
    Drawable("diaphragm_blur", (), draw_diaphragm_blur, 0.15),
    Drawable("hyperinflation", (), draw_hyperinflation, 0.1),
    Drawable("azygos_fissure", (), draw_azygos_fissure, 0.01),
)
