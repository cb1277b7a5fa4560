"""Consolidation: airspaces filled, vessels hidden, airways often still open in it; the lung keeps its volume."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.airspace import Patch, add_haze, blob, fill, note, settle, subpleural
from ai.phantom.lesions.bronchogram import open_airways
from ai.phantom.territories import (
    Lung,
    enhancement_hu,
    inside_lung,
    lobe_share,
    lungs,
    place_in,
    relative,
)  # fmt: skip


def draw_consolidation(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Fill lung in one of the patterns whose cause the picture does not tell, or as pneumonia does."""
    patterns = (draw_patches, draw_round, draw_peripheral, draw_dependent, draw_segmental)
    return patterns[int(rng.choice(5, p=[0.4, 0.15, 0.15, 0.15, 0.15]))](canvas, rng)


def filled(
    canvas: Canvas, lung: Lung, patch: Patch, rng: np.random.Generator, fringe: Tensor | None = None,
    airways: float = 0.9,
) -> Patch:  # fmt: skip
    """Fill a patch of one lung with soft tissue, a little uneven, and write its truth.

    Args:
        canvas: painted.
        lung: which lung the patch is in.
        patch: share that is filled.
        rng: source of chance.
        fringe: share (same block) of a hazy border that is drawn first and marked as ground glass.
        airways: chance that air bronchograms are seen; without them and without a fringe it may as well be a mass.
    """
    if fringe is not None:
        halo = Patch(patch.block, fringe)
        add_haze(canvas, halo, float(rng.uniform(120, 350)), rng)
        settle(canvas, "groundglass", Patch(patch.block, fringe * (1 - patch.share)), 0.35)
    s, r, c = patch.share.shape
    uneven = 9 * smooth_field((s, r, c), 9 / canvas.spacing_mm, rng)
    enhanced = float(rng.uniform(20, 70)) if enhancement_hu(canvas) else 0.0
    fill(
        canvas,
        Patch(patch.block, patch.share * float(rng.uniform(0.93, 1.0))),
        uneven + float(rng.uniform(5, 50)) + enhanced,
    )
    if rng.random() < airways:
        open_airways(canvas, patch, lung.hilum, rng, open_share=float(rng.uniform(0.4, 1.0)))
    elif fringe is None:
        canvas.mark_unknown("mass", patch.share > 0.1, patch.block)
    settle(canvas, "consolidation", patch)
    return patch


def edge_of(distance: Tensor, inside: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor | None]:
    """Return the filled share and, in most, a hazy fringe of 2–16 mm, from a distance to the edge."""
    share = torch.sigmoid(-distance / float(rng.uniform(0.7, 2.2))) * inside
    if rng.random() < 0.2:
        return share, None
    width = float(rng.uniform(2, 16))
    return share, torch.sigmoid((width - distance) / (width / 3)) * inside


def one_patch(
    canvas: Canvas, lung: Lung, centre: Vector | None, radius_mm: float, rng: np.random.Generator
) -> Patch | None:
    """Fill one uneven patch around a place; none where there is no place."""
    if centre is None:
        return None
    block, distance = blob(canvas, centre, radius_mm, rng, float(rng.uniform(0.2, 0.42)))
    share, fringe = edge_of(distance, inside_lung(canvas, block, lung.right, -0.8), rng)
    return filled(canvas, lung, Patch(block, share), rng, fringe)


def draw_patches(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to four patches of 10–45 mm radius, most against the pleura and behind."""
    both = lungs(canvas)
    drawn = False
    for _ in range(int(rng.choice([1, 2, 3, 4], p=[0.55, 0.25, 0.12, 0.08])) if both else 0):
        lung = both[int(rng.integers(len(both)))]
        depth = (0.0, 14.0 if rng.random() < 0.7 else 80.0)
        centre = place_in(canvas, lung, rng, depth, behind=0.5 if rng.random() < 0.6 else 0.0)
        patch = one_patch(canvas, lung, centre, float(np.exp(rng.uniform(np.log(9), np.log(45)))), rng)
        drawn |= _told(canvas, patch, "consolidation")
    return drawn


def _told(canvas: Canvas, patch: Patch | None, words: str, undecided: tuple[str, ...] = ("pneumonia",)) -> bool:
    """Note what was filled; what else it might be called is left open."""
    if patch is None:
        return False
    for label in undecided:
        canvas.mark_unknown(label, patch.share > 0.1, patch.block)
    return note(canvas, "consolidation", patch, words)


def draw_round(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A round patch of 20–60 mm with hazy edges and, unlike a mass, open airways: nobody is sure at first sight."""
    both = lungs(canvas)
    if not both:
        return False
    lung = both[int(rng.integers(len(both)))]
    centre = place_in(canvas, lung, rng, (6.0, 99.0))
    if centre is None:
        return False
    block, distance = blob(canvas, centre, float(rng.uniform(10, 30)), rng, 0.12)
    inside = inside_lung(canvas, block, lung.right)
    fringe = torch.sigmoid((float(rng.uniform(3, 9)) - distance) / 2.5) * inside
    patch = Patch(block, torch.sigmoid(-distance / float(rng.uniform(1, 2.5))) * inside)
    filled(canvas, lung, patch, rng, fringe, airways=0.9)
    return _told(canvas, patch, "round consolidation", ("pneumonia", "mass", "nodule", "nodulegr1cm"))


def draw_peripheral(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Several bands along the pleura on both sides, often above: organising or eosinophilic pneumonia's pattern."""
    above = rng.random() < 0.6
    drawn = False
    for lung in lungs(canvas):
        for _ in range(int(rng.integers(1, 5))):
            centre = place_in(canvas, lung, rng, (0.5, 6.0), (0.45, 1.0) if above else (0.0, 0.6))
            if centre is None:
                continue
            along, thick = float(rng.uniform(12, 45)), float(rng.uniform(8, 24))
            block, distance = subpleural(canvas, centre, along, thick, rng, 0.25)
            share, fringe = edge_of(distance, inside_lung(canvas, block, lung.right, -0.8), rng)
            patch = filled(canvas, lung, Patch(block, share), rng, fringe)
            drawn |= _told(canvas, patch, "peripheral consolidation")
    return drawn


def draw_dependent(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Basal and posterior, one side or both (aspiration): consolidation, though collapse may have part in it."""
    both = lungs(canvas)
    if both and rng.random() < 0.5:
        both = [both[int(rng.integers(len(both)))]]
    drawn = False
    for lung in both:
        up, back, left = relative(canvas, lung.block, lung.low)
        shape = (up.shape[0], back.shape[1], left.shape[2])
        uneven = smooth_field(shape, 14 / canvas.spacing_mm, rng) * float(rng.uniform(3, 8))
        floor = lung.size[1] * float(rng.uniform(0.55, 0.85))
        tilt = float(rng.uniform(0.1, 0.6))
        height = lung.size[0] * float(rng.uniform(0.25, 0.6))
        distance = torch.maximum((floor - back + tilt * up) / (1 + tilt**2) ** 0.5, up - height) + uneven
        share, fringe = edge_of(distance, inside_lung(canvas, lung.block, lung.right, -0.8), rng)
        patch = filled(canvas, lung, Patch(lung.block, share), rng, fringe)
        drawn |= _told(canvas, patch, "dependent consolidation", ("pneumonia", "atelectasis"))
    return drawn


def draw_segmental(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A segment: a cone from the hilum's side to the pleura, bounded by its lobe's fissures."""
    patch = segment(canvas, rng)
    return _told(canvas, patch, "segmental consolidation with air bronchograms")


def segment(canvas: Canvas, rng: np.random.Generator) -> Patch | None:
    """Fill a segment of some lobe; None where there is no room."""
    both = lungs(canvas)
    if not both:
        return None
    lung = both[int(rng.integers(len(both)))]
    lobe = lobe_share(canvas, lung, lung.lobes[int(rng.integers(len(lung.lobes)))], rng)
    cone = segment_distance(canvas, lung, lobe, rng)
    if cone is None:
        return None
    inside = inside_lung(canvas, lung.block, lung.right, -0.8) * lobe
    share, fringe = edge_of(cone, inside, rng)
    return filled(canvas, lung, Patch(lung.block, share), rng, fringe, airways=0.85)


def segment_distance(
    canvas: Canvas, lung: Lung, lobe: Tensor, rng: np.random.Generator, degrees: tuple[float, float] = (18, 34)
) -> Tensor | None:
    """Return the distance to a cone from the hilum to a chance place on the lobe's pleura; ``degrees``: half angle."""
    target = place_in(canvas, lung, rng, (0.0, 10.0), lobe=lobe)
    if target is None:
        return None
    axis = np.array(target) - np.array(lung.hilum)
    axis /= max(1.0, float(np.linalg.norm(axis)))
    up, back, left = relative(canvas, lung.block, lung.hilum)
    along = up * float(axis[0]) + back * float(axis[1]) + left * float(axis[2])
    radius = torch.sqrt(up**2 + back**2 + left**2)
    across = torch.sqrt((radius**2 - along**2).clamp(min=0))
    slope = float(np.tan(np.deg2rad(rng.uniform(*degrees))))
    shape = (up.shape[0], back.shape[1], left.shape[2])
    uneven = smooth_field(shape, 12 / canvas.spacing_mm, rng) * 3
    return torch.maximum(across - slope * along, 12 - along) + uneven


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("consolidation_patches", ("consolidation",), draw_patches, 0.06),
    Drawable("consolidation_round", ("consolidation",), draw_round, 0.02),
    Drawable("consolidation_peripheral", ("consolidation",), draw_peripheral, 0.02),
    Drawable("consolidation_dependent", ("consolidation",), draw_dependent, 0.03),
    Drawable("consolidation_segmental", ("consolidation",), draw_segmental, 0.03),
)
