"""Coronary artery disease: calcium along the coronaries, dots to rails, and stents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Vector, soft
from ai.phantom.courses import direction, stretch
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course
from ai.phantom.lesions.devices.wires import Path, line_distance


@dataclass
class Deposit:
    """What has been drawn of one kind: its volume so far and where the largest piece is."""

    volume_mm3: float = 0.0
    largest_mm3: float = 0.0
    centre: Vector = (0.0, 0.0, 0.0)
    length_mm: float = 0.0

    def add(self, volume_mm3: float, centre: Vector, length_mm: float) -> None:
        """Count a piece."""
        self.volume_mm3 += volume_mm3
        if volume_mm3 > self.largest_mm3:
            self.largest_mm3, self.centre, self.length_mm = volume_mm3, centre, length_mm


def paint_lime(
    canvas: Canvas, path: Path, radius_mm: float, hu: float, labels: tuple[str, ...], vague: tuple[str, ...] = ()
) -> float:
    """Paint a rod of calcium, write its truth, and return its volume, mm³.

    A rod thinner than a voxel is painted fainter; its truth is about a voxel wide.
    """
    wide = max(radius_mm, 0.6 * canvas.spacing_mm)
    block, distance = line_distance(canvas, path, wide + 2 * canvas.spacing_mm)
    footprint = soft(distance - wide, 0.3 * canvas.spacing_mm)
    share = footprint * (radius_mm / wide) ** 2
    canvas.hu[block] = torch.maximum(canvas.hu[block] + share * (hu - canvas.hu[block].clamp(max=hu)), canvas.hu[block])
    for label in labels:
        canvas.mark(label, footprint * (footprint > 0.25), block)
    for label in vague:
        canvas.mark_unknown(label, footprint > 0.1, block)
    return float(share.sum()) * canvas.spacing_mm**3


def _path(course: Course, rng: np.random.Generator) -> Path:
    """A line in the wall of a small vessel."""
    off = rng.normal(size=3)
    off /= np.linalg.norm(off)
    return np.array([np.array(p) + off * r * 0.6 for p, r in zip(course.points, course.radii_mm, strict=True)])


def _plaques(canvas: Canvas, course: Course, burden: float, total: Deposit, rng: np.random.Generator) -> None:
    length = max(1.0, course.length_mm)
    for _ in range(1 + int(rng.poisson(burden))):
        # Most lie in the first half of the vessel.
        start = float(min(0.95, rng.beta(1.3, 2.4)))
        long = float(np.exp(rng.uniform(np.log(1.0), np.log(min(30.0, 3 + 6 * burden)))))
        part = stretch(course, start, min(1.0, start + long / length), 2.0)
        radius = float(rng.uniform(0.6, 1.0 + min(1.5, 0.25 * burden)))
        hu = float(np.exp(rng.uniform(np.log(280), np.log(1500))))
        volume = paint_lime(
            canvas, _path(part, rng), radius, hu, ("coronary_artery_disease", "calcification"), ("atherosclerosis",)
        )
        total.add(volume, part.points[0], long)


def draw_coronary_calcium(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Calcium in one to three coronaries, a dot to rails along all of them."""
    known = [course for course in canvas.landmarks.coronaries.values() if course.length_mm > 10]
    if not known:
        return False
    burden = float(np.exp(rng.uniform(np.log(0.6), np.log(9))))
    total = Deposit()
    order = list(canvas.landmarks.coronaries)
    for name in order:
        course = canvas.landmarks.coronaries[name]
        usual = 0.95 if name == "left_anterior_descending" else 0.35 + 0.07 * burden
        if course.length_mm > 10 and rng.random() < usual:
            _plaques(canvas, course, burden, total, rng)
    if total.volume_mm3 <= 0:
        _plaques(canvas, known[0], burden, total, rng)
    grade = "mild" if burden < 1.5 else "moderate" if burden < 4.5 else "severe"
    words = f"{grade} coronary artery calcification"
    for label in ("coronary_artery_disease", "calcification"):
        canvas.instances.append(Instance(label, total.centre, total.length_mm, total.volume_mm3, words))
    return True


def draw_stent(canvas: Canvas, rng: np.random.Generator) -> bool:
    """One to three coronary stents, 10–38 mm, 2.5–4 mm wide; with calcium beside them."""
    known = [course for course in canvas.landmarks.coronaries.values() if course.length_mm > 20]
    if not known:
        return False
    total = Deposit()
    for _ in range(int(rng.integers(1, 4))):
        course = known[int(rng.integers(len(known)))]
        start = float(rng.uniform(0.02, 0.45))
        long = float(rng.uniform(10, 38))
        part = stretch(course, start, min(1.0, start + long / course.length_mm), 2.0)
        total.add(_paint_stent(canvas, part, rng), part.points[len(part.points) // 2], long)
    words = f"coronary stent of {total.length_mm:.0f} mm"
    canvas.instances.append(Instance("coronary_artery_disease", total.centre, total.length_mm, total.volume_mm3, words))
    draw_coronary_calcium(canvas, rng)
    return True


def _paint_stent(canvas: Canvas, part: Course, rng: np.random.Generator) -> float:
    radius = float(rng.uniform(1.25, 2.0))
    block, distance = line_distance(canvas, np.array(part.points), radius + 3 * canvas.spacing_mm)
    wall = max(0.3, 0.35 * canvas.spacing_mm)
    metal = torch.exp(-(((distance - radius) / wall) ** 2)) * min(1.0, 0.35 / wall)
    canvas.hu[block] += metal * float(rng.uniform(900, 2200))
    share = soft(distance - max(radius, 0.6 * canvas.spacing_mm), 0.3 * canvas.spacing_mm)
    canvas.mark("coronary_artery_disease", share * (share > 0.25), block)
    canvas.mark_unknown("calcification", share > 0.1, block)
    return float(share.sum()) * canvas.spacing_mm**3


def draw_pulsation(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Double edges of heart and aortic root by their beat: no calcium, no fluid."""
    heart = canvas.landmarks.heart
    if heart is None:
        return False
    region = canvas.region(heart.middle, max(heart.half_mm) * 1.1)
    move = rng.normal(size=2)
    step = [int(np.clip(round(float(m) * 2.5 / canvas.spacing_mm), -3, 3)) for m in move]
    if not any(step):
        step[0] = 1
    whole = canvas.hu[region.block]
    moved: Tensor = torch.roll(whole, shifts=(step[0], step[1]), dims=(1, 2))
    near = torch.sigmoid((max(heart.half_mm) - region.radius) / 5)
    waves = (0.5 + 0.5 * torch.sin(region.up / float(rng.uniform(3, 9)))) * float(rng.uniform(0.3, 0.6))
    canvas.hu[region.block] = whole + near * waves * (moved - whole)
    return True


def valve_place(canvas: Canvas, mitral: bool) -> tuple[Vector, float] | None:
    """Return middle and radius of the aortic or the mitral ring; None where they are not known."""
    aorta, heart = canvas.landmarks.aorta, canvas.landmarks.heart
    if aorta is None:
        return None
    (up, back, left), radius = aorta.at(0.0)
    if not mitral:
        return (up, back, left), radius
    if heart is None:
        return None
    # The mitral ring touches the aortic root and lies behind, below and to the left of it.
    return (up - 14, back + 18, left + 16), 16.0


def draw_valve_calcium(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Calcium of the aortic valve's cusps (clumps) or of the mitral ring (an arc)."""
    mitral = bool(rng.random() < 0.45)
    found = valve_place(canvas, mitral)
    if found is None:
        return False
    (up, back, left), radius = found
    total = Deposit()
    aorta = canvas.landmarks.aorta
    along = direction(aorta, 0.0) if aorta is not None else np.array([1.0, 0.0, 0.0])
    u = np.cross(along, [0.0, 1.0, 0.3])
    u /= np.linalg.norm(u)
    v = np.cross(along, u)
    turn = float(rng.uniform(0, 2 * np.pi))
    for _ in range(int(rng.integers(1, 3)) if mitral else int(rng.integers(1, 6))):
        at = turn + float(rng.uniform(0, np.pi))
        sweep = float(rng.uniform(0.5, 2.6)) if mitral else float(rng.uniform(0.1, 0.6))
        inner = 1.0 if mitral else float(rng.uniform(0.2, 0.95))
        angles = np.linspace(at, at + sweep, max(2, round(sweep * radius / 2)))
        path = np.array([up, back, left]) + radius * inner * (np.outer(np.cos(angles), u) + np.outer(np.sin(angles), v))
        hu = float(rng.uniform(350, 1300))
        volume = paint_lime(canvas, path, float(rng.uniform(0.8, 3.0)), hu, ("calcification",))
        total.add(volume, (float(path[0][0]), float(path[0][1]), float(path[0][2])), sweep * radius)
    words = "mitral annular calcification" if mitral else "aortic valve calcification"
    canvas.instances.append(Instance("calcification", total.centre, total.length_mm, total.volume_mm3, words))
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("coronary calcium", ("coronary_artery_disease", "calcification"), draw_coronary_calcium, 0.26),
    Drawable("coronary stent", ("coronary_artery_disease", "calcification"), draw_stent, 0.04),
    Drawable("valve calcium", ("calcification",), draw_valve_calcium, 0.1),
    Drawable("pulsation", (), draw_pulsation, 0.12),
)
