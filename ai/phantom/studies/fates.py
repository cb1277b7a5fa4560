"""What becomes of each lesion between two scans, and how a lesion grows in place: it pushes its neighbours aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas, Instance
from ai.phantom.drawable import Drawable
from ai.phantom.warping import warp


class Fate(StrEnum):
    """What became of a lesion."""

    NEW = "new"
    GROWN = "grown"
    STABLE = "stable"
    SHRUNK = "shrunk"
    GONE = "gone"


@dataclass(frozen=True)
class Lot:
    """One lesion's fate.

    Args:
        fate: what became of it.
        factor: diameter now over diameter then; 1 where stable, 0 where gone; none where new.
        prior: place in the prior's instances; none where new.
        current: place in the follow-up's instances; none where gone.
    """

    fate: Fate
    factor: float | None
    prior: int | None
    current: int | None


GROWING = ("nodule", "mass", "granuloma")
"""Labels whose single lesions grow or shrink; a calcified granuloma does not, but may stand for a nodule."""
COMING_AND_GOING = (
    "nodule", "nodulegr1cm", "mass", "groundglass", "consolidation", "pneumonia", "atelectasis", "tree_in_bud",
    "pleural_effusion", "pneumothorax", "lymphadenopathy", "catheter_or_port", "chest_tube", "tracheal_tube",
    "pulmonary_edema",
)  # fmt: skip
"""First labels of what may be new or gone; chronic disease and anatomy stay."""
_LEAST_SEEN_MM, _MASS_MM, _LARGE_MM = 4.0, 30.0, 10.0
_SIZE = re.compile(r"(\d+) mm")


def sorted_by_fate(things: tuple[Drawable, ...], rng: np.random.Generator) -> dict[Fate, tuple[Drawable, ...]]:
    """Sort what a patient has into what stays, what is gone and what is new in the follow-up."""
    lots: dict[Fate, list[Drawable]] = {Fate.STABLE: [], Fate.GONE: [], Fate.NEW: []}
    for thing in things:
        chance = rng.random()
        passing = thing.labels[:1] and thing.labels[0] in COMING_AND_GOING
        fate = Fate.STABLE if not passing or chance < 0.6 else Fate.NEW if chance < 0.8 else Fate.GONE
        lots[fate].append(thing)
    return {fate: tuple(found) for fate, found in lots.items()}


def growth_of(canvas: Canvas, number: int, rng: np.random.Generator) -> float:
    """Draw by what factor an instance's diameter changes; 1 where it may not.

    A lesion keeps its class: nodules stay below 30 mm and do not cross 10 mm downwards; what would press on the chest
    wall stays as it is.
    """
    one = canvas.instances[number]
    chance, size = rng.random(), float(rng.uniform(1.2, 2.0))
    if one.label not in GROWING or chance < 0.35:
        return 1.0
    factor = size if chance < 0.8 else 1.0 / size
    after = one.diameter_mm * factor
    crosses = (one.diameter_mm < _MASS_MM) != (after < _MASS_MM) or (one.diameter_mm >= _LARGE_MM > after)
    deep = _depth_at(canvas, one)
    if crosses or after < _LEAST_SEEN_MM or deep < 0.5 * max(after, one.diameter_mm) - 2.0:
        return 1.0
    return factor


def _depth_at(canvas: Canvas, one: Instance) -> float:
    s, r, c = (min(max(0, round(p / canvas.spacing_mm)), n - 1) for p, n in zip(one.centre, canvas.shape, strict=True))
    return float(canvas.depth_mm[s, r, c])


def magnify(canvas: Canvas, number: int, factor: float) -> None:
    """Scale an instance about its middle; what lies around it moves outwards or inwards and fades out farther away."""
    one = canvas.instances[number]
    before, after = one.diameter_mm / 2 + 1.0, (one.diameter_mm / 2 + 1.0) * factor
    end = max(before, after) + max(14.0, 1.5 * abs(after - before))
    region = canvas.region(one.centre, end + canvas.spacing_mm)
    away = region.radius
    outer = before + (away - after) * (end - before) / (end - after)
    source = torch.where(away < after, away / factor, torch.where(away < end, outer, away))
    pull = (source - away) / away.clamp_min(1e-3)
    warp(canvas, region.block, torch.stack([axis * pull for axis in (region.up, region.back, region.left)]))
    _say_the_new_size(canvas, one, factor)
    if one.label == "nodule" and one.diameter_mm < _LARGE_MM <= one.diameter_mm * factor:
        canvas.mark("nodulegr1cm", _own(canvas, "nodule", region.block, away < after + 3), region.block)


def _own(canvas: Canvas, label: str, block: tuple[slice, slice, slice], near: Tensor) -> Tensor:
    return canvas.truth[label][block] * near


def _say_the_new_size(canvas: Canvas, old: Instance, factor: float) -> None:
    """Give all instances of the lesion (a nodule may also be a granuloma) its new size."""
    for number, one in enumerate(canvas.instances):
        beside = np.linalg.norm(np.array(one.centre) - np.array(old.centre)) < max(2.0, canvas.spacing_mm)
        if beside and abs(one.diameter_mm - old.diameter_mm) < 0.5:
            grown = one.diameter_mm * factor
            canvas.instances[number] = replace(
                one,
                diameter_mm=grown,
                volume_mm3=one.volume_mm3 * factor**3,
                words=_SIZE.sub(f"{grown:.0f} mm", one.words, count=1),
            )
