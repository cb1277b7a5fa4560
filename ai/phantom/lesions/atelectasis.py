"""Atelectasis: lung without air that has lost its volume, so that fissures, diaphragm and mediastinum come to it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.lesions.airspace import Patch, blob, fill, note, settle, subpleural
from ai.phantom.lesions.bronchogram import open_airways
from ai.phantom.lesions.collapse import Collapse, anchor_of, collapsed_distance, give_room
from ai.phantom.lesions.consolidation import segment_distance
from ai.phantom.lesions.volume_loss import draw_in
from ai.phantom.shapes import capsule
from ai.phantom.territories import Lung, enhancement_hu, inside_lung, lobe_share, lungs, place_in, relative


def collapsed_hu(canvas: Canvas, rng: np.random.Generator) -> float:
    """Draw the density of collapsed lung: its blood stays in it, so that it enhances strongly (80–130 HU)."""
    return float(rng.uniform(80, 130)) if enhancement_hu(canvas) else float(rng.uniform(28, 60))


def _side(canvas: Canvas, rng: np.random.Generator, right: bool | None = None) -> Lung | None:
    both = [lung for lung in lungs(canvas) if right is None or lung.right == right]
    return both[int(rng.integers(len(both)))] if both else None


def _filled(canvas: Canvas, patch: Patch, rng: np.random.Generator, hu: float | None = None) -> None:
    """Fill airless lung; whoever sees it without its shape might call it consolidation."""
    s, r, c = patch.share.shape
    uneven = 6 * smooth_field((s, r, c), 8 / canvas.spacing_mm, rng)
    fill(canvas, patch, uneven + (collapsed_hu(canvas, rng) if hu is None else hu))
    settle(canvas, "atelectasis", patch)
    canvas.mark_unknown("consolidation", patch.share > 0.1, patch.block)


_WORDS = {
    "right_upper": "right upper lobe collapse",
    "right_mid": "right middle lobe collapse",
    "right_lower": "right lower lobe collapse",
    "left_upper": "left upper lobe collapse",
    "left_lower": "left lower lobe collapse",
}


def draw_lobar(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Collapse a lobe: in two of three its crowded bronchi still hold air."""
    return _collapsed(canvas, rng, airways=rng.random() < 0.65) is not None


def _collapsed(canvas: Canvas, rng: np.random.Generator, airways: bool) -> tuple[Lung, Patch] | None:
    lung = _side(canvas, rng)
    if lung is None:
        return None
    lobe = lung.lobes[int(rng.choice(len(lung.lobes), p=(0.3, 0.25, 0.45) if lung.right else (0.4, 0.6)))]
    collapse = Collapse(lobe, float(rng.uniform(0, 1)))
    loss = 1 - collapse.remains
    reach = float(rng.uniform(60, 75)) if lobe == "right_mid" else float(rng.uniform(85, 110))
    draw_in(canvas, lung, anchor_of(lung, lobe), reach, 0.25 + 0.5 * loss)
    distance = collapsed_distance(canvas, lung, collapse, rng)
    share = torch.sigmoid(-distance / float(rng.uniform(0.5, 1.1)))
    share = share * inside_lung(canvas, lung.block, lung.right, -0.8)
    patch = Patch(lung.block, share)
    note(canvas, "atelectasis", patch, _WORDS[lobe])
    _filled(canvas, patch, rng)
    if airways:
        open_airways(canvas, patch, lung.hilum, rng, crowded=1.8, open_share=0.8)
    give_room(canvas, lung, lobe, share)
    return lung, patch


def draw_obstructed(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A lobe collapsed behind a hilar tumour: the tumour bulges its edge, enhances less, and no bronchus is open."""
    found = _collapsed(canvas, rng, airways=False)
    if found is None:
        return False
    lung, collapsed = found
    radius = float(rng.uniform(16, 30))
    up, back, left = lung.hilum
    inside = canvas.depth_mm[lung.block] > -4
    spots = torch.nonzero((collapsed.share > 0.5) & inside)
    middle = spots.float().mean(0) * canvas.spacing_mm + torch.tensor(lung.low)
    toward = [float(m - h) for m, h in zip(middle, lung.hilum, strict=True)]
    length = max(1.0, float(np.linalg.norm(toward)))
    centre = (
        up + toward[0] / length * radius * 0.5,
        back + toward[1] / length * radius * 0.5,
        left + lung.outward * radius * 0.45,
    )
    block, distance = blob(canvas, centre, radius, rng, 0.12)
    share = torch.sigmoid(-distance / 0.8) * inside_lung(canvas, block, lung.right, -3.0)
    tumour = Patch(block, share)
    hu = float(rng.uniform(45, 75)) if enhancement_hu(canvas) else float(rng.uniform(28, 50))
    canvas.paint(share, hu, block)
    settle(canvas, "mass", tumour)
    behind = collapsed.share.new_zeros(canvas.shape)
    behind[collapsed.block] = collapsed.share
    both = (behind[block] > 0.2) & (distance.abs() < 6)
    canvas.mark_unknown("mass", both, block)
    canvas.truth["atelectasis"][block] *= 1 - share
    canvas.mark_unknown("atelectasis", both, block)
    return note(canvas, "mass", tumour, f"hilar mass of {2 * radius:.0f} mm with collapse behind it")


def draw_segmental(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A narrow wedge from the pleura to the hilum, one or two of them."""
    lung = _side(canvas, rng)
    if lung is None:
        return False
    drawn = False
    for _ in range(1 if rng.random() < 0.7 else 2):
        lobe = lobe_share(canvas, lung, lung.lobes[int(rng.integers(len(lung.lobes)))], rng)
        distance = segment_distance(canvas, lung, lobe, rng, degrees=(7, 17))
        if distance is None:
            continue
        share = torch.sigmoid(-distance / 0.9) * lobe * inside_lung(canvas, lung.block, lung.right, -0.8)
        patch = Patch(lung.block, share)
        if not note(canvas, "atelectasis", patch, "segmental atelectasis"):
            continue
        _filled(canvas, patch, rng)
        if rng.random() < 0.5:
            open_airways(canvas, patch, lung.hilum, rng, crowded=1.5, open_share=0.7)
        draw_in(canvas, lung, canvas.instances[-1].centre, float(rng.uniform(45, 70)), float(rng.uniform(0.2, 0.5)))
        drawn = True
    return drawn


def draw_rounded(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A rounded body of 20–55 mm on thick pleura, vessels and bronchi curving into it like a comet's tail."""
    lung = _side(canvas, rng)
    if lung is None:
        return False
    centre = place_in(canvas, lung, rng, (1.0, 5.0), (0.0, 0.65), 0.55)
    if centre is None:
        return False
    radius = float(rng.uniform(10, 24))
    draw_in(canvas, lung, centre, radius * 3, 0.5)
    block, distance = blob(canvas, _towards(centre, lung.hilum, radius * 0.75), radius, rng, 0.1)
    patch = Patch(block, torch.sigmoid(-distance / 0.9) * inside_lung(canvas, block, lung.right, -0.8))
    hu = collapsed_hu(canvas, rng)
    _tail(canvas, lung, centre, radius, rng)
    _filled(canvas, patch, rng, hu)
    for label in ("mass", "nodule", "nodulegr1cm"):
        canvas.mark_unknown(label, patch.share > 0.1, block)
    sheet_block, sheet = subpleural(canvas, centre, radius * 1.4, float(rng.uniform(3, 6)), rng, 0.15)
    pleura = Patch(sheet_block, torch.sigmoid(-sheet / 0.7) * inside_lung(canvas, sheet_block, lung.right, -0.8))
    fill(canvas, pleura, float(rng.uniform(30, 60)))
    settle(canvas, "pleural_thickening", pleura)
    note(canvas, "pleural_thickening", pleura, "pleural thickening beside rounded atelectasis")
    return note(canvas, "atelectasis", patch, "rounded atelectasis with a comet tail")


def _towards(place: Vector, goal: Vector, step_mm: float) -> Vector:
    way = np.array(goal) - np.array(place)
    moved = np.array(place) + way / max(1.0, float(np.linalg.norm(way))) * step_mm
    return float(moved[0]), float(moved[1]), float(moved[2])


def _tail(canvas: Canvas, lung: Lung, centre: Vector, radius: float, rng: np.random.Generator) -> None:
    """Three to six crowded vessels that swing into the body's sides."""
    start = np.array(_towards(centre, lung.hilum, radius * 3.2))
    way = start - np.array(centre)
    for _ in range(int(rng.integers(3, 7))):
        side = rng.normal(size=3)
        side -= way * float(side @ way) / max(1.0, float(way @ way))
        side *= radius / max(0.1, float(np.linalg.norm(side)))
        points = [
            start + 0.2 * side,
            np.array(centre) + way * 0.55 + 0.9 * side,
            np.array(centre) + way * 0.2 + 0.8 * side,
        ]
        for a, b in pairwise(points):
            middle = (a + b) / 2
            region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), float(np.abs(b - a).max()))
            p, q = a - middle, b - middle
            tube = capsule(
                region.up, region.back, region.left,
                (float(p[0]), float(p[1]), float(p[2])), (float(q[0]), float(q[1]), float(q[2])), (1.3, 1.6),
            )  # fmt: skip
            share = torch.sigmoid(-tube / (0.35 * canvas.spacing_mm)) * inside_lung(canvas, region.block, lung.right)
            there = canvas.hu[region.block]
            there += share * (40 - there).clamp(min=0)


def draw_basal(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Dependent and subsegmental collapse at the bases: a crescent behind, 4–18 mm, and plates above the diaphragm."""
    both = lungs(canvas)
    if both and rng.random() < 0.35:
        both = [both[int(rng.integers(len(both)))]]
    drawn = False
    thick = float(np.exp(rng.uniform(np.log(4), np.log(20))))
    for lung in both:
        up, back, left = relative(canvas, lung.block, lung.low)
        shape = (up.shape[0], back.shape[1], left.shape[2])
        uneven = smooth_field(shape, 24 / canvas.spacing_mm, rng)
        height = lung.size[0] * float(rng.uniform(0.2, 0.55))
        own = thick * float(rng.uniform(0.6, 1.3)) * (1 - up / height).clamp(min=0, max=1) ** 0.5
        distance = _before_back_wall(canvas, lung) - own - 0.25 * thick * uneven
        distance = torch.maximum(torch.maximum(distance, up - height), 0.45 * lung.size[1] - back)
        share = torch.sigmoid(-distance / 1.2) * inside_lung(canvas, lung.block, lung.right, -0.8)
        patch = Patch(lung.block, share)
        if not note(canvas, "atelectasis", patch, "dependent atelectasis of the lower lobe"):
            continue
        _filled(canvas, patch, rng, collapsed_hu(canvas, rng) - 60 * float(rng.random() < 0.4))
        if thick > 10 and rng.random() < 0.5:
            open_airways(canvas, patch, lung.hilum, rng, crowded=1.4)
        if rng.random() < 0.4:
            _plates(canvas, lung, rng)
        drawn = True
    return drawn


def _before_back_wall(canvas: Canvas, lung: Lung) -> Tensor:
    """Return how far each voxel lies in front of the lung's own back surface, millimetres."""
    mask = (canvas.depth_mm[lung.block] > 0) & (canvas.right[lung.block] == lung.right)
    rows = torch.arange(mask.shape[1], dtype=torch.float32)[None, :, None]
    last = torch.where(mask, rows, -1.0).amax(1, keepdim=True)
    return (last - rows) * canvas.spacing_mm


def _plates(canvas: Canvas, lung: Lung, rng: np.random.Generator) -> None:
    """One to three discs above the diaphragm, 20–60 mm long: bands and atelectasis at once."""
    for _ in range(int(rng.integers(1, 4))):
        centre = place_in(canvas, lung, rng, (2.0, 22.0), (0.0, 0.4))
        if centre is None:
            continue
        length, half = float(rng.uniform(10, 30)), float(rng.uniform(0.8, 2.6))
        region = canvas.region(centre, length * 1.2)
        normal = rng.normal(size=3) * np.array([1.8, 1.0, 0.7])
        normal /= np.linalg.norm(normal)
        across = region.up * float(normal[0]) + region.back * float(normal[1]) + region.left * float(normal[2])
        s, r, c = canvas.hu[region.block].shape
        uneven = smooth_field((s, r, c), 9 / canvas.spacing_mm, rng)
        bent = across + float(rng.uniform(-0.012, 0.012)) * region.radius**2 + 0.8 * uneven
        ends = half * (1 - (region.radius / length) ** 4)
        distance = torch.maximum(bent.abs() - ends, region.radius - length * (1 + 0.12 * uneven))
        share = torch.sigmoid(-distance / (0.35 * canvas.spacing_mm)) * min(1.0, 2.2 * half / canvas.spacing_mm)
        patch = Patch(region.block, share * inside_lung(canvas, region.block, lung.right))
        fill(canvas, patch, float(rng.uniform(-60, 50)))
        for label in ("atelectasis", "bandlike_or_linear"):
            settle(canvas, label, patch)
            note(canvas, label, patch, "discoid atelectasis")


def draw_whole_lung(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A whole lung without air (a plugged main bronchus): mediastinum, heart and diaphragm come over."""
    lung = _side(canvas, rng)
    if lung is None:
        return False
    middle = tuple((a + b) / 2 for a, b in zip(lung.low, lung.high, strict=True))
    draw_in(canvas, lung, (middle[0], middle[1] + 10, middle[2] + lung.outward * 8), 140, float(rng.uniform(0.3, 0.6)))
    patch = Patch(lung.block, inside_lung(canvas, lung.block, lung.right, -0.8))
    note(canvas, "atelectasis", patch, "collapse of the whole lung with shift of the mediastinum")
    _filled(canvas, patch, rng)
    if rng.random() < 0.4:
        open_airways(canvas, patch, lung.hilum, rng, crowded=1.4, open_share=0.6)
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("lobar_collapse", ("atelectasis",), draw_lobar, 0.05),
    Drawable("obstructed_lobe", ("atelectasis", "mass"), draw_obstructed, 0.025),
    Drawable("segmental_atelectasis", ("atelectasis",), draw_segmental, 0.05),
    Drawable("rounded_atelectasis", ("atelectasis", "pleural_thickening"), draw_rounded, 0.02),
    Drawable("basal_atelectasis", ("atelectasis",), draw_basal, 0.08),
    Drawable("whole_lung_collapse", ("atelectasis",), draw_whole_lung, 0.008),
)
