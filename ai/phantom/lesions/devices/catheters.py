"""Central venous lines: by the neck, the clavicle or the arm, with a port, for dialysis, into the lung artery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ai.phantom.canvas import Canvas, Instance, soft
from ai.phantom.drawable import Drawable
from ai.phantom.landmarks import Course, Landmarks
from ai.phantom.lesions.devices.heart_places import in_heart, near
from ai.phantom.lesions.devices.pocket import Pocket, lift_skin, pocket_at
from ai.phantom.lesions.devices.wires import Path, curve, inside, length_mm, paint_hose, paint_wire

LABEL = "catheter_or_port"


@dataclass(frozen=True)
class Line:
    """One kind of line.

    Args:
        words: as a report says it.
        veins: landmarks it may enter by.
        radius_mm: outer radius, least and most.
        past_cava_mm: how far its tip lies beyond the vena cava's end, least and most (negative: above it).
        share: of all lines.
    """

    words: str
    veins: tuple[str, ...]
    radius_mm: tuple[float, float]
    past_cava_mm: tuple[float, float]
    share: float


_BOTH = ("subclavian_right", "subclavian_left")
LINES = (
    Line("central venous catheter", ("jugular_right", *_BOTH), (1.0, 1.4), (-40.0, 12.0), 0.3),
    Line("port catheter", ("jugular_right", *_BOTH), (1.0, 1.5), (-30.0, 15.0), 0.32),
    Line("peripherally inserted central catheter", _BOTH, (0.7, 1.0), (-45.0, 15.0), 0.16),
    Line("dialysis catheter", ("jugular_right",), (2.1, 2.6), (-10.0, 40.0), 0.12),
    Line("pulmonary artery catheter", ("jugular_right",), (1.1, 1.3), (0.0, 0.0), 0.1),
)


def draw_catheter(canvas: Canvas, rng: np.random.Generator) -> bool:
    """Draw one line; False where the veins are not known."""
    marks = canvas.landmarks
    if marks.vena_cava is None:
        return False
    shares = np.array([line.share for line in LINES])
    line = LINES[int(rng.choice(len(LINES), p=shares / shares.sum()))]
    known = [name for name in line.veins if getattr(marks, name) is not None]
    if not known:
        return False
    name = str(rng.choice(known))
    vein: Course = getattr(marks, name)
    path = curve(np.concatenate([inside(vein, rng, 0.0, 0.93), _central(marks, marks.vena_cava, line, rng)]))
    radius = float(rng.uniform(*line.radius_mm))
    volume = _paint_line(canvas, path, radius, line, rng)
    centre = path[len(path) // 2]
    if line.words == "port catheter":
        volume += _port(canvas, vein, "left" in name, name.startswith("jugular"), path, rng)
    place = (float(centre[0]), float(centre[1]), float(centre[2]))
    canvas.instances.append(Instance(LABEL, place, length_mm(path), volume, line.words))
    return True


def _central(marks: Landmarks, cava: Course, line: Line, rng: np.random.Generator) -> Path:
    """The part in the vena cava and beyond."""
    heart, trunk = marks.heart, marks.pulmonary_trunk
    if line.words == "pulmonary artery catheter" and heart is not None and trunk is not None:
        atrium = near(in_heart(heart, (-0.1, -0.1, -1.0), 0.6), 3, rng)
        ventricle = near(in_heart(heart, (-0.6, -0.6, 0.0), 0.6), 3, rng)
        outflow = near(in_heart(heart, (0.5, -0.8, 0.1), 0.7), 3, rng)
        onward = inside(trunk, rng)
        fork = onward[-1] + np.array((0.0, 12.0, float(rng.choice([-30.0, 20.0]))))
        return np.concatenate([inside(cava, rng, 0.05, 1.0), [atrium, ventricle, outflow], onward, [fork]])
    past = float(rng.uniform(*line.past_cava_mm))
    stop = min(1.0, max(0.2, 1.0 + past / max(cava.length_mm, 1.0)))
    course = inside(cava, rng, 0.05, stop)
    if past > 0:
        onward = course[-1] - course[-2]
        course = np.concatenate([course, [course[-1] + past * onward / max(np.linalg.norm(onward), 1e-3)]])
    return course


def _paint_line(canvas: Canvas, path: Path, radius: float, line: Line, rng: np.random.Generator) -> float:
    """Paint the line: thin ones as a wire of plastic with barium, thick ones with two lumens; returns mm³."""
    hu = float(rng.uniform(500, 2200))
    if radius < 1.8:
        block, share = paint_wire(canvas, path, radius, hu)
    else:
        block, share = paint_hose(canvas, path, radius, 0.7, hu, float(rng.choice([20.0, 20.0, -900.0])))
        septum = path + np.array((0.0, 0.01, 0.0))
        canvas.mark(LABEL, share, block)
        paint_wire(canvas, septum, 0.4, hu)
        if len(path) > 8:  # the split tip's longer arm
            onward = path[-1] - path[-2]
            arm = np.array([path[-1], path[-1] + 25.0 * onward / max(np.linalg.norm(onward), 1e-3)])
            arm_block, arm_share = paint_wire(canvas, arm, radius * 0.6, hu)
            canvas.mark(LABEL, arm_share, arm_block)
    canvas.mark(LABEL, share, block)
    return float(np.pi * radius**2 * length_mm(path))


def _port(canvas: Canvas, vein: Course, left: bool, tunnelled: bool, path: Path, rng: np.random.Generator) -> float:
    """The reservoir under the skin and the line from it to the vein; returns mm³, 0 outside the field."""
    start = path[0]
    side = 1.0 if left else -1.0
    drop, beside = float(rng.uniform(20, 55)), float(rng.uniform(-15, 25))
    if tunnelled:
        entry, _ = vein.at(0.5)
        drop, beside, start = drop + 20, -float(rng.uniform(25, 55)), np.array(entry)
    up, left_mm = float(start[0]) - drop, float(start[2]) - side * beside
    pocket = pocket_at(canvas, up, left_mm, float(rng.uniform(8, 16)), 24.0, float(rng.uniform(-1, 1)))
    if pocket is None:
        return 0.0
    volume = _reservoir(canvas, pocket, rng)
    between = (start + np.array(pocket.middle)) / 2 + np.array((4.0, -8.0, 0.0))
    tunnel = curve(np.array([pocket.at(10.0, 0.0, -1.0), between, start]))
    block, share = paint_wire(canvas, tunnel, 1.1, float(rng.uniform(600, 1800)))
    canvas.mark(LABEL, share, block)
    return volume


def _reservoir(canvas: Canvas, pocket: Pocket, rng: np.random.Generator) -> float:
    """A chamber of 20–30 mm of titanium or plastic, full of fluid under a silicone membrane."""
    radius, height = float(rng.uniform(10, 15)), float(rng.uniform(8, 13))
    across = torch.sqrt(pocket.along(pocket.long) ** 2 + pocket.along(pocket.wide) ** 2)
    out = pocket.along(pocket.out)
    narrow = radius * (0.9 - 0.2 * out / height)
    distance = torch.maximum(across - narrow, out.abs() - height / 2)
    lift_skin(canvas, pocket, distance, 4.0)
    block = pocket.region.block
    share = soft(distance, 0.3 * canvas.spacing_mm)
    metal = rng.random() < 0.6
    canvas.paint(share, 4500.0 if metal else float(rng.uniform(150, 500)), block)
    chamber = torch.maximum(across - radius * 0.55, (out - 1.0).abs() - height / 2 + 2.0)
    canvas.paint(soft(chamber, 0.3 * canvas.spacing_mm), 60.0, block)
    if not metal:
        ring = torch.sqrt((across - radius * 0.6) ** 2 + (out - height * 0.3) ** 2) - 1.0
        canvas.paint(soft(ring, 0.3 * canvas.spacing_mm) * 0.6, 3500.0, block)
    canvas.mark(LABEL, share, block)
    return float(share.sum()) * canvas.spacing_mm**3


DRAWABLES = (Drawable("catheter", (LABEL,), draw_catheter, 0.14),)
