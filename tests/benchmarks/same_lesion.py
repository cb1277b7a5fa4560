"""How often a lesion is recognised in the other scan: whole patients, registered as the program registers them.

    python -m tests.benchmarks.same_lesion               seeds that nothing was developed on (some minutes)

A thorax of 2 mm voxels with a dozen nodules of 5–22 mm: of these some are gone, some new, some grown; breath and
posture between the scans, two protocols. Detection is taken from the truth, but for a share that is kept from each
scan, as if the network had missed it: the second look must find those, and must find none where none is.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from ai.change import LesionChange
from ai.comparison import register
from ai.comparison.guidelines import Circumstances
from ai.comparison.lesion_changes import lesion_changes
from ai.comparison.seen import Seen
from ai.findings import Analysis, Lesion, ModelCard
from ai.geometry import PointMm
from ai.model.lesions import LEAST_MM3, described
from ai.model.looking import body_at
from ai.organs import Organs
from ai.phantom.canvas import Canvas
from ai.phantom.case import thorax_of
from ai.phantom.lesions.focal import draw_focal
from ai.phantom.lesions.nodules import drawn_nodule
from ai.phantom.scanner import Protocol, scan_of
from ai.phantom.studies.fates import magnify
from ai.phantom.studies.posture import drawn_posture, pose
from ai.vocabulary import abnormality
from ai.volume import Volume
from tests.support.synthetic_analysis import finding

HELD_OUT = (9401, 9402, 9403, 9404)
SPACING_MM = 2.0
KEPT, GONE, NEW = 8, 2, 2
"""Nodules of each fate in a patient."""
MISSED = 0.15
_CARD = ModelCard("truth", "0", "", "nothing: detection is the truth's")


@dataclass
class Tally:
    """What was right among what could be."""

    lots: int = 0
    right: int = 0
    both: int = 0
    matched: int = 0
    missed: int = 0
    found_again: int = 0
    alone: int = 0
    false_second: int = 0
    questioned: int = 0

    def __str__(self) -> str:
        return (
            f"lesions whose partner or absence is right: {_share(self.right, self.lots)}\n"
            f"  of these detected in both scans, matched with each other: {_share(self.matched, self.both)}\n"
            f"  of these kept from one scan, found on second look: {_share(self.found_again, self.missed)}\n"
            f"  truly new or gone, yet 'found' on second look: {_share(self.false_second, self.alone)}\n"
            f"  truly new or gone, yet told as a question: {_share(self.questioned, self.alone)}"
        )


def one_patient(seed: int, tally: Tally) -> None:
    """Draw a patient twice, register, compare, count."""
    rng = np.random.default_rng([seed, 78])
    with torch.no_grad():
        shared = thorax_of(seed, SPACING_MM).copy()
        kept = _draw(shared, KEPT, rng)
        prior, current = shared.copy(), shared
        gone = _draw(prior, GONE, rng)
        new = _draw(current, NEW, rng)
        for number in rng.permutation(kept)[: kept // 3]:
            magnify(current, int(number), float(rng.uniform(1.15, 1.4)))
        pose(current, drawn_posture(current, rng))
        then, now = _volume(prior, rng), _volume(current, rng)
    places = [[_place(canvas, n) for n in range(kept + more)] for canvas, more in ((prior, gone), (current, new))]
    seen = [_seen(*args) for args in ((prior, then, places[0], rng), (current, now, places[1], rng))]
    known = Circumstances(thickness_mm=SPACING_MM, compared=True, days=180)
    changes, _ = lesion_changes(seen[0][0], seen[1][0], register(then, now), known)
    _count(tally, changes, places, kept, (seen[0][1], seen[1][1]))


def _count(
    tally: Tally,
    changes: Sequence[LesionChange],
    places: list[list[PointMm]],
    kept: int,
    missed: tuple[set[int], set[int]],
) -> None:
    for change in changes:
        lots = [_nearest(side, found) for side, found in zip(places, (change.priors, change.currents), strict=True)]
        lots_then, lots_now = lots
        tally.lots += 1
        truly_alone = (lots_then or lots_now)[0] >= kept
        second = change.second_look
        if truly_alone:
            tally.alone += 1
            tally.false_second += second
            tally.questioned += change.obscured
            tally.right += not (change.priors and change.currents)
            continue
        number = (lots_then or lots_now)[0]
        right = lots_then == lots_now and len(lots_then) == 1
        tally.right += right
        if number in missed[0] or number in missed[1]:
            tally.missed += 1
            tally.found_again += second
        else:
            tally.both += 1
            tally.matched += right


def _nearest(places: list[PointMm], found: Sequence[Lesion]) -> list[int]:
    return [int(np.argmin([place.distance_mm(lesion.centre) for place in places])) for lesion in found]


def _draw(canvas: Canvas, count: int, rng: np.random.Generator) -> int:
    """Draw up to so many nodules, none near another; return how many."""
    before = len(canvas.instances)
    for _ in range(4 * count):
        lesion = drawn_nodule(canvas, rng, (5.0, 22.0))
        if lesion is None or lesion.benign or lesion.cavity is not None or len(canvas.instances) - before >= count:
            continue
        if all(np.linalg.norm(np.subtract(lesion.centre, one.centre)) > 25 for one in canvas.instances):
            draw_focal(canvas, lesion)
    return len(canvas.instances) - before


def _volume(canvas: Canvas, rng: np.random.Generator) -> Volume:
    protocol = replace(Protocol.drawn(rng), breath_mm=0.0, stir_mm=0.0, field_mm=0.0)
    protocol = replace(protocol, thickness_mm=min(protocol.thickness_mm, 2.5), increment_mm=0.0)
    return Volume(np.ascontiguousarray(scan_of(canvas, protocol, rng).numpy()), canvas.grid)


def _place(canvas: Canvas, number: int) -> PointMm:
    up, back, left = canvas.instances[number].centre
    return canvas.origin.moved(left, back, up)


def _seen(canvas: Canvas, volume: Volume, places: list[PointMm], rng: np.random.Generator) -> tuple[Seen, set[int]]:
    """Measure the lesions at their true places; keep some back; return which."""
    organs = None if canvas.organs is None else Organs(canvas.organs.numpy(), canvas.grid)
    nothing = Analysis((), _CARD, "none", 0.0, organs=organs)
    seen = Seen.of(volume, nothing)
    lesions, missed = [], set[int]()
    for number, place in enumerate(places):
        body = body_at(place, canvas.instances[number].diameter_mm, volume, seen.lung)
        if body is None or body.volume_mm3 < LEAST_MM3 or rng.random() < MISSED:
            missed.add(number)
        else:
            lesions.append(described(abnormality("nodule"), body, volume.grid, "lung", 1.0))
    told = replace(nothing, findings=(finding("nodule", lesions=tuple(lesions)),))
    return Seen(volume, told, seen.lung), missed


def _share(part: int, of: int) -> str:
    return f"{part}/{of} = {part / of:.1%}" if of else "-"


def main(seeds: Sequence[int]) -> None:
    """Say the tally over the patients so far, after each."""
    tally = Tally()
    for seed in seeds:
        one_patient(seed, tally)
        sys.stdout.write(f"patients to {seed}\n{tally}\n\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or HELD_OUT)
