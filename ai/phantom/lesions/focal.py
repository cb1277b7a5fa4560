"""Nodules and masses: one body each, of many shapes and densities.

HU and sizes are the textbook values gathered in the project's recipes (solid −50…60, part-solid core in a
ground-glass shell, calcified granuloma 200–1000); a nodule is ≤ 30 mm, a mass larger (Fleischner 2008 glossary).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance, Vector
from ai.phantom.fields import smooth_field
from ai.phantom.finely import Fine
from ai.phantom.lesions.airspace import Patch, add_haze, settle
from ai.phantom.lesions.calcium import BENIGN, Calcium, calcium_share
from ai.phantom.lesions.forms import REACH, Margin, distance_to
from ai.phantom.lesions.hollow import Cavity, hollow
from ai.phantom.lesions.offshoots import draw_spicules, draw_strands, draw_tag, keep_bronchi
from ai.phantom.lesions.pushing import push
from ai.phantom.warping import Block

__all__ = ["Density", "FocalLesion", "Margin", "draw_focal"]

_LARGEST_NODULE_MM = 30.0
_DOUBT_MM = 2.0
"""Around the limit of 30 mm no reader can say nodule or mass."""
_VESSEL_HU = 110.0


class Density(StrEnum):
    """What a nodule is made of."""

    SOLID = "solid"
    PART_SOLID = "part-solid"
    GROUND_GLASS = "ground-glass"
    CALCIFIED = "calcified"


@dataclass(frozen=True)
class FocalLesion:
    """One nodule or mass before it is drawn; ``seed`` decides its exact shape, so that it can grow unchanged.

    Args:
        centre: in the canvas's frame.
        diameter_mm: of the sphere of the body's volume, spicules left out.
        density, margin: its kind.
        seed: decides shape and texture.
        necrotic: dead, darker inside.
        calcium: the pattern of its calcium; a calcified one without a pattern is diffuse.
        cavity: the hole in it.
        notched: a dent in its edge.
        tagged: a strand to the pleura.
        pushes: 0…1, how much of what was in its place has been pushed aside rather than grown over.
        enhanced_hu: added by contrast.
        invades_mm: how far it may grow beyond the lung's surface.
        airy: 0…1, how much of a solid body still holds air, in bubbles and in a rim that is half lung: as an
            adenocarcinoma that grows along the alveoli.
        halo_mm: how far hazy lung reaches around it: growth along the alveoli, blood, or lung that drains badly.
    """

    centre: Vector
    diameter_mm: float
    density: Density
    margin: Margin
    seed: int
    necrotic: bool = False
    calcium: Calcium | None = None
    cavity: Cavity | None = None
    notched: bool = False
    tagged: bool = False
    pushes: float = 0.0
    enhanced_hu: float = 0.0
    invades_mm: float = 1.5
    airy: float = 0.0
    halo_mm: float = 0.0

    @property
    def label(self) -> str:
        """``nodule`` up to 30 mm, ``mass`` above."""
        return "mass" if self.diameter_mm > _LARGEST_NODULE_MM else "nodule"

    @property
    def pattern(self) -> Calcium | None:
        """Where its calcium lies."""
        return self.calcium or (Calcium.DIFFUSE if self.density is Density.CALCIFIED else None)

    @property
    def benign(self) -> bool:
        """Whether it is a granuloma by its calcium."""
        return self.density is Density.CALCIFIED and self.pattern in BENIGN and self.label == "nodule"

    @property
    def words(self) -> str:
        """How a report says it."""
        kind = "calcified granuloma" if self.benign else f"{self.density} {self.label}"
        extras = [
            text
            for there, text in (
                (self.cavity is not None, "cavitation"),
                (self.cavity is not None and self.cavity.fluid > 0, "an air-fluid level"),
                (self.cavity is not None and self.cavity.ball, "a fungus ball"),
                (self.necrotic, "central necrosis"),
                (self.pattern is not None, f"{self.pattern} calcification"),
            )
            if there
        ]
        said = f"{self.margin} {kind} of {self.diameter_mm:.0f} mm"
        return f"{said} with {' and '.join(extras)}" if extras else said


def draw_focal(canvas: Canvas, lesion: FocalLesion) -> Instance:
    """Paint the lesion where the lung is (it does not grow through the chest wall) and write its truth."""
    rng = np.random.default_rng([lesion.seed, 2])
    radius = lesion.diameter_mm / 2
    if lesion.pushes > 0:
        push(canvas, lesion.centre, radius, lesion.pushes)
    if lesion.halo_mm > 0:
        _draw_halo(canvas, lesion)
    reach = radius * REACH.get(lesion.margin, 1.75) + 1.5 * canvas.spacing_mm
    fine = Fine.around(canvas, lesion.centre, reach, float(np.clip(lesion.diameter_mm / 9, 0.4, 2.5)))
    distance = distance_to(fine.region, radius, lesion.margin, lesion.seed, lesion.notched)
    room = fine.inside(-fine.cut(canvas.depth_mm) - lesion.invades_mm)
    body = fine.inside(distance) * room
    block, share = fine.region.block, fine.mean(body)
    calcified = _fill(canvas, fine, distance, body, lesion, rng)
    _write_truth(canvas, lesion, share, calcified, block)
    if lesion.margin in (Margin.SPICULATED, Margin.IRREGULAR):
        draw_spicules(canvas, lesion.centre, radius, rng)
    if lesion.tagged:
        draw_tag(canvas, lesion.centre, radius, rng)
    if lesion.label == "mass":
        keep_bronchi(canvas, lesion.centre, radius, rng)
        if lesion.margin is Margin.IRREGULAR:
            draw_strands(canvas, lesion.centre, radius, rng)
    return _instance(canvas, lesion, share, block)


def _draw_halo(canvas: Canvas, lesion: FocalLesion) -> None:
    """Haze around the body, wider here than there; what the body covers later is no haze."""
    rng = np.random.default_rng([lesion.seed, 3])
    radius = lesion.diameter_mm / 2
    region = canvas.region(lesion.centre, radius * REACH.get(lesion.margin, 1.75) + 1.6 * lesion.halo_mm)
    distance = distance_to(region, radius, lesion.margin, lesion.seed, lesion.notched)
    s, r, c = distance.shape
    width = lesion.halo_mm * (1 + 0.6 * smooth_field((s, r, c), 12 / canvas.spacing_mm, rng)).clamp(0.1, 2.2)
    inside = (canvas.depth_mm[region.block] / canvas.spacing_mm + 0.5).clamp(0, 1)
    halo = Patch(region.block, torch.sigmoid(3 * (width - distance) / width) * inside)
    add_haze(canvas, halo, float(rng.uniform(100, 350)), rng)
    settle(canvas, "groundglass", halo, 0.35)


def _instance(canvas: Canvas, lesion: FocalLesion, share: Tensor, block: Block) -> Instance:
    """Note the lesion; cut by the chest wall it is as large as what is left, and lies there."""
    centre = _centre(canvas, lesion, share, block)
    volume = float(share.sum()) * canvas.spacing_mm**3
    left = (6 * volume / np.pi) ** (1 / 3)
    diameter = lesion.diameter_mm if abs(left / lesion.diameter_mm - 1) < 0.07 else left
    found = Instance(lesion.label, centre, diameter, volume, lesion.words)
    if lesion.benign:
        canvas.instances.append(Instance("granuloma", centre, diameter, volume, lesion.words))
    if lesion.cavity is not None:
        canvas.instances.append(Instance("cavitation", centre, diameter, volume, lesion.words))
    canvas.instances.append(found)
    return found


def _centre(canvas: Canvas, lesion: FocalLesion, share: Tensor, block: Block) -> Vector:
    """The lesion's middle; of one that was cut there, the place of what is left that is nearest to the middle of it."""
    inside = torch.nonzero(share > 0.5).float()
    start = torch.tensor([float(part.start) for part in block])
    middle = torch.tensor(lesion.centre) / canvas.spacing_mm - start
    if not len(inside) or bool(((inside - middle).abs().amax(1) <= 0.5).any()):
        return lesion.centre
    nearest = inside[(inside - inside.mean(0)).norm(dim=1).argmin()]
    up, back, left = ((nearest + start) * canvas.spacing_mm).tolist()
    return up, back, left


def _write_truth(canvas: Canvas, lesion: FocalLesion, share: Tensor, calcified: Tensor | None, block: Block) -> None:
    d = lesion.diameter_mm
    if lesion.density in (Density.SOLID, Density.CALCIFIED):
        cover(canvas, share, block)
    else:
        canvas.mark_unknown("groundglass", share > 0.05, block)
    canvas.mark(lesion.label, share, block)
    if 10 <= d <= _LARGEST_NODULE_MM:
        canvas.mark("nodulegr1cm", share, block)
    elif abs(d - 10) < 1:
        canvas.mark_unknown("nodulegr1cm", share > 0.1, block)
    if abs(d - _LARGEST_NODULE_MM) < _DOUBT_MM:
        canvas.mark_unknown("nodule" if lesion.label == "mass" else "mass", share > 0.1, block)
    if lesion.benign:
        canvas.mark("granuloma", share, block)
    if calcified is not None:
        canvas.mark("calcification", calcified, block)
    if lesion.cavity is not None:
        canvas.mark("cavitation", share, block)
        if lesion.cavity.wall_mm < 3.5:
            canvas.mark_unknown("cyst", share > 0.1, block)


def cover(canvas: Canvas, share: Tensor, block: Block, keep: tuple[str, ...] = ()) -> None:
    """Lower what was true where something opaque now is."""
    for label, layer in canvas.truth.items():
        if label not in keep:
            layer[block] *= 1 - share


def _fill(
    canvas: Canvas, fine: Fine, distance: Tensor, body: Tensor, lesion: FocalLesion, rng: np.random.Generator
) -> Tensor | None:
    """Paint the body; return the calcium's share where there is some."""
    if lesion.density in (Density.GROUND_GLASS, Density.PART_SOLID):
        _add_haze(canvas, fine, distance, body, rng)
    if lesion.density is Density.GROUND_GLASS:
        return None
    radius, share = lesion.diameter_mm / 2, body
    if lesion.density is Density.PART_SOLID:
        share = body * _core(fine, radius, rng)
    elif lesion.airy > 0:
        share = body * _without_air(fine, distance, lesion)
    value = _tissue(fine, distance, lesion, rng)
    calcified = None
    if lesion.pattern is not None:
        bright = calcium_share(fine, distance, radius, lesion.pattern, rng)
        value = value + bright * (float(rng.uniform(300, 1000)) - value)
        calcified = fine.mean(bright * body)
    if lesion.cavity is not None:
        hole, content = hollow(fine, distance, radius, lesion.cavity, rng)
        value = value + hole * (content - value)
    # Enhanced vessels that run through it stay visible.
    kept = 0.7 * ((canvas.hu[fine.region.block] - _VESSEL_HU) / 60).clamp(0, 1) * (lesion.cavity is None)
    part, paint = fine.mean(share), fine.mean(share * value)
    canvas.hu[fine.region.block] += (paint - part * canvas.hu[fine.region.block]) * (1 - kept)
    return calcified


def _add_haze(canvas: Canvas, fine: Fine, distance: Tensor, body: Tensor, rng: np.random.Generator) -> None:
    uneven = 1 + 0.18 * smooth_field(fine.shape, max(1.5, 4 / fine.spacing_mm), rng)
    edge = torch.sigmoid(-distance / float(rng.uniform(0.4, 1.0)))
    haze = fine.mean(float(rng.uniform(170, 420)) * uneven * edge * (body > 0))
    hu = canvas.hu[fine.region.block]
    canvas.hu[fine.region.block] += haze * ((-250 - hu) / 200).clamp(0, 1)


def _without_air(fine: Fine, distance: Tensor, lesion: FocalLesion) -> Tensor:
    """The share of the body that is tissue: less at the rim, least in bubbles of a few millimetres."""
    rng = np.random.default_rng([lesion.seed, 5])
    small = smooth_field(fine.shape, max(1.5, float(rng.uniform(2, 4)) / fine.spacing_mm), rng)
    large = smooth_field(fine.shape, max(1.5, float(rng.uniform(6, 12)) / fine.spacing_mm), rng)
    rim = torch.exp(distance.clamp(max=0) / float(rng.uniform(2, 6)))
    air = torch.sigmoid(3 * (0.6 * small + 0.8 * large + 1.5 * rim - 1.6 + lesion.airy))
    return 1 - lesion.airy * air


def _core(fine: Fine, radius: float, rng: np.random.Generator) -> Tensor:
    """The solid part: smaller, not in the middle, uneven."""
    size = radius * float(rng.uniform(0.25, 0.75))
    away = rng.normal(size=3)
    away *= rng.uniform(0, 0.8) * (radius - size) / np.linalg.norm(away)
    r = fine.region
    spot = torch.sqrt((r.up - away[0]) ** 2 + (r.back - away[1]) ** 2 + (r.left - away[2]) ** 2)
    uneven = 0.15 * size * smooth_field(fine.shape, max(1.5, 0.5 * size / fine.spacing_mm), rng)
    return fine.inside(spot - size + uneven)


def _tissue(fine: Fine, distance: Tensor, lesion: FocalLesion, rng: np.random.Generator) -> Tensor:
    low, high = (20, 55) if lesion.label == "mass" else (-30, 60)
    uneven = smooth_field(fine.shape, max(1.5, 5 / fine.spacing_mm), rng)
    value = float(rng.uniform(low, high)) + lesion.enhanced_hu + 8 * uneven
    if lesion.necrotic:
        depth = lesion.diameter_mm * float(rng.uniform(0.1, 0.25))
        dead = torch.sigmoid(-(distance + depth + 0.06 * lesion.diameter_mm * uneven) / 2.0)
        value = value + dead * (float(rng.uniform(5, 25)) - value)
    return value
