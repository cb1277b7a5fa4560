"""Atherosclerosis: calcium and soft plaque in the wall of the aorta; and what else is bright near it."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.courses import around, direction
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.coronaries import Deposit, paint_lime
from ai.phantom.pleural_space import volume_of


def draw_aortic_calcium(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Arcs and flecks in the wall, most in the arch and lower aorta: one to a porcelain aorta."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    count = 1 + int(rng.gamma(1.2, 7))
    total = Deposit()
    for _ in range(count):
        zone = rng.random()
        low, high = (0.02, 0.25) if zone < 0.15 else (0.25, 0.5) if zone < 0.6 else (0.5, 1.0)
        _arc(canvas, float(rng.uniform(low, high)), count, total, rng)
    if total.volume_mm3 <= 0:
        return False
    grade = "mild" if count < 6 else "moderate" if count < 16 else "severe"
    words = f"{grade} atherosclerotic calcification of the aorta"
    for label in ("atherosclerosis", "calcification"):
        canvas.instances.append(Instance(label, total.centre, total.length_mm, total.volume_mm3, words))
    if rng.random() < 0.3:
        draw_soft_plaque(canvas, rng)
    return True


def _arc(canvas: Canvas, share: float, count: int, total: Deposit, rng: np.random.Generator) -> None:
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return
    place, radius = aorta.at(share)
    along = direction(aorta, share)
    long = float(np.exp(rng.uniform(np.log(1.5), np.log(12 + min(16, count)))))
    wide = min(2.6, float(np.exp(rng.uniform(np.log(0.12), np.log(2.0)))))
    thick = float(rng.uniform(0.8, 2.4))
    region = canvas.region(place, radius + 0.6 * long + 3)
    a = around(region, along)
    turn = torch.remainder(a.angle - float(rng.uniform(-np.pi, np.pi)) + np.pi, 2 * np.pi) - np.pi
    plate = torch.maximum((turn.abs() - wide / 2) * radius, a.along.abs() - long / 2)
    # A wall thinner than a voxel is painted fainter.
    body = max(thick, canvas.spacing_mm)
    shell = (a.away - (radius - 0.5)).abs() - body / 2
    share_here = soft(torch.maximum(plate, shell), 0.3 * canvas.spacing_mm) * (canvas.depth_mm[region.block] < 1.0)
    amount = share_here * (thick / body)
    hu = float(np.exp(rng.uniform(np.log(220), np.log(1200))))
    before = canvas.hu[region.block]
    canvas.hu[region.block] = before + amount * (hu - before).clamp(min=0)
    for label in ("atherosclerosis", "calcification"):
        canvas.mark(label, share_here * (share_here > 0.25), region.block)
    at = int(share_here.argmax())
    index = np.unravel_index(at, tuple(share_here.shape))
    a_mm, b_mm, c_mm = ((int(i) + s.start) * canvas.spacing_mm for i, s in zip(index, region.block, strict=True))
    total.add(volume_of(canvas, amount), (a_mm, b_mm, c_mm), max(long, wide * radius))


def draw_soft_plaque(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Soft plaque, 2–6 mm thick, along a contrast-filled aorta; without contrast unseen and not drawn."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    share = float(rng.uniform(0.3, 0.95))
    place, radius = aorta.at(share)
    region = canvas.region(place, radius + 22)
    a = around(region, direction(aorta, share))
    lumen = (a.away < 0.6 * radius) & (a.along.abs() < 6)
    if not bool(lumen.any()) or float(canvas.hu[region.block][lumen].median()) < 130:
        return False
    thick, long, wide = float(rng.uniform(2, 6)), float(rng.uniform(8, 36)), float(rng.uniform(0.8, 3.5))
    turn = torch.remainder(a.angle - float(rng.uniform(-np.pi, np.pi)) + np.pi, 2 * np.pi) - np.pi
    local = thick * (1 - (turn / (wide / 2)) ** 2).clamp(min=0) * (1 - (2 * a.along / long) ** 2).clamp(min=0)
    share_here = soft((radius - 1 - local) - a.away, 0.6) * (a.away < radius + 1) * (local > 0.8)
    canvas.paint(share_here, float(rng.uniform(20, 60)), region.block)
    canvas.mark("atherosclerosis", share_here * (share_here > 0.25), region.block)
    words = f"soft plaque of the aorta, {thick:.0f} mm"
    canvas.instances.append(Instance("atherosclerosis", place, long, volume_of(canvas, share_here), words))
    return True


def draw_calcified_cartilage(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Calcium in the walls of the central airways and at the ribs' front ends: age, seldom reported."""
    paths = []
    for airway in canvas.landmarks.airways[:3]:
        course = airway.course
        for share in np.arange(0.1, 1.0, 6.0 / max(6.0, course.length_mm)):
            if rng.random() < 0.6:
                place, radius = course.at(float(share))
                paths.append((np.array(place), radius + 0.5 * airway.wall_mm, direction(course, float(share))))
    for middle, radius, along in paths:
        u = np.cross(along, [0.0, 0.3, 1.0])
        u /= np.linalg.norm(u)
        v = np.cross(along, u)
        angles = np.linspace(0, float(rng.uniform(0.5, 3.0)), 5) + float(rng.uniform(0, 6))
        ring = middle + radius * (np.outer(np.cos(angles), u) + np.outer(np.sin(angles), v))
        paint_lime(canvas, ring, 0.7, float(rng.uniform(180, 420)), (), ("calcification",))
    ends = [np.array(rib.points[-1]) for rib in canvas.landmarks.ribs]
    for end in ends:
        for _ in range(int(rng.integers(0, 4))):
            spot = end + rng.normal(size=(2, 3)) * 4.0
            paint_lime(canvas, spot, float(rng.uniform(0.8, 2)), float(rng.uniform(200, 600)), (), ("calcification",))
    return bool(paths or ends)


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("aortic calcium", ("atherosclerosis", "calcification"), draw_aortic_calcium, 0.28),
    Drawable("calcified cartilage", (), draw_calcified_cartilage, 0.12),
)
