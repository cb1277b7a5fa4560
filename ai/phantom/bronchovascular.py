"""The lungs' airways, the arteries that run beside them, and the veins between."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from ai.organs import LOBES, code_of
from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, soft
from ai.phantom.conduits import rods_share
from ai.phantom.landmarks import Airway, Course
from ai.phantom.plan import Plan
from ai.phantom.rods import vector_of
from ai.phantom.tree import Places, Tree, grow

_LOBAR_RADIUS_MM = {"right_upper": 3.7, "right_mid": 2.9, "right_lower": 4.1, "left_upper": 4.0, "left_lower": 4.0}
"""Lumen of the lobar bronchi of an adult (Weibel's generation 2–3, 8 mm across)."""
_PARENTS = {"right_upper": 1, "right_mid": 3, "right_lower": 3, "left_upper": 2, "left_lower": 2}
"""Which of the plan's bronchi each lobe's bronchus comes from."""
_VEINS = {"right_upper": 0, "right_mid": 0, "right_lower": 1, "left_upper": 2, "left_lower": 3}
_AIRWAY_EXPONENT = 2.6
"""Weibel's 0.79 per generation would be 3 for even forks; these forks are uneven."""
_VESSEL_EXPONENT = 2.9
_FINEST_AIRWAY_MM = 0.7
_AIRWAY_GENERATIONS = 5
"""Below the lobar bronchi: to generation 7."""
_ML_PER_END = 4.0
_SUBPLEURAL = 3.5
"""How many times more ends lie under the pleura; in normal scans 8 % of the voxels 6–10 mm deep show a vessel."""
_AIR_HU, _WALL_HU = -1000.0, 30.0


@dataclass(frozen=True, eq=False)
class LungTrees:
    """What runs through one lobe; places from the canvas's voxel (0, 0, 0)."""

    lobe: str
    bronchi: Tree
    arteries: Tree
    veins: Tree
    artery_mm: Places
    vein_mm: Places


def grow_lungs(canvas: Canvas, plan: Plan, shift: Places, rng: np.random.Generator) -> list[LungTrees]:
    """Grow all lobes' trees.

    Args:
        canvas: its organs tell the lobes.
        plan: where the trees start.
        shift: (3,) from the frame to the canvas.
        rng: source of chance.
    """
    dense = float(rng.uniform(0.75, 1.3))
    leaf_mm = float(rng.uniform(0.6, 0.75))
    trees = []
    organs = canvas.organs if canvas.organs is not None else torch.zeros(canvas.shape, dtype=torch.uint8)
    for lobe in LOBES:
        found = torch.nonzero((organs == code_of(lobe)) & (canvas.depth_mm > 2.0), as_tuple=True)
        depth_mm = canvas.depth_mm[found].cpu().numpy()
        spots = torch.stack(found, -1).cpu().numpy()
        volume_ml = len(spots) * canvas.spacing_mm**3 / 1000
        count = int(volume_ml / _ML_PER_END * dense) + 4
        if len(spots) < 8 * count:
            continue
        share = 1 + _SUBPLEURAL * np.exp(-(depth_mm / 6.0))
        chosen = rng.choice(len(spots), int(1.8 * count) + 2, replace=False, p=share / share.sum())
        trees.append(_lobe(lobe, spots[chosen] * canvas.spacing_mm, count, leaf_mm, plan, shift, rng))
    return trees


def _lobe(
    lobe: str, spots: Places, count: int, leaf_mm: float, plan: Plan, shift: Places, rng: np.random.Generator
) -> LungTrees:
    start = np.array(plan.bronchi[_PARENTS[lobe]].course.points[-1]) + shift
    middle = spots.mean(0)
    root = start + 0.3 * (middle - start)
    ends, others = spots[:count], spots[count:]
    bronchi = grow(root, ends, rng)
    artery_mm = bronchi.radii_mm(leaf_mm * count ** (1 / _VESSEL_EXPONENT), _VESSEL_EXPONENT)
    arteries = Tree(_beside(bronchi, artery_mm, lobe), bronchi.parents, bronchi.leaves, bronchi.generations)
    vein = np.array(plan.pulmonary_veins[_VEINS[lobe]].points[-1]) + shift
    veins = grow(vein + 0.15 * (middle - vein), others, rng)
    return LungTrees(
        lobe,
        bronchi,
        arteries,
        veins,
        artery_mm,
        veins.radii_mm(leaf_mm * len(others) ** (1 / _VESSEL_EXPONENT), _VESSEL_EXPONENT),
    )


def _beside(tree: Tree, artery_mm: Places, lobe: str) -> Places:
    """Move each place sideways by both radii: arteries lie above and outside of upper, behind of lower bronchi."""
    along = tree.places - tree.places[np.maximum(tree.parents, 0)]
    along[0] = along[1]
    outwards = -1.0 if lobe.startswith("right") else 1.0
    side = np.cross(along, np.array([0.3, -0.8, 0.4 * outwards]))
    side /= np.maximum(1e-6, np.linalg.norm(side, axis=1))[:, None]
    # Ends meet the tree's ends: there is no airway left to run beside.
    air = np.where(tree.leaves > 2, tree.radii_mm(_LOBAR_RADIUS_MM[lobe], _AIRWAY_EXPONENT) + 1.0, 0.4)
    return np.asarray(tree.places + side * (artery_mm + air)[:, None])


def airways_of(trees: list[LungTrees], plan: Plan, shift: Places) -> tuple[Airway, ...]:
    """Return trachea and all bronchi thick enough to be seen, with their walls."""
    size = float(plan.bronchi[0].course.radii_mm[0]) / 8.6
    found = [_moved(a, shift) for a in plan.bronchi]
    for one in trees:
        stem = found[_PARENTS[one.lobe]]
        radii = one.bronchi.radii_mm(_LOBAR_RADIUS_MM[one.lobe] * size, _AIRWAY_EXPONENT)
        numbers = {0: len(found)}
        lobar = Course(
            (stem.course.points[-1], vector_of(one.bronchi.places[0])), (float(radii[0]) * 1.05, float(radii[0]))
        )
        found.append(Airway(lobar, _wall_mm(float(radii[0])), stem.generation + 1, one.lobe, _PARENTS[one.lobe]))
        for node in range(1, len(radii)):
            parent = int(one.bronchi.parents[node])
            deep = int(one.bronchi.generations[node])
            if parent not in numbers or radii[node] < _FINEST_AIRWAY_MM or deep > _AIRWAY_GENERATIONS:
                continue
            numbers[node] = len(found)
            points = (vector_of(one.bronchi.places[parent]), vector_of(one.bronchi.places[node]))
            course = Course(points, (float(radii[node]) * 1.05, float(radii[node])))
            found.append(
                Airway(course, _wall_mm(float(radii[node])), stem.generation + 1 + deep, one.lobe, numbers[parent])
            )
    return tuple(found)


def draw_vessels(
    canvas: Canvas, trees: list[LungTrees], plan: Plan, shift: Places, body: Body, rng: np.random.Generator
) -> tuple[tuple[Course, ...], tuple[Course, ...]]:
    """Paint arteries and veins of the lungs; return their courses, outwards."""
    arteries: list[Course] = []
    veins: list[Course] = []
    rods: dict[str, list[tuple[Places, Places, Places, Places]]] = {"arteries": [], "veins": []}
    for one in trees:
        stem = plan.right_artery if one.lobe.startswith("right") else plan.left_artery
        feed = np.array(stem.points) + shift
        near = feed[len(feed) // 2 :][
            np.argmin(np.linalg.norm(feed[len(feed) // 2 :] - one.arteries.places[0], axis=1))
        ]
        vein = np.array(plan.pulmonary_veins[_VEINS[one.lobe]].points[-1]) + shift
        for name, tree, radii, origin in (
            ("arteries", one.arteries, one.artery_mm, near),
            ("veins", one.veins, one.vein_mm, vein),
        ):
            rods[name].append((origin[None], tree.places[:1], radii[:1] * 1.1, radii[:1]))
            up = tree.parents[1:]
            taper = np.where(tree.leaves[1:] == 1, 0.6, 1.0)
            rods[name].append((tree.places[up], tree.places[1:], radii[1:], radii[1:] * taper))
            (arteries if name == "arteries" else veins).extend(tree.courses(radii, 0.75))
    for name, hu in (("veins", body.contrast.left), ("arteries", body.contrast.right)):
        start, end, first, last = (np.concatenate(parts) for parts in zip(*rods[name], strict=True))
        canvas.paint(rods_share(canvas, start, end, (first, last)), hu + float(rng.uniform(-4, 4)))
    return tuple(arteries), tuple(veins)


def draw_airways(canvas: Canvas, airways: tuple[Airway, ...]) -> None:
    """Paint all bronchi with their walls; those inside a lobe only there, so that none pierces a great vessel."""
    inside = soft(-canvas.depth_mm, 0.8)
    for deep in (True, False):
        chosen = [a for a in airways if (a.generation > 3) == deep]
        if not chosen:
            continue
        pieces = [
            (p, q, r, s, a.wall_mm)
            for a in chosen
            for (p, r), (q, s) in pairwise(zip(a.course.points, a.course.radii_mm, strict=True))
        ]
        start, end, r0, r1, wall = (np.array(values, dtype=np.float64) for values in zip(*pieces, strict=True))
        lumen = rods_share(canvas, start, end, (r0, r1))
        outer = torch.maximum(rods_share(canvas, start, end, (r0 + wall, r1 + wall)), lumen)
        if deep:
            lumen, outer = lumen * inside, outer * inside
        # What is neither tissue before nor lumen is wall: painted one over the other a thin wall would grow thick.
        canvas.hu.mul_(1 - outer).add_((outer - lumen).mul_(_WALL_HU)).add_(lumen.mul_(_AIR_HU))


def _wall_mm(radius_mm: float) -> float:
    """Wall of a bronchus: about a fifth of its radius on top of a third of a millimetre."""
    return min(1.6, 0.2 + 0.22 * radius_mm)


def _moved(airway: Airway, shift: Places) -> Airway:
    return Airway(
        airway.course.moved(lambda p: p + shift), airway.wall_mm, airway.generation, airway.lobe, airway.parent
    )
