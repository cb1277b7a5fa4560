"""A sternum that was sawn through and wired together."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course
from ai.phantom.lesions.devices.wires import Path, length_mm, paint_wire

LABEL = "sternotomy"
_WIRE_RADIUS_MM = (0.4, 0.55)
_STEEL_HU = 8000.0
"""What steel would measure if the scale did not end."""


def draw_sternotomy(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw four to seven wires, the saw cut and perhaps a bypass's clips; False where the sternum is not known."""
    sternum = canvas.landmarks.sternum
    if sternum is None or sternum.length_mm < 60:
        return False
    _cut(canvas, sternum, rng)
    count = int(rng.integers(4, 8))
    volume, places = 0.0, []
    plates = rng.random() < 0.05
    for share in np.linspace(0.05, 0.82, count) + rng.normal(size=count) * 0.015:
        place, depth = sternum.at(float(np.clip(share, 0.02, 0.9)))
        radius = float(rng.uniform(*_WIRE_RADIUS_MM)) * (2.2 if plates else 1.0)
        for wire in _wires(np.array(place), min(max(depth, 5.0), 9.0), rng):
            block, found = paint_wire(canvas, wire, radius, _STEEL_HU)
            canvas.mark(LABEL, found, block)
            volume += np.pi * radius**2 * length_mm(wire)
        places.append(place)
    if rng.random() < 0.6:
        _bypass_clips(canvas, sternum, rng)
    middle, _ = sternum.at(0.45)
    words = f"median sternotomy with {count} wires"
    canvas.instances.append(Instance(LABEL, middle, sternum.length_mm * 0.8, float(volume), words))
    return True


def _wires(
    place: np.ndarray[tuple[int, ...], np.dtype[np.float64]], half_depth: float, rng: np.random.Generator
) -> list[Path]:
    """A loop around the bone and its twisted knot in front; sometimes broken."""
    wide = float(rng.uniform(9, 15))
    deep = half_depth + float(rng.uniform(0, 2))
    tilt, turn = rng.normal(size=2) * 0.15
    stop = 1.97 if rng.random() < 0.92 else float(rng.uniform(1.0, 1.6))
    angles = np.linspace(-0.5 * np.pi + 0.05, (stop - 0.5) * np.pi, 16)
    sideways, ahead = wide * np.cos(angles), deep * np.sin(angles)
    loop = np.stack([tilt * sideways + turn * ahead, ahead, sideways], 1) + place
    knot_end = loop[0] + np.array((float(rng.normal()) * 4, -float(rng.uniform(0.5, 2.5)), float(rng.normal()) * 4))
    return [loop, np.array([loop[0], knot_end]), np.array([loop[0] + 0.5, knot_end + 0.5])]


def _cut(canvas: Canvas, sternum: Course, rng: np.random.Generator) -> None:
    """The cut: a sclerotic line where healed, a gap of up to 4 mm where fresh or not healed, displaced halves."""
    fresh = rng.random() < 0.3
    half = float(rng.uniform(0.6, 2.2)) if fresh else float(rng.uniform(0.5, 1.0))
    for start, end in zip(np.linspace(0.0, 0.9, 10), np.linspace(0.1, 1.0, 10), strict=True):
        a, depth = sternum.at(float(start))
        b, _ = sternum.at(float(end))
        middle = (np.array(a) + np.array(b)) / 2
        reach = max(abs(b[0] - a[0]) / 2, depth, 8.0) + 2
        region = canvas.region((float(middle[0]), float(middle[1]), float(middle[2])), reach)
        span = torch.maximum(region.up.abs() - abs(b[0] - a[0]) / 2, region.back.abs() - depth)
        distance = torch.maximum(region.left.abs() - half, span)
        bone = canvas.hu[region.block] > 90
        alpha = soft(distance, 0.3 * canvas.spacing_mm) * bone
        canvas.paint(alpha * (0.9 if fresh else 0.6), 15.0 if fresh else 600.0, region.block)


def _bypass_clips(canvas: Canvas, sternum: Course, rng: np.random.Generator) -> None:
    """Clips along the left internal thoracic artery's bed and down to the heart; not marked: they are no wires."""
    for share in rng.uniform(0.15, 0.7, size=int(rng.integers(4, 14))):
        place, depth = sternum.at(float(share))
        start = np.array(place) + np.array((0.0, depth + float(rng.uniform(2, 12)), float(rng.uniform(10, 26))))
        end = start + rng.normal(size=3) * 1.8
        paint_wire(canvas, np.array([start, end]), 0.6, _STEEL_HU)


DRAWABLES = (Drawable("sternotomy", (LABEL,), draw_sternotomy, 0.09),)
