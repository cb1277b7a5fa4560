"""Metal and plastic that is none of the devices learned: gastric tube, clips, screws, stents, valves, implants."""

from __future__ import annotations

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Vector, soft
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course
from ai.phantom.lesions.devices.pocket import Pocket
from ai.phantom.lesions.devices.skin import front_muscle, front_of, outside_body, outward
from ai.phantom.lesions.devices.wires import curve, inside, line_distance, paint_hose, paint_wire

_METAL_HU = 6000.0


def draw_gastric_tube(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A tube of 3–6 mm down the oesophagus and beyond the hiatus."""
    course = canvas.landmarks.oesophagus
    if course is None:
        return False
    path = inside(course, rng)
    onward = path[-1] + np.array([(-20.0, -12.0, 22.0), (-40.0, -30.0, 45.0)])
    lumen = float(rng.choice([-900.0, 20.0]))
    radius = float(rng.uniform(1.6, 3.0))
    paint_hose(canvas, curve(np.concatenate([path, onward])), radius, 0.8, float(rng.uniform(250, 1500)), lumen)
    return True


def draw_clips(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Surgical clips: after a node dissection in an armpit, or beside a hilum."""
    places = list(canvas.landmarks.nodes.items())
    if not places:
        return False
    axilla = [one for one in places if one[0].startswith("axilla")]
    _, place = (
        (axilla or places)[int(rng.integers(len(axilla or places)))]
        if rng.random() < 0.6
        else places[int(rng.integers(len(places)))]
    )
    for _ in range(int(rng.integers(2, 9))):
        start = np.array(place) + rng.normal(size=3) * np.array((12.0, 7.0, 7.0))
        paint_wire(canvas, np.array([start, start + rng.normal(size=3) * 2.0]), float(rng.uniform(0.5, 0.9)), _METAL_HU)
    return True


def draw_spine_hardware(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Pedicle screws with two rods over two to six vertebrae, or bone cement in one or two."""
    spine = canvas.landmarks.spine
    if spine is None or spine.length_mm < 80:
        return False
    start = float(rng.uniform(0.1, 0.6))
    if rng.random() < 0.35:
        _cement(canvas, spine, start, rng)
        return True
    stop = min(0.95, start + float(rng.uniform(0.15, 0.4)))
    for side in (-1.0, 1.0):
        heads = []
        for share in np.arange(start, stop, 25.0 / spine.length_mm):
            place, _ = spine.at(float(share))
            head = np.array(place) + np.array((0.0, 32.0, side * 18.0))
            tip = np.array(place) + np.array((0.0, float(rng.uniform(-12, -4)), side * float(rng.uniform(4, 9))))
            paint_wire(canvas, np.array([head, tip]), 2.8, _METAL_HU)
            heads.append(head + np.array((0.0, 4.0, 0.0)))
        if len(heads) > 1:
            paint_wire(canvas, curve(np.array(heads)), 2.75, _METAL_HU)
    return True


def _cement(canvas: Canvas, spine: Course, start: float, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 3))):
        place, radius = spine.at(start + float(rng.uniform(0, 0.2)))
        for _ in range(4):
            spot = np.array(place) + rng.normal(size=3) * radius * 0.25
            paint_wire(canvas, np.array([spot, spot + rng.normal(size=3) * 4]), float(rng.uniform(3, 6)), 2200.0)


def draw_stent_graft(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A stent graft in the descending aorta: a mesh that hugs the wall."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    _mesh(canvas, aorta, float(rng.uniform(0.4, 0.6)), float(rng.uniform(0.75, 0.98)), float(rng.uniform(8, 14)), rng)
    return True


def draw_valve(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A prosthetic aortic valve: a mechanical ring with two leaflets, or a mesh placed by catheter."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    if rng.random() < 0.4:
        _mesh(canvas, aorta, 0.0, min(0.12, 30.0 / aorta.length_mm), 6.0, rng)
        return True
    place, radius = aorta.at(0.02)
    onward = np.array(aorta.at(0.1)[0]) - np.array(place)
    ring = _ring(np.array(place), onward, min(radius, 13.0))
    paint_wire(canvas, ring, 1.3, _METAL_HU)
    for share in (0.35, 0.65):
        half = len(ring) // 2
        side = ring[0] * (1 - share) + ring[half] * share
        across = ring[half // 2] - ring[half // 2 + half]
        paint_wire(canvas, np.array([side + across * 0.3, side - across * 0.3]), 0.6, _METAL_HU)
    return True


def _ring(
    place: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    normal: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    radius: float,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    out = normal / max(float(np.linalg.norm(normal)), 1e-3)
    first = np.cross(out, (0.31, 0.72, 0.62))
    first /= np.linalg.norm(first)
    second = np.cross(out, first)
    angles = np.linspace(0, 2 * np.pi, 17)[:, None]
    return np.asarray(place + radius * (np.cos(angles) * first + np.sin(angles) * second))


def _mesh(canvas: Canvas, course: Course, start: float, stop: float, pitch_mm: float, rng: np.random.Generator) -> None:
    """Zigzag rings of wire along a vessel's wall."""
    for share in np.arange(start, stop, pitch_mm / course.length_mm):
        place, radius = course.at(float(share))
        after, _ = course.at(min(1.0, float(share) + 0.02))
        onward = np.array(after) - np.array(place)
        ring = _ring(np.array(place), onward, radius * 0.95)
        zigzag = np.resize([-1.0, 1.0], len(ring))[:, None] * 0.35 * pitch_mm
        onward /= max(float(np.linalg.norm(onward)), 1e-3)
        paint_wire(canvas, ring + zigzag * onward, float(rng.uniform(0.2, 0.35)), _METAL_HU)


def draw_breast_implants(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Silicone or saline on the chest wall of both sides, sometimes of one; the breast in front of it is lifted."""
    height = (canvas.shape[0] - 1) * canvas.spacing_mm
    middle = canvas.shape[2] * canvas.spacing_mm / 2
    size = (float(rng.uniform(45, 62)), float(rng.uniform(12, 24)))
    hu = float(rng.uniform(70, 160) if rng.random() < 0.75 else rng.uniform(0, 15))
    up = height * float(rng.uniform(0.42, 0.52))
    sides = [-1.0, 1.0] if rng.random() < 0.85 else [float(rng.choice([-1.0, 1.0]))]
    drawn = False
    for side in sides:
        left = middle + side * float(rng.uniform(68, 84))
        skin, muscle = front_of(canvas, up, left), front_muscle(canvas, up, left)
        if skin is not None and muscle is not None:
            _implant(canvas, muscle, outward(canvas, skin, 30.0), size, hu)
            drawn = True
    return drawn


def _implant(canvas: Canvas, muscle: Vector, normal: Vector, size_mm: tuple[float, float], hu: float) -> None:
    radius, thick = size_mm
    middle = (muscle[0], muscle[1] + normal[1] * thick * 0.7, muscle[2] + normal[2] * thick * 0.7)
    pocket = Pocket(canvas, middle, normal, 0.0, radius + 16)
    across = pocket.along(pocket.long) ** 2 + pocket.along(pocket.wide) ** 2
    level = torch.sqrt(across / radius**2 + (pocket.along(pocket.out) / thick) ** 2)
    distance = (level - 1) * thick
    block = pocket.region.block
    cover = soft(((across / (radius + 14) ** 2 + (pocket.along(pocket.out) / (thick + 10)) ** 2).sqrt() - 1) * 20, 1.0)
    canvas.paint(cover * outside_body(canvas, block), -95.0, block)
    free = (canvas.hu[block] < -20) & (canvas.depth_mm[block] < -8)
    canvas.paint(soft(distance - 1.0, 0.6) * free, 60.0, block)
    canvas.paint(soft(distance, 0.6) * free, hu, block)


def draw_dense_veins(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Undiluted contrast that runs in from the arm: veins brighter than everything else."""
    marks = canvas.landmarks
    if marks.vena_cava is None:
        return False
    hu = float(np.exp(rng.uniform(np.log(500), np.log(3200))))
    arm = marks.subclavian_left if rng.random() < 0.5 else marks.subclavian_right
    for course in (marks.vena_cava, *((arm,) if arm is not None else ())):
        path = curve(np.array(course.points))
        radius = float(np.mean(course.radii_mm)) * 0.85
        block, distance = line_distance(canvas, path, radius + 2 * canvas.spacing_mm)
        canvas.paint(soft(distance - radius, 1.0) * (canvas.hu[block] > -150), hu, block)
    return True


DRAWABLES = (
    Drawable("gastric_tube", (), draw_gastric_tube, 0.07),
    Drawable("surgical_clips", (), draw_clips, 0.06),
    Drawable("spine_hardware", (), draw_spine_hardware, 0.03),
    Drawable("stent_graft", (), draw_stent_graft, 0.02),
    Drawable("valve_prosthesis", (), draw_valve, 0.03),
    Drawable("breast_implants", (), draw_breast_implants, 0.03),
    Drawable("dense_contrast_in_veins", (), draw_dense_veins, 0.06),
)
