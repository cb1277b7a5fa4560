"""Drains in the pleural space: a straight or curved tube through the side of the chest, or a thin pigtail."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas, Instance, Vector, soft
from ai.phantom.drawable import Drawable
from ai.phantom.lesions.devices.wires import Path, curve, length_mm, line_distance, paint_hose, paint_wire

LABEL = "chest_tube"


def draw_chest_tube(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw a drain on one side; False where that lung is hardly there."""
    right = bool(rng.random() < 0.5)
    pigtail = bool(rng.random() < 0.25)
    inner = _under_the_pleura(canvas, right, pigtail, rng)
    if inner is None:
        return False
    if pigtail:
        inner = np.concatenate([inner, _pigtail(inner[-1], rng)])
    path = curve(np.concatenate([_through_the_wall(canvas, inner[0], right, rng), inner]), 4.0)
    outer = float(rng.uniform(1.6, 2.6) if pigtail else rng.uniform(4.0, 6.0))
    wall = float(rng.uniform(0.6, 0.9) if pigtail else rng.uniform(1.3, 1.9))
    lumen = float(rng.choice([-1000.0, -1000.0, 10.0]))
    block, share = paint_hose(canvas, path, outer, wall, float(rng.uniform(150, 600)), lumen)
    canvas.mark(LABEL, share, block)
    if not pigtail:
        stripe = path + np.array((outer - wall / 2, 0.0, 0.0))
        paint_wire(canvas, stripe, 0.5, float(rng.uniform(1500, 2800)))
        _side_holes(canvas, path, outer, lumen)
    words = "pigtail pleural drain" if pigtail else "chest tube"
    middle = path[len(path) // 2]
    place = (float(middle[0]), float(middle[1]), float(middle[2]))
    volume = np.pi * (outer**2 - (outer - wall) ** 2) * length_mm(path)
    canvas.instances.append(Instance(LABEL, place, 2 * outer, float(volume), words))
    return True


def _side(canvas: Canvas, right: bool) -> tuple[int, int] | None:
    """First and last slice in which the lung of that side is at least a hand's area (20 cm²)."""
    area = ((canvas.depth_mm > 0) & (canvas.right == right)).sum((1, 2)).float() * canvas.spacing_mm**2
    slices = torch.nonzero(area > 2000.0).flatten().tolist()
    return (int(slices[0]), int(slices[-1])) if len(slices) > 8 else None


def _under_the_pleura(canvas: Canvas, right: bool, pigtail: bool, rng: np.random.Generator) -> Path | None:
    """Places just under the lung's surface: from the side towards the apex, in front or behind, or to the base."""
    ends = _side(canvas, right)
    if ends is None:
        return None
    low, high = ends
    start = low + (high - low) * float(rng.uniform(0.25, 0.6))
    apical = rng.random() < (0.4 if pigtail else 0.7)
    stop = low + (high - low) * float(rng.uniform(0.75, 0.97) if apical else rng.uniform(0.05, 0.25))
    if pigtail:
        stop = start + (stop - start) * 0.3
    first = float(rng.uniform(-0.5, 0.4))
    last = float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.5, 1.2)) if apical else float(rng.uniform(0.6, 1.4))
    count = max(4, round(abs(stop - start) * canvas.spacing_mm / 18))
    depth = float(rng.uniform(4, 8))
    found = []
    for share in np.linspace(0, 1, count):
        place = _on_contour(canvas, round(start + (stop - start) * share), right, first + (last - first) * share, depth)
        if place is not None:
            found.append(place)
    return np.array(found) if len(found) >= 3 else None


def _on_contour(canvas: Canvas, level: int, right: bool, angle: float, depth_mm: float) -> Vector | None:
    """The place of one slice under the pleura at an angle: 0 straight to the side, + towards the back."""
    depth = canvas.depth_mm[level]
    lung = (depth > 0) & (canvas.right[level] == right)
    spots = torch.nonzero(lung & ((depth - depth_mm).abs() < 1.2 * canvas.spacing_mm)).cpu().numpy()
    if len(spots) < 4:
        return None
    middle = torch.nonzero(lung).float().mean(0).cpu().numpy()
    from_middle = spots - middle
    side = -1.0 if right else 1.0
    angles: NDArray[np.float64] = np.arctan2(from_middle[:, 0], side * from_middle[:, 1])
    row, column = spots[int(np.argmin(np.abs(angles - angle)))]
    return level * canvas.spacing_mm, float(row) * canvas.spacing_mm, float(column) * canvas.spacing_mm


def _through_the_wall(canvas: Canvas, entry: NDArray[np.float64], right: bool, rng: np.random.Generator) -> Path:
    """From outside the skin obliquely through the wall."""
    side = -1.0 if right else 1.0
    slant = (-float(rng.uniform(0.2, 0.7)), float(rng.uniform(-0.4, 0.3)), side)
    direction = np.array(slant) / np.linalg.norm(slant)
    reach = float(rng.uniform(50, 90))
    return np.array([entry + direction * reach, entry + direction * reach * 0.5, entry + direction * 12])


def _pigtail(end: NDArray[np.float64], rng: np.random.Generator) -> Path:
    radius = float(rng.uniform(6, 9))
    angles = np.linspace(0, 2 * np.pi * 0.85, 8)[1:]
    first, second = rng.normal(size=3), rng.normal(size=3)
    first /= np.linalg.norm(first)
    second -= first * (second @ first)
    second /= np.linalg.norm(second)
    return np.array([end + radius * ((1 - np.cos(a)) * first + np.sin(a) * second) for a in angles])


def _side_holes(canvas: Canvas, path: Path, outer: float, lumen_hu: float) -> None:
    """The last hole, marked on films by a gap of the dense line, and two more towards the tip."""
    for number in (-16, -10, -5):
        if len(path) + number > 4:
            hole = path[number] + np.array((0.0, outer * 0.8, 0.0))
            block, distance = line_distance(canvas, np.array([hole, hole]), outer + 2 * canvas.spacing_mm)
            canvas.paint(soft(distance - outer * 0.55, 0.3 * canvas.spacing_mm), lumen_hu, block)


DRAWABLES = (Drawable("chest_tube", (LABEL,), draw_chest_tube, 0.06),)
