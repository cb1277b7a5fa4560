"""Emphysema: destroyed lung. Centrilobular holes, paraseptal rows, panlobular loss of density, bullae that push."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.canvas import Canvas
from ai.phantom.drawable import Drawable
from ai.phantom.fields import blurred, smooth_field
from ai.phantom.lesions.airspace import Patch, blob, note, settle, together
from ai.phantom.lesions.volume_loss import draw_in
from ai.phantom.polygons import cells
from ai.phantom.territories import Lung, inside_lung, lungs, place_in, relative

_HOLE_HU = (-1000.0, -965.0)
_WALL_HU = -620.0


def draw_emphysema(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Destroy lung in one of the ordinary patterns; 2–50 % of it below −950 HU."""
    kinds = (draw_centrilobular, draw_paraseptal, draw_panlobular, draw_mixed)
    return kinds[int(rng.choice(4, p=[0.5, 0.15, 0.15, 0.2]))](canvas, rng)


def draw_centrilobular(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Holes of 2–10 mm without walls in the middles of lobules, mostly above."""
    wanted = float(np.exp(rng.uniform(np.log(0.015), np.log(0.5))))
    cell_mm = float(rng.uniform(5, 8) if rng.random() < 0.5 else rng.uniform(8, 14))
    tilt = float(rng.uniform(0.2, 1.6)) if rng.random() < 0.85 else float(rng.uniform(-1.0, 0.2))
    patches = [_holes(canvas, lung, wanted, cell_mm, tilt, rng) for lung in lungs(canvas)]
    return _told(canvas, patches, "centrilobular")


def _holes(canvas: Canvas, lung: Lung, wanted: float, cell_mm: float, tilt: float, rng: np.random.Generator) -> Patch:
    up, back, left = relative(canvas, lung.block, lung.low)
    shape = (up.shape[0], back.shape[1], left.shape[2])
    lobules = cells(shape, canvas.spacing_mm, cell_mm, rng)
    zone = (0.7 * smooth_field(shape, 45 / canvas.spacing_mm, rng) + tilt * (2 * up / lung.size[0] - 1)).clamp(-2, 2)
    ragged = smooth_field(shape, max(1.5, 0.3 * cell_mm / canvas.spacing_mm), rng)
    size = 0.26 + 0.34 * wanted**0.5  # the more is destroyed, the larger are the holes, until they flow together
    prevalence = min(0.9, 1.2 * wanted / min(0.75, 4.2 * size**3))
    sick = torch.sigmoid((prevalence * torch.exp(0.9 * zone) - lobules.lot) * 30)
    radius = (
        cell_mm * size * (0.7 + 0.5 * (lobules.lot * 13 % 1)) * (1 + 0.18 * ragged) * (1 + 0.25 * zone).clamp(min=0.4)
    )
    share = sick * torch.sigmoid((radius - lobules.centre_mm) / max(0.7, 0.3 * canvas.spacing_mm))
    dot = torch.sigmoid((0.9 - lobules.centre_mm) / 0.4) * (lobules.lot * 29 % 1 < 0.4)
    return _destroyed(canvas, lung, share * (1 - 0.8 * dot), rng)


def _destroyed(canvas: Canvas, lung: Lung, share: Tensor, rng: np.random.Generator) -> Patch:
    """Blacken where lung is aerated; vessels stay."""
    there = canvas.hu[lung.block]
    aerated = ((-550 - there) / 150).clamp(0, 1)
    inside = ((canvas.depth_mm[lung.block] - 0.5) / 1.5).clamp(0, 1) * (canvas.right[lung.block] == lung.right)
    gone = share * aerated * inside
    there += gone * (float(rng.uniform(*_HOLE_HU)) - there).clamp(max=0)
    return Patch(lung.block, gone)


def draw_paraseptal(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Rows of holes of 4–15 mm with thin walls under the pleura, mostly above."""
    cell_mm, prevalence = float(rng.uniform(6, 15)), float(rng.uniform(0.1, 0.7))
    patches = [_rows(canvas, lung, cell_mm, prevalence, rng) for lung in lungs(canvas)]
    return _told(canvas, patches, "paraseptal")


def _rows(canvas: Canvas, lung: Lung, cell_mm: float, prevalence: float, rng: np.random.Generator) -> Patch:
    up, back, left = relative(canvas, lung.block, lung.low)
    shape = (up.shape[0], back.shape[1], left.shape[2])
    lobules = cells(shape, canvas.spacing_mm, cell_mm, rng)
    zone = 0.8 * smooth_field(shape, 40 / canvas.spacing_mm, rng) + 1.3 * (2 * up / lung.size[0] - 1)
    depth = canvas.depth_mm[lung.block]
    row = torch.sigmoid((0.95 * cell_mm - depth) / 1.2) * torch.sigmoid((depth - 0.5) / 0.6)
    sick = torch.sigmoid((prevalence * (1 + zone) - lobules.lot) * 30) * row
    wall_mm = float(rng.uniform(0.4, 0.8))
    edge = 0.3 * canvas.spacing_mm
    hole = sick * torch.sigmoid((lobules.wall_mm - wall_mm) / edge)
    patch = _destroyed(canvas, lung, hole, rng)
    there = canvas.hu[lung.block]
    lines = sick * torch.sigmoid((wall_mm - lobules.wall_mm) / edge) * min(1.0, 2 * wall_mm / canvas.spacing_mm)
    there += lines * (_WALL_HU - there).clamp(min=0)
    return patch


def draw_panlobular(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Whole lobules without structure, mostly below: black lung, few and thin vessels."""
    level, strength = float(rng.uniform(-1.0, 0.8)), float(rng.uniform(0.6, 1.0))
    tilt = float(rng.uniform(0.3, 1.5))
    patches = []
    for lung in lungs(canvas):
        up, back, left = relative(canvas, lung.block, lung.low)
        shape = (up.shape[0], back.shape[1], left.shape[2])
        zone = 0.7 * smooth_field(shape, 50 / canvas.spacing_mm, rng) + tilt * (1 - 2 * up / lung.size[0])
        fine = smooth_field(shape, 6 / canvas.spacing_mm, rng)
        share = torch.sigmoid((zone + 0.25 * fine - level) * 4) * strength
        there = canvas.hu[lung.block]
        thin = share * inside_lung(canvas, lung.block, lung.right, 3.0) * ((0 - there) / 300).clamp(0, 1)
        there += 0.6 * thin * (-940 - there).clamp(max=0)
        patches.append(_destroyed(canvas, lung, share, rng))
    return _told(canvas, patches, "panlobular")


def draw_bullae(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to six bullae of 15–90 mm under the pleura, thin-walled, pushing the lung beside them."""
    both = lungs(canvas)
    largest = float(np.exp(rng.uniform(np.log(9), np.log(42))))
    patches = []
    for number in range(int(rng.integers(1, 7)) if both else 0):
        lung = both[int(rng.integers(len(both)))]
        centre = place_in(canvas, lung, rng, (2.0, 10.0), (0.5 if rng.random() < 0.75 else 0.0, 1.0))
        if centre is None:
            continue
        radius = largest if number == 0 else largest * float(rng.uniform(0.3, 0.9))
        patches.append(_bulla(canvas, lung, centre, radius, rng))
    if not patches:
        return False
    whole = together(patches)
    settle(canvas, "emphysema", whole)
    for label in ("cyst", "pneumothorax"):
        canvas.mark_unknown(label, whole.share > 0.1, whole.block)
    return note(canvas, "emphysema", whole, "bullous emphysema" if len(patches) > 1 else "bulla")


def _bulla(
    canvas: Canvas, lung: Lung, centre: tuple[float, float, float], radius: float, rng: np.random.Generator
) -> Patch:
    if radius > 14:
        draw_in(canvas, lung, centre, radius * 2.4, -0.45)
    block, distance = blob(canvas, centre, radius, rng, 0.07)
    inside = inside_lung(canvas, block, lung.right, 0.8)
    thick = float(rng.uniform(0.4, 0.9))
    seen = min(1.0, 1.6 * thick / canvas.spacing_mm)
    shell = torch.sigmoid((thick + 0.3 * canvas.spacing_mm - distance.abs()) / (0.25 * canvas.spacing_mm)) * seen
    canvas.paint(torch.sigmoid(-distance / 0.6) * inside, float(rng.uniform(-1000, -970)), block)
    there = canvas.hu[block]
    there += shell * inside * (-350 - there).clamp(min=0)
    return Patch(block, torch.sigmoid(-distance / 0.8) * inside)


def draw_mixed(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Centrilobular with paraseptal holes, as smokers have them; now and then bullae too."""
    first = draw_centrilobular(canvas, rng)
    second = draw_paraseptal(canvas, rng)
    third = rng.random() < 0.3 and draw_bullae(canvas, rng)
    return first or second or third


def _told(canvas: Canvas, patches: list[Patch], kind: str) -> bool:
    """Write the truth: holes, and the lung riddled with them, which is emphysematous as a whole."""
    lung = sum(int((canvas.depth_mm[p.block] > 0).sum()) for p in patches)
    black = sum(int((canvas.hu[p.block][p.share > 0.2] < -950).sum()) for p in patches)
    drawn = []
    for patch in patches:
        around = _around(patch.share, 2.5 / canvas.spacing_mm)
        share = torch.maximum(patch.share, (2.5 * around).clamp(max=1) * (around > 0.1))
        drawn.append(Patch(patch.block, share * (canvas.depth_mm[patch.block] > 0)))
        canvas.mark_unknown("emphysema", (around > 0.02) & (around <= 0.1), patch.block)
        settle(canvas, "emphysema", drawn[-1])
    if not drawn or black == 0:
        return bool(drawn) and note(canvas, "emphysema", together(drawn), f"trace {kind} emphysema")
    return note(canvas, "emphysema", together(drawn), f"{_grade(black / max(1, lung))} {kind} emphysema")


def _around(share: Tensor, sigma_voxels: float) -> Tensor:
    """Blur, at half the resolution: what it says is smooth."""
    coarse = functional.avg_pool3d(share[None, None], 2, ceil_mode=True, count_include_pad=False)[0, 0]
    smooth = blurred(coarse, (sigma_voxels / 2,) * 3)
    shape = share.shape
    return functional.interpolate(smooth[None, None], size=shape, mode="trilinear", align_corners=False)[0, 0]


def _grade(low_share: float) -> str:
    """Grade by the share of the lung below −950 HU (after the Fleischner Society's words of 2015)."""
    grades = ((0.01, "trace"), (0.05, "mild"), (0.15, "moderate"), (0.3, "confluent"))
    return next((word for limit, word in grades if low_share < limit), "advanced destructive")


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("emphysema_centrilobular", ("emphysema",), draw_centrilobular, 0.1),
    Drawable("emphysema_paraseptal", ("emphysema",), draw_paraseptal, 0.04),
    Drawable("emphysema_panlobular", ("emphysema",), draw_panlobular, 0.03),
    Drawable("emphysema_mixed", ("emphysema",), draw_mixed, 0.06),
    Drawable("bullae", ("emphysema",), draw_bullae, 0.03),
)
