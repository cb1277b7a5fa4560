"""Aneurysm and ectasia: a stretch of the aorta or the pulmonary trunk that is too wide and pushes its neighbours.

Limits (diameters). Ascending aorta and arch: dilated from 40 mm, aneurysm from 45 mm (ACC/AHA 2022 aortic disease
guideline); reports say either word between 40 and 45 mm, so there the aneurysm is undecided. Descending aorta: an
aneurysm is 1.5 times the normal 25–28 mm (Johnston 1991), so from 40 mm; dilated from 35 mm, undecided between.
Pulmonary trunk: dilated from 29 mm (Framingham, Truong 2012: 90th percentile 29 mm in men).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Region, Vector, soft
from ai.phantom.courses import clear_of_spine, nearest, stretch
from ai.phantom.drawable import Drawable
from ai.phantom.fields import smooth_field
from ai.phantom.landmarks import Course
from ai.phantom.warping import warp

_ARCH_END = 0.42
"""Share of the aorta's length up to which it is called ascending or arch."""


@dataclass(frozen=True)
class Swelling:
    """Where a course swells: shares of its length, and how wide it becomes there; outer diameters, millimetres."""

    middle: float
    length_mm: float
    diameter_mm: float
    saccular: bool = False


def limits_mm(share: float) -> tuple[float, float]:
    """Return from which diameter an aorta is dilated, and from which it is an aneurysm, at a share of its length."""
    return (40.0, 45.0) if share < _ARCH_END else (35.0, 40.0)


def _profile(swelling: Swelling, shares: Tensor, length_mm: float) -> Tensor:
    """1 in the swelling's middle, 0 beyond its ends."""
    away = (shares - swelling.middle).abs() * length_mm / (0.5 * swelling.length_mm)
    return torch.cos(away.clamp(max=1) * (np.pi / 2)) ** 2


def swell(canvas: Canvas, course: Course, swelling: Swelling) -> tuple[Region, Tensor, Course] | None:
    """Widen a course; return the region that moved, each voxel's share of the new tube, and the new course.

    Returns None, canvas unchanged, where the course is wider already.
    """
    place, radius = course.at(swelling.middle)
    wanted = swelling.diameter_mm / 2
    growth = wanted - radius
    if growth < 0.4:
        return None
    half = 0.5 * swelling.length_mm / max(1.0, course.length_mm)
    low, high = max(0.0, swelling.middle - 1.3 * half), min(1.0, swelling.middle + 1.3 * half)
    part = stretch(course, low, high, 6.0)
    region = canvas.region(place, min(150.0, 0.62 * swelling.length_mm + wanted + 18))
    distance, along = nearest(region, place, part)
    shares = low + along * (high - low)
    old = _radii(part, along)
    more = growth * _profile(swelling, shares, course.length_mm)
    away = clear_of_spine(canvas, region, place)
    new = old + more
    reach = 22.0
    source = torch.where(
        distance < new, distance * old / new, distance - more * (1 - (distance - new) / reach).clamp(0, 1)
    )
    pull = (source - distance) * away
    gradient = torch.stack(torch.gradient(distance, spacing=canvas.spacing_mm))
    warp(canvas, region.block, gradient * pull)
    swollen = _swollen(course, swelling, growth)
    return region, soft(distance - new, 0.4 * canvas.spacing_mm) * away, swollen


def _radii(part: Course, along: Tensor) -> Tensor:
    radii = torch.as_tensor(part.radii_mm, dtype=torch.float32)
    at = along * (len(part.radii_mm) - 1)
    lower = at.floor().long().clamp(max=len(part.radii_mm) - 2)
    rest = at - lower
    return radii[lower] * (1 - rest) + radii[lower + 1] * rest


def _swollen(course: Course, swelling: Swelling, growth: float) -> Course:
    places = np.array(course.points)
    steps = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))]
    more = growth * _profile(swelling, torch.as_tensor(steps / steps[-1]), course.length_mm)
    return Course(course.points, tuple(float(r + m) for r, m in zip(course.radii_mm, more, strict=True)))


def _drawn_swelling(course: Course, low_mm: float, high_mm: float, rng: np.random.Generator) -> Swelling:
    ascending = rng.random() < 0.6
    middle = float(rng.uniform(0.06, 0.24) if ascending else rng.uniform(0.5, 0.9))
    diameter = float(np.exp(rng.uniform(np.log(low_mm), np.log(high_mm))))
    length = diameter * float(rng.uniform(0.8, 1.3) if rng.random() < 0.2 else rng.uniform(1.6, 3.2))
    return Swelling(middle, min(length, 0.6 * course.length_mm), diameter)


def draw_aneurysm(canvas: Canvas, rng: np.random.Generator) -> bool:
    """An aneurysm of 45–80 mm (ascending) or 40–80 mm (descending), with thrombus in half of those below the arch."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    swelling = _drawn_swelling(aorta, 41.0, 80.0, rng)
    _, least = limits_mm(swelling.middle)
    swelling = replace(swelling, diameter_mm=max(swelling.diameter_mm, least + 1.0))
    return _aorta(canvas, aorta, swelling, rng)


def draw_ectasia(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A dilated, not aneurysmal, aorta: 40–45 mm ascending, 35–40 mm descending."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    swelling = _drawn_swelling(aorta, 40.0, 45.0, rng)
    least, most = limits_mm(swelling.middle)
    return _aorta(canvas, aorta, replace(swelling, diameter_mm=float(rng.uniform(least + 0.5, most))), rng)


def _aorta(canvas: Canvas, aorta: Course, swelling: Swelling, rng: np.random.Generator) -> bool:
    place, _ = aorta.at(swelling.middle)
    found = swell(canvas, aorta, swelling)
    if found is None:
        return False
    region, tube, swollen = found
    moved = canvas.landmarks.aorta or aorta
    canvas.landmarks = replace(canvas.landmarks, aorta=Course(moved.points, swollen.radii_mm))
    dilated_mm, aneurysm_mm = limits_mm(swelling.middle)
    if swelling.middle >= _ARCH_END and rng.random() < 0.5:
        _thrombus(canvas, region, place, swollen, rng)
    wide = _wider_than(region, place, swollen, swelling, dilated_mm) * tube
    canvas.mark("dilation_or_ectasia", wide * (wide > 0.25), region.block)
    volume = float(wide.sum()) * canvas.spacing_mm**3
    where = "ascending" if swelling.middle < 0.28 else "arch of the" if swelling.middle < _ARCH_END else "descending"
    diameter = swelling.diameter_mm
    if diameter >= aneurysm_mm:
        words = f"aneurysm of the {where} aorta of {diameter:.0f} mm"
        canvas.mark("aneurysm", wide * (wide > 0.25), region.block)
        canvas.instances.append(Instance("aneurysm", place, diameter, volume, words))
    else:
        words = f"dilated {where} aorta of {diameter:.0f} mm"
        canvas.mark_unknown("aneurysm", wide > 0.1, region.block)
    canvas.instances.append(Instance("dilation_or_ectasia", place, diameter, volume, words))
    return True


def _wider_than(region: Region, centre: Vector, course: Course, swelling: Swelling, least_mm: float) -> Tensor:
    """1 along the stretch whose diameter reaches the limit, less 3 mm: no one stops to call it wide on a millimetre."""
    _, along = nearest(region, centre, course)
    places = np.array(course.points)
    steps = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))]
    shares, radii = steps / steps[-1], np.array(course.radii_mm)
    line = np.linspace(0, 1, 200)
    at = torch.as_tensor(np.interp(line, shares, radii), dtype=torch.float32)
    wide = at[(along * 199).round().long()] * 2 >= least_mm - 3.0
    near = (along - swelling.middle).abs() * course.length_mm < 0.5 * swelling.length_mm
    return (wide & near).float()


def _thrombus(canvas: Canvas, region: Region, centre: Vector, course: Course, rng: np.random.Generator) -> None:
    """A rim of clot, 35–60 HU, eccentric; seen where there is contrast, else hardly."""
    distance, along = nearest(region, centre, course)
    radii = torch.as_tensor(course.radii_mm, dtype=torch.float32)
    radius = radii[(along * (len(course.radii_mm) - 1)).round().long()]
    thick = float(rng.uniform(0.15, 0.45)) * radius
    lean = torch.tanh((region.back * float(rng.normal()) + region.left * float(rng.normal())) / 15)
    uneven = smooth_field((distance.shape[0], distance.shape[1], distance.shape[2]), 8, rng)
    thick = thick * (1 + 0.8 * lean + 0.2 * uneven).clamp(min=0)
    grown = radius > 17.0
    rim = soft(radius - thick - distance, 0.7) * soft(distance - radius + 1.0, 0.7) * grown
    canvas.paint(rim, float(rng.uniform(35, 60)), region.block)


def draw_wide_trunk(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A pulmonary trunk of 30–45 mm."""
    return _trunk(canvas, float(np.exp(rng.uniform(np.log(30.5), np.log(45)))), rng, truth=True)


def draw_normal_wide_trunk(canvas: Canvas, rng: np.random.Generator) -> bool:
    """A pulmonary trunk of 27–28.6 mm: still normal."""
    return _trunk(canvas, float(rng.uniform(27, 28.6)), rng, truth=False)


def _trunk(canvas: Canvas, diameter: float, rng: np.random.Generator, truth: bool) -> bool:
    trunk = canvas.landmarks.pulmonary_trunk
    if trunk is None:
        return False
    swelling = Swelling(float(rng.uniform(0.45, 0.65)), 1.5 * max(trunk.length_mm, diameter), diameter)
    place, _ = trunk.at(swelling.middle)
    found = swell(canvas, trunk, swelling)
    if found is None:
        return False
    region, tube, swollen = found
    moved = canvas.landmarks.pulmonary_trunk or trunk
    canvas.landmarks = replace(canvas.landmarks, pulmonary_trunk=Course(moved.points, swollen.radii_mm))
    if truth:
        canvas.mark("dilation_or_ectasia", tube * (tube > 0.25), region.block)
        volume = float(tube.sum()) * canvas.spacing_mm**3
        words = f"dilated pulmonary trunk of {diameter:.0f} mm"
        canvas.instances.append(Instance("dilation_or_ectasia", place, diameter, volume, words))
    return True


def draw_wide_normal_aorta(canvas: Canvas, rng: np.random.Generator) -> bool:
    """An ascending aorta of 34–37 mm: wide for the young, normal for the old."""
    aorta = canvas.landmarks.aorta
    if aorta is None:
        return False
    swelling = Swelling(float(rng.uniform(0.08, 0.2)), float(rng.uniform(60, 110)), float(rng.uniform(34, 37)))
    found = swell(canvas, aorta, swelling)
    if found is None:
        return False
    moved = canvas.landmarks.aorta or aorta
    canvas.landmarks = replace(canvas.landmarks, aorta=Course(moved.points, found[2].radii_mm))
    return True


DRAWABLES: tuple[Drawable, ...] = (
    Drawable("aortic aneurysm", ("aneurysm", "dilation_or_ectasia"), draw_aneurysm, 0.05),
    Drawable("ectatic aorta", ("dilation_or_ectasia",), draw_ectasia, 0.05),
    Drawable("wide pulmonary trunk", ("dilation_or_ectasia",), draw_wide_trunk, 0.06),
    Drawable("normal wide pulmonary trunk", (), draw_normal_wide_trunk, 0.08),
    Drawable("normal wide aorta", (), draw_wide_normal_aorta, 0.1),
)
