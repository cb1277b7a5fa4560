"""Builds a thorax as anatomy: body wall, skeleton, mediastinum, abdomen, and two lungs with what runs in them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai.geometry import PointMm
from ai.phantom.abdomen import draw_abdomen
from ai.phantom.body import Body
from ai.phantom.bronchovascular import airways_of, draw_airways, draw_vessels, grow_lungs
from ai.phantom.cage import cage_mm, lungs_mm
from ai.phantom.canvas import Canvas, soft
from ai.phantom.fields import smooth_field
from ai.phantom.frame import Block, Frame
from ai.phantom.heart import coronaries, draw_coronaries, draw_heart
from ai.phantom.landmarks import Course, Landmarks, Vector
from ai.phantom.lobes import draw_fissures, lay_fissures, lobe_codes
from ai.phantom.mediastinum import draw_fat, draw_great_vessels, draw_nodes, draw_thymus, draw_thyroid, node_places
from ai.phantom.plan import Plan, plan_thorax
from ai.phantom.skeleton import draw_skeleton, rib_courses, sternum_course
from ai.phantom.wall import draw_arms, draw_table, draw_wall

_AIR_HU = -1000.0


def build_thorax(body: Body, rng: np.random.Generator, spacing_mm: float = 2.0) -> Canvas:
    """Build a healthy thorax.

    Args:
        body: the patient.
        rng: source of chance for courses, texture and vessels.
        spacing_mm: voxel size; the field of view follows from the body.

    Returns:
        A canvas without findings, before blur and noise, with organs and landmarks.
    """
    with torch.no_grad():
        return _built(body, rng, spacing_mm)


def _built(body: Body, rng: np.random.Generator, spacing_mm: float) -> Canvas:
    half = (
        body.lung_height / 2 + 30,
        body.cage_depth + body.muscle + body.fat + 22,
        body.cage_width + body.muscle + body.fat + 30,
    )
    f = Frame.within(half, spacing_mm)
    plan = plan_thorax(body, rng)
    cage = f.computed(lambda coarse: cage_mm(body, coarse))
    depth = f.computed(lambda coarse: lungs_mm(body, plan, coarse, rng))
    origin = PointMm(-half[2], -half[1], -half[0])
    canvas = Canvas(torch.full(f.shape, _AIR_HU), depth, (f.left < 0).expand(f.shape).clone(), spacing_mm, origin)
    block = _lung_block(depth)
    fissures = lay_fissures(body, f.within_block(block), block, rng)
    canvas.organs = lobe_codes(canvas, fissures)
    draw_wall(canvas, body, f, cage, rng)
    draw_fat(canvas, plan, f, cage, rng)
    draw_abdomen(canvas, body, plan, f, cage, rng)
    draw_skeleton(canvas, body, plan, f, cage, rng)
    _fill_lungs(canvas, body, f.within_block(block), block, rng)
    draw_fissures(canvas, fissures, rng)
    return _furnished(canvas, body, plan, f, half, rng)


def _furnished(canvas: Canvas, body: Body, plan: Plan, f: Frame, half: Vector, rng: np.random.Generator) -> Canvas:
    """Paint what runs through mediastinum and lungs, and say where it runs."""
    shift = np.array(half)
    stations = node_places(plan, body)
    arms = coronaries(plan.heart, rng)
    draw_thymus(canvas, f, body, plan, rng)
    draw_nodes(canvas, f, stations, rng)
    draw_thyroid(canvas, f, body, plan, rng)
    draw_heart(canvas, f, body, plan)
    draw_great_vessels(canvas, f, body, plan, rng)
    draw_coronaries(canvas, f, body, arms)
    trees = grow_lungs(canvas, plan, shift, rng)
    arteries, veins = draw_vessels(canvas, trees, plan, shift, body, rng)
    airways = airways_of(trees, plan, shift)
    draw_airways(canvas, airways)
    marks = Landmarks(
        aorta=plan.aorta, pulmonary_trunk=plan.trunk, vena_cava=plan.cava, subclavian_right=plan.subclavian_right,
        subclavian_left=_joined(plan.subclavian_left, plan.cava), jugular_right=plan.jugular_right,
        oesophagus=plan.oesophagus, coronaries=arms, heart=plan.heart, sternum=sternum_course(body), spine=plan.spine,
        ribs=rib_courses(body, plan), nodes=stations,
    ).moved(lambda places: places + shift)  # fmt: skip
    canvas.landmarks = Landmarks(**{**vars(marks), "airways": airways, "arteries": arteries, "veins": veins})
    if not body.arms_up:
        draw_arms(canvas, body, f, rng)
    draw_table(canvas, body, f, rng)
    return canvas


def _joined(vein: Course, cava: Course) -> Course:
    """Let a vein end where the superior vena cava begins."""
    return Course((*vein.points[:-1], cava.points[0]), vein.radii_mm)


def _lung_block(depth_mm: Tensor) -> Block:
    """Return the block that holds both lungs and their soft edge."""
    near = depth_mm > -8.0
    parts = []
    for others in ((1, 2), (0, 2), (0, 1)):
        found = torch.nonzero(near.any(others[1]).any(others[0]))
        parts.append(slice(int(found.min()), int(found.max()) + 1))
    return parts[0], parts[1], parts[2]


def _fill_lungs(canvas: Canvas, body: Body, f: Frame, block: Block, rng: np.random.Generator) -> None:
    """Paint aerated lung, denser where gravity draws its blood."""
    down = -1.0 if body.prone else 1.0
    gravity = (down * f.back / body.cage_depth).clamp(-1, 1) * body.gravity_hu * 0.5
    texture = smooth_field(f.shape, 18 / canvas.spacing_mm, rng).mul_(10)
    texture += smooth_field(f.shape, 5 / canvas.spacing_mm, rng).mul_(12)
    texture += body.lung_hu + gravity
    canvas.paint(soft(-canvas.depth_mm[block], canvas.spacing_mm * 0.4), texture, block)
