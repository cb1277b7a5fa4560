"""A prior and a follow-up of one synthetic patient, with every lesion's fate and the way each point has moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import torch
from numpy.typing import NDArray

from ai.phantom.canvas import Canvas
from ai.phantom.case import plan_of, thorax_of
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.drawable import Drawable
from ai.phantom.scanner import Protocol, scan_of
from ai.phantom.studies.fates import Fate, Lot, growth_of, magnify, sorted_by_fate
from ai.phantom.studies.posture import drawn_posture, pose
from ai.phantom.studies.visit import Visit, first_day
from ai.progress import QUIET, Progress


@dataclass(frozen=True, eq=False)
class Pair:
    """Two visits of one patient.

    ``lots`` hold the fate of each instance of either visit. ``displacement_mm`` is float32 [3, slice, row, column]
    along the patient's (left, posterior, superior): for a voxel of the follow-up, the place of the same tissue in the
    prior's scan minus its own place. It knows breath, posture and table; not what growth pushed aside.
    """

    prior: Visit
    current: Visit
    lots: tuple[Lot, ...]
    displacement_mm: NDArray[np.float32]


def drawn_pair(
    seed: int, findings: frozenset[str] | None = None, spacing_mm: float = 2.0, progress: Progress = QUIET
) -> Pair:
    """Draw a prior and its follow-up.

    Args:
        seed: decides everything.
        findings: which abnormalities either of the two may have, or None to let chance decide.
        spacing_mm: voxel size.
        progress: told meanwhile.
    """
    rng = np.random.default_rng([seed, 3])
    plan = plan_of(seed, findings)
    things = sorted_by_fate(tuple(thing for thing in CATALOGUE if thing.name in plan), rng)
    with torch.no_grad():
        progress.report(0.0, "building the patient")
        shared = thorax_of(seed, spacing_mm).copy()
        _draw(shared, things[Fate.STABLE], seed)
        kept = len(shared.instances)
        progress.report(0.4, "drawing the prior")
        prior, current = shared.copy(), shared
        _draw(prior, things[Fate.GONE], seed)
        then = _visit(seed, 0, prior, rng)
        progress.report(0.6, "drawing the follow-up")
        _draw(current, things[Fate.NEW], seed)
        factors = grow(current, kept, rng)
        displacement = drawn_posture(current, rng)
        pose(current, displacement)
        shift = rng.uniform((-12, -25, -20), (12, 25, 20))
        current.origin = current.origin.moved(*(float(s) for s in shift))
        now = _visit(seed, 1, current, rng)
        progress.report(1.0, "drawn")
    moved = displacement.flip(0).cpu().numpy() - shift.astype(np.float32)[:, None, None, None]
    return Pair(then, now, _lots(factors, len(prior.instances), len(current.instances)), moved.astype(np.float32))


def _draw(canvas: Canvas, things: tuple[Drawable, ...], seed: int) -> None:
    for thing in things:
        thing.draw(canvas, thing.chance(seed))


def grow(canvas: Canvas, kept: int, rng: np.random.Generator) -> tuple[float, ...]:
    """Let the lesions both scans share, the first ``kept`` of the canvas, grow or shrink; return each one's factor."""
    factors = [1.0] * kept
    done: list[NDArray[np.float64]] = []
    for number in range(kept):
        factor = growth_of(canvas, number, rng)
        centre = np.array(canvas.instances[number].centre)
        if factor == 1.0 or any(np.linalg.norm(centre - other) < 25 for other in done):
            continue
        same = [i for i in range(kept) if canvas.instances[i].centre == canvas.instances[number].centre]
        magnify(canvas, number, factor)
        done.append(centre)
        for one in same:
            factors[one] = factor
    return tuple(factors)


def _lots(factors: tuple[float, ...], prior_count: int, current_count: int) -> tuple[Lot, ...]:
    kept = len(factors)
    lots = [Lot(_fate(factor), factor, number, number) for number, factor in enumerate(factors)]
    lots += [Lot(Fate.GONE, 0.0, number, None) for number in range(kept, prior_count)]
    lots += [Lot(Fate.NEW, None, None, number) for number in range(kept, current_count)]
    return tuple(lots)


def _fate(factor: float) -> Fate:
    return Fate.GROWN if factor > 1 else Fate.SHRUNK if factor < 1 else Fate.STABLE


def _visit(seed: int, number: int, canvas: Canvas, rng: np.random.Generator) -> Visit:
    # A breath or a move between slices would be a displacement that the written one does not know; a field that cuts
    # could take a lesion from one scan, which is no fate.
    protocol = replace(Protocol.drawn(rng), breath_mm=0.0, stir_mm=0.0, field_mm=0.0)
    day = first_day(seed) + timedelta(days=number * int(np.random.default_rng([seed, 5]).integers(60, 400)))
    return Visit(seed, number, day, canvas, scan_of(canvas, protocol, rng), protocol)
