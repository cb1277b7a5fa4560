"""Pacemakers and defibrillators: a box below the clavicle and leads through the veins into the heart."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, Vector, soft
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course, HeartShape, Landmarks
from ai.phantom.lesions.devices.heart_places import in_heart, near
from ai.phantom.lesions.devices.pocket import Pocket, lift_skin, pocket_at
from ai.phantom.lesions.devices.wires import Path, curve, inside, length_mm, paint_wire

LABEL = "pacemaker_or_defib"
_LEAD_RADIUS_MM = (0.8, 1.1)
"""Pacing leads are 5–7 French (1 French = 1/3 mm across), half of it conductor."""
_COIL_RADIUS_MM = 1.4
"""The shock coil of a defibrillator lead is 8–9 French of solid metal."""
_METAL_HU = 6000.0
"""What metal would measure if the scale did not end."""


def draw_pacemaker(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw a device of one to three leads; False where veins or heart are not known."""
    marks = canvas.landmarks
    if marks.heart is None or marks.vena_cava is None:
        return False
    if rng.random() < 0.04:
        return _leadless(canvas, marks.heart, rng)
    left = rng.random() < 0.8
    vein = marks.subclavian_left if left else marks.subclavian_right
    count = int(rng.choice([1, 2, 3], p=[0.25, 0.55, 0.2]))
    shock = bool(rng.random() < 0.35)
    with_box = vein is not None and rng.random() < 0.85
    pocket = _box_place(canvas, vein, left, rng) if vein is not None and with_box else None
    volume = 0.0
    leads = _leads(marks, vein, pocket, count, rng)
    for number, lead in enumerate(leads):
        radius = float(rng.uniform(*_LEAD_RADIUS_MM))
        block, share = paint_wire(canvas, lead, radius, float(rng.uniform(2500, 4500)))
        canvas.mark(LABEL, share, block)
        volume += np.pi * radius**2 * length_mm(lead)
        volume += _tip(canvas, lead, shock and number == 0, rng)
    centre, diameter = leads[0][len(leads[0]) // 2], length_mm(leads[0])
    if pocket is not None:
        length = float(rng.uniform(40, 60))
        volume += _box(canvas, pocket, length, shock, rng)
        centre, diameter = np.array(pocket.middle), length
    name = "implantable defibrillator" if shock else "pacemaker"
    place = (float(centre[0]), float(centre[1]), float(centre[2]))
    words = f"{name} with {('one lead', 'two leads', 'three leads')[len(leads) - 1]}"
    canvas.instances.append(Instance(LABEL, place, diameter, volume, words))
    return True


def _box_place(canvas: Canvas, vein: Course, left: bool, rng: np.random.Generator) -> Pocket | None:
    start = vein.points[0]
    side = 1.0 if left else -1.0
    up = start[0] - float(rng.uniform(12, 40))
    beside = start[2] - side * float(rng.uniform(10, 40))
    return pocket_at(canvas, up, beside, float(rng.uniform(7, 18)), 44.0, float(rng.uniform(-0.6, 0.6)))


def _leads(
    marks: Landmarks, vein: Course | None, pocket: Pocket | None, count: int, rng: np.random.Generator
) -> list[Path]:
    heart, cava = marks.heart, marks.vena_cava
    if heart is None or cava is None:
        return []
    ends = [_ventricle(heart, cava, rng), _atrium(heart, cava, rng), _coronary_sinus(heart, cava, rng)]
    found = []
    for number in range(count):
        way: list[Path] = []
        if pocket is not None:
            way.append(_loop(pocket, rng))
        if vein is not None:
            way.append(inside(vein, rng, 0.0 if pocket is not None else float(rng.uniform(0, 0.3)), 0.93))
        way.append(inside(cava, rng, 0.05, 0.95))
        found.append(curve(np.concatenate([*way, ends[number]])))
    return found


def _loop(pocket: Pocket, rng: np.random.Generator) -> Path:
    """Excess lead wound behind the box."""
    turns = float(rng.uniform(0.3, 1.6))
    start = float(rng.uniform(0, 2 * np.pi))
    angles = start + np.linspace(0, 2 * np.pi * turns, max(4, round(9 * turns)))
    radius = float(rng.uniform(18, 26))
    return np.array([pocket.at(radius * np.cos(a), radius * np.sin(a), -7.0) for a in angles])


def _ventricle(heart: HeartShape, cava: Course, rng: np.random.Generator) -> Path:
    """From the right atrium through the tricuspid valve to the right ventricle's apex or septum."""
    atrium = near(in_heart(heart, (-0.1, 0.0, -1.0), 0.65), 3, rng)
    valve = near(in_heart(heart, (-0.6, -0.3, -0.5), 0.5), 3, rng)
    tip = in_heart(heart, (-0.6, -0.7, 0.45) if rng.random() < 0.75 else (-0.1, -0.8, 0.3), 0.85)
    floor = near(in_heart(heart, (-0.8, -0.5, -0.05), 0.7), 3, rng)
    return curve([_below(cava), atrium, valve, floor, near(tip, 4, rng)])


def _atrium(heart: HeartShape, cava: Course, rng: np.random.Generator) -> Path:
    """Down into the right atrium and back up into its appendage: the J of atrial leads."""
    low = near(in_heart(heart, (-0.15, -0.1, -1.0), 0.6), 3, rng)
    turn = near(in_heart(heart, (0.0, -0.5, -0.8), 0.6), 3, rng)
    return curve([_below(cava), low, turn, near(in_heart(heart, (0.45, -0.8, -0.55), 0.8), 4, rng)])


def _coronary_sinus(heart: HeartShape, cava: Course, rng: np.random.Generator) -> Path:
    """Behind the heart in the groove to the left ventricle's side."""
    low = near(in_heart(heart, (-0.3, 0.1, -0.9), 0.6), 3, rng)
    behind = near(in_heart(heart, (-0.25, 1.0, 0.1), 0.85), 3, rng)
    side = near(in_heart(heart, (0.0, 0.75, 0.8), 0.93), 3, rng)
    return curve([_below(cava), low, behind, side, near(in_heart(heart, (-0.35, 0.1, 1.0), 0.95), 4, rng)])


def _below(cava: Course) -> Vector:
    place, _ = cava.at(1.0)
    return place


def _tip(canvas: Canvas, lead: Path, shock: bool, rng: np.random.Generator) -> float:
    """Electrodes at the lead's end; a defibrillator's thick coil behind them. Returns the volume, mm³."""
    volume = 0.0
    for piece, radius in ((lead[-2:], 1.2), (lead[-14:-3], _COIL_RADIUS_MM if shock else 0.0)):
        if radius > 0 and len(piece) > 1:
            block, share = paint_wire(canvas, piece, radius, _METAL_HU)
            canvas.mark(LABEL, share, block)
            volume += np.pi * radius**2 * length_mm(piece)
    if shock and rng.random() < 0.5 and len(lead) > 45:
        block, share = paint_wire(canvas, lead[-38:-28], _COIL_RADIUS_MM, _METAL_HU)
        canvas.mark(LABEL, share, block)
    return volume


def _box(canvas: Canvas, pocket: Pocket, length_mm: float, shock: bool, rng: np.random.Generator) -> float:
    """Titanium box with a header of resin; returns its volume, mm³."""
    thick = float(rng.uniform(9, 13) if shock else rng.uniform(6, 9))
    half = (length_mm / 2, length_mm * float(rng.uniform(0.38, 0.48)), thick / 2)
    distance = pocket.box(half, min(9.0, thick * 1.2))
    lift_skin(canvas, pocket, distance, 4.0)
    block = pocket.region.block
    share = soft(distance, 0.3 * canvas.spacing_mm)
    header = pocket.along(pocket.wide) > half[1] * 0.55
    canvas.paint(share, torch.where(header, 900.0, _METAL_HU), block)
    canvas.mark(LABEL, share, block)
    return float(share.sum()) * canvas.spacing_mm**3


def _leadless(canvas: Canvas, heart: HeartShape, rng: np.random.Generator) -> bool:
    """A capsule of 26 × 7 mm in the right ventricle (Micra, maker's sheet)."""
    end = np.array(near(in_heart(heart, (-0.6, -0.7, 0.35), 0.75), 4, rng))
    away = np.array((0.5, 0.4, -0.7)) + rng.normal(size=3) * 0.2
    path = np.array([end, end + 24.0 * away / np.linalg.norm(away)])
    block, share = paint_wire(canvas, path, 3.4, _METAL_HU)
    canvas.mark(LABEL, share, block)
    middle = path.mean(0)
    place = (float(middle[0]), float(middle[1]), float(middle[2]))
    canvas.instances.append(Instance(LABEL, place, 26.0, np.pi * 3.4**2 * 26.0, "leadless pacemaker"))
    return True


DRAWABLES = (Drawable("pacemaker", (LABEL,), draw_pacemaker, 0.07),)
