"""What the whole way from voxels to measures gives on drawn scans: organs by Dice, nodules' volumes and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Analysis, Lesion
from ai.model import Bundle, ModelError, analyse
from ai.organs import LOBES, ORGANS, code_of
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.case import Case
from ai.progress import QUIET, Part, Progress
from ai.training.detection import LEAST_MM, MOST_MM
from ai.training.nodules.hits import NODULE, hits, in_vain, nodules_of, place_of
from ai.volume import Volume

_JUDGED_MM = 6.0
"""Smaller nodules' volumes are not judged."""


def whole_table(bundle: Bundle, cases: Iterable[Case], count: int, progress: Progress = QUIET) -> dict[str, Any]:
    """Analyse drawn scans as the viewer would; return mean Dice of lungs and organs and errors of nodules' volumes.

    Args:
        bundle: the model.
        cases: drawn scans.
        count: how many they are, for the progress.
        progress: told after each.
    """
    dice: dict[str, list[float]] = {name: [] for name in ("lungs", *ORGANS)}
    errors: list[float] = []
    lobes: list[bool] = []
    nodules = seen = small = small_found = vain = 0
    withheld: list[str] = []
    for number, case in enumerate(cases):
        volume = Volume(np.ascontiguousarray(case.hu.numpy()), case.canvas.grid)
        try:
            analysis = analyse(volume, bundle, "cpu", Part(progress, number / count, (number + 1) / count))
        except ModelError as refusal:
            withheld.append(str(refusal))
            continue
        seen += 1
        drawn, hit, false = _marks(analysis, case.canvas)
        small, small_found, vain = small + drawn, small_found + hit, vain + false
        for name, value in _dice(analysis, case.canvas):
            dice[name].append(value)
        for instance, lesion in _pairs(analysis, case.canvas):
            nodules += 1
            if lesion is not None:
                errors.append(abs(lesion.volume_mm3 / instance.volume_mm3 - 1))
                lobes.append(lesion.location == lobe_of(instance, case.canvas))
    return {
        "scans": seen + len(withheld),
        "withheld": withheld,
        "dice": {name: round(float(np.mean(values)), 3) if values else None for name, values in dice.items()},
        "nodules of 6 mm and more": {
            "drawn": nodules,
            "measured": len(errors),
            "median volume error": round(float(np.median(errors)), 3) if errors else None,
            "90 % are within": round(float(np.quantile(errors, 0.9)), 3) if errors else None,
            "in the right lobe": round(float(np.mean(lobes)), 3) if lobes else None,
        },
        "instances listed": {
            "nodules of 4–30 mm": small,
            "of them listed": small_found,
            "listed in vain, a scan": round(vain / seen, 2) if seen else None,
        },
    }


def _dice(analysis: Analysis, canvas: Canvas) -> Iterator[tuple[str, float]]:
    if analysis.organs is None or canvas.organs is None:
        return
    grid = analysis.organs.grid
    matrix = canvas.grid.inverse @ grid.affine
    truth = ndimage.affine_transform(
        canvas.organs.cpu().numpy(), matrix[:3, :3], matrix[:3, 3], output_shape=grid.shape, order=0
    )
    said = analysis.organs.codes
    numbers = [code_of(lobe) for lobe in LOBES]
    yield "lungs", _overlap(np.isin(said, numbers), np.isin(truth, numbers))
    for name in ORGANS:
        if (truth == code_of(name)).any():
            yield name, _overlap(said == code_of(name), truth == code_of(name))


def _overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    both = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2 * int(np.count_nonzero(a & b)) / max(1, both)


def _marks(analysis: Analysis, canvas: Canvas) -> tuple[int, int, int]:
    """(drawn nodules of 4–30 mm, those that a listed instance lies in, instances that lie in nothing of the kind)."""
    finding = analysis.finding(NODULE)
    lesions = () if finding is None else finding.lesions
    places_mm = np.array([lesion.centre.array() for lesion in lesions]).reshape(-1, 3)
    asked = np.array([LEAST_MM <= one.diameter_mm <= MOST_MM for one in nodules_of(canvas)], dtype=bool)
    listed = hits(places_mm, canvas).any(0) & asked
    return int(asked.sum()), int(listed.sum()), int(in_vain(places_mm, canvas).sum())


def _pairs(analysis: Analysis, canvas: Canvas) -> Iterator[tuple[Instance, Lesion | None]]:
    """Yield each drawn nodule with the measured one nearest to it, None where none lies in its reach."""
    finding = analysis.finding(NODULE)
    lesions = [] if finding is None else list(finding.lesions)
    for one in canvas.instances:
        if one.label != NODULE or not _JUDGED_MM <= one.diameter_mm <= MOST_MM or one.volume_mm3 <= 0:
            continue
        place = place_of(one, canvas)
        reach = one.diameter_mm / 2 + 3
        near = [lesion for lesion in lesions if lesion.centre.distance_mm(place) <= reach]
        yield one, min(near, key=lambda lesion: lesion.centre.distance_mm(place), default=None)


def lobe_of(instance: Instance, canvas: Canvas) -> str:
    """Return the organ whose voxel lies nearest to an instance's middle; empty where organs are not known."""
    if canvas.organs is None:
        return ""
    spot = np.round(np.array(instance.centre) / canvas.spacing_mm).astype(int)
    low = np.maximum(spot - 8, 0)
    part = canvas.organs[tuple(slice(a, b + 9) for a, b in zip(low, spot, strict=True))].cpu().numpy()
    there = np.argwhere((part > 0) & (part <= len(LOBES)))
    if there.size == 0:
        return ""
    nearest = there[int(np.argmin(np.linalg.norm(there + low - spot, axis=1)))]
    return ORGANS[int(part[tuple(nearest)]) - 1]
