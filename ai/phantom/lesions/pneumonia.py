"""Pneumonia as a picture tells it: a lobe, patches with centrilobular nodules, haze that condenses, a whole lung."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.airspace import Patch, add_haze, fill, note, settle, together
from ai.phantom.lesions.consolidation import edge_of, filled, one_patch, segment
from ai.phantom.lesions.groundglass import foci, glow_drawn
from ai.phantom.polygons import cells
from ai.phantom.territories import Lung, inside_lung, lobe_share, lungs, place_in, relative


def _told(canvas: Canvas, patch: Patch, words: str, consolidated: bool = True) -> bool:
    """Write pneumonia where the patch is, and the instances."""
    settle(canvas, "pneumonia", patch)
    if consolidated:
        note(canvas, "consolidation", patch, words)
    return note(canvas, "pneumonia", patch, words)


def _some_lung(canvas: Canvas, rng: np.random.Generator) -> Lung | None:
    both = lungs(canvas)
    return both[int(rng.integers(len(both)))] if both else None


def draw_lobar(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A lobe filled to its fissures, wholly or from the pleura inwards, with air bronchograms."""
    lung = _some_lung(canvas, rng)
    if lung is None:
        return False
    lobe = lobe_share(canvas, lung, lung.lobes[int(rng.integers(len(lung.lobes)))], rng)
    inside = inside_lung(canvas, lung.block, lung.right, -0.8) * lobe
    up, back, left = relative(canvas, lung.block, lung.low)
    uneven = smooth_field((up.shape[0], back.shape[1], left.shape[2]), 30 / canvas.spacing_mm, rng)
    share, fringe = edge_of((uneven - float(rng.uniform(-0.4, 2.5))) * 14, inside, rng)
    patch = filled(canvas, lung, Patch(lung.block, share), rng, fringe, airways=0.95)
    return _told(canvas, patch, "lobar consolidation with air bronchograms")


def draw_whole_lung(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Nearly all of a lung, dense or mixed with haze."""
    lung = _some_lung(canvas, rng)
    if lung is None:
        return False
    inside = inside_lung(canvas, lung.block, lung.right, -0.8)
    up, back, left = relative(canvas, lung.block, lung.low)
    uneven = smooth_field((up.shape[0], back.shape[1], left.shape[2]), 26 / canvas.spacing_mm, rng)
    dense = (uneven - float(rng.uniform(-0.3, 2.2))) * 12
    share = torch.sigmoid(-dense / 2) * inside
    whole = torch.sigmoid((float(rng.uniform(14, 40)) - dense) / 6) * inside
    patch = filled(canvas, lung, Patch(lung.block, share), rng, whole, airways=0.95)
    affected = Patch(lung.block, torch.maximum(share, whole))
    note(canvas, "consolidation", patch, "consolidation of nearly the whole lung")
    halo = Patch(lung.block, (affected.share - share).clamp(min=0))
    note(canvas, "groundglass", halo, "ground-glass opacity around consolidation")
    return _told(canvas, affected, "pneumonia of nearly the whole lung", consolidated=False)


def draw_small_patch(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One patch of 8–22 mm radius in an otherwise clear lung, with some nodules around it."""
    lung = _some_lung(canvas, rng)
    if lung is None:
        return False
    patch = one_patch(canvas, lung, place_in(canvas, lung, rng, (2.0, 99.0)), float(rng.uniform(8, 22)), rng)
    if patch is None:
        return False
    note(canvas, "consolidation", patch, "patch of consolidation")
    dots = _centrilobular(canvas, lung, patch, float(rng.uniform(10, 25)), rng)
    return _told(canvas, together([patch, dots]), "small patch of pneumonia", consolidated=False)


def draw_segmental(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One segment to its fissure."""
    patch = segment(canvas, rng)
    return patch is not None and _told(canvas, patch, "segmental consolidation with air bronchograms")


def draw_bronchopneumonia(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Three to ten patches of some lobes, lobules filled between them, centrilobular nodules around."""
    both = lungs(canvas)
    if not both:
        return False
    if rng.random() < 0.5:
        both = [both[int(rng.integers(len(both)))]]
    drawn = []
    for lung in both:
        lobe = lobe_share(canvas, lung, lung.lobes[int(rng.integers(len(lung.lobes)))], rng)
        patches = []
        for _ in range(int(rng.integers(2, 7))):
            centre = place_in(canvas, lung, rng, (2.0, 99.0), lobe=lobe)
            patch = one_patch(canvas, lung, centre, float(np.exp(rng.uniform(np.log(5), np.log(24)))), rng)
            patches += [patch] if patch is not None else []
        if not patches:
            continue
        whole = together(patches)
        note(canvas, "consolidation", whole, "patchy consolidation")
        dots = _centrilobular(canvas, lung, whole, float(rng.uniform(14, 35)), rng)
        words = "patchy consolidation with centrilobular nodules"
        drawn.append(_told(canvas, together([whole, dots]), words, consolidated=False))
    return any(drawn)


def _centrilobular(canvas: Canvas, lung: Lung, patch: Patch, reach_mm: float, rng: np.random.Generator) -> Patch:
    """Put hazy or dense dots of 3–8 mm into the middles of lobules within reach of a patch."""
    spots = torch.nonzero(patch.share > 0.5)
    if spots.shape[0] == 0:
        return patch
    start = [part.start for part in patch.block]
    middle = (spots.float().mean(0) + torch.tensor(start, dtype=torch.float32)) * canvas.spacing_mm
    wide = float(spots.float().std(0).max()) * canvas.spacing_mm * 1.7 + reach_mm
    region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), wide)
    s, r, c = canvas.hu[region.block].shape
    lobules = cells((s, r, c), canvas.spacing_mm, float(rng.uniform(7, 11)), rng)
    size = float(rng.uniform(1.6, 2.6)) * (0.7 + 0.8 * lobules.lot)
    near = torch.sigmoid((wide - region.radius) / (reach_mm / 4)) * (lobules.lot * 7 % 1 < float(rng.uniform(0.3, 0.8)))
    dots = torch.sigmoid((size - lobules.centre_mm) / (0.35 * canvas.spacing_mm)) * near
    dots = dots * inside_lung(canvas, region.block, lung.right, 2.0)
    there = canvas.hu[region.block]
    there += dots * (float(rng.uniform(-550, -80)) - there).clamp(min=0)
    around = Patch(region.block, near.float() * inside_lung(canvas, region.block, lung.right))
    for label in ("pneumonia", "tree_in_bud", "groundglass", "nodule"):
        canvas.mark_unknown(label, around.share * (lobules.centre_mm < 2 * size) > 0.3, region.block)
    return Patch(region.block, dots)


def draw_covid(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Peripheral haze on both sides, some of it condensed to consolidation."""
    patches = foci(canvas, rng, int(rng.integers(3, 16)), peripheral=True)
    if not patches:
        return False
    glow, dense = glow_drawn(rng), []
    for patch in patches:
        add_haze(canvas, patch, glow * float(rng.uniform(0.7, 1.2)), rng)
        settle(canvas, "groundglass", patch)
    for patch in patches:
        if rng.random() < 0.55:
            dense.append(_condensed(canvas, patch, rng))
    if not dense:
        dense.append(_condensed(canvas, patches[0], rng))
    whole = together(patches)
    note(canvas, "groundglass", whole, "multifocal peripheral ground-glass opacities")
    note(canvas, "consolidation", together(dense), "peripheral consolidation within ground glass")
    return _told(canvas, whole, "multifocal peripheral ground glass and consolidation", consolidated=False)


def _condensed(canvas: Canvas, patch: Patch, rng: np.random.Generator) -> Patch:
    s, r, c = patch.share.shape
    field = smooth_field((s, r, c), 12 / canvas.spacing_mm, rng)
    core = torch.sigmoid((field - float(rng.uniform(-0.2, 0.9))) * 5) * torch.sigmoid((patch.share - 0.75) * 14)
    filled_part = Patch(patch.block, core)
    fill(canvas, filled_part, float(rng.uniform(-60, 40)))
    settle(canvas, "consolidation", filled_part)
    return filled_part


def draw_round_pneumonia(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Several round septic-looking patches at the bases' pleura, or a lobule here and there."""
    lung = _some_lung(canvas, rng)
    if lung is None:
        return False
    patches = []
    for _ in range(int(rng.integers(2, 6))):
        centre = place_in(canvas, lung, rng, (3.0, 99.0), (0.0, 0.6))
        patch = one_patch(canvas, lung, centre, float(rng.uniform(5, 14)), rng)
        patches += [patch] if patch is not None else []
    return bool(patches) and _told(canvas, together(patches), "multifocal patchy consolidation")


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("pneumonia_lobar", ("pneumonia", "consolidation"), draw_lobar, 0.04),
    Drawable("pneumonia_whole_lung", ("pneumonia", "consolidation"), draw_whole_lung, 0.015),
    Drawable("pneumonia_patch", ("pneumonia", "consolidation"), draw_small_patch, 0.03),
    Drawable("pneumonia_segmental", ("pneumonia", "consolidation"), draw_segmental, 0.025),
    Drawable("bronchopneumonia", ("pneumonia", "consolidation"), draw_bronchopneumonia, 0.04),
    Drawable("pneumonia_covid", ("pneumonia", "consolidation", "groundglass"), draw_covid, 0.05),
    Drawable("pneumonia_multifocal", ("pneumonia", "consolidation"), draw_round_pneumonia, 0.02),
)
