"""What the whole way from voxels to measures gives on drawn scans: organs by Dice, nodules' volumes and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.findings import Analysis, Lesion
from ai.geometry import PointMm
from ai.model import Bundle, ModelError, analyse
from ai.organs import LOBES, ORGANS, code_of
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.case import Case
from ai.progress import QUIET, Part, Progress
from ai.volume import Volume

LEAST_MM = 6.0
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
    nodules = seen = 0
    withheld: list[str] = []
    for number, case in enumerate(cases):
        volume = Volume(np.ascontiguousarray(case.hu.numpy()), case.canvas.grid)
        seen += 1
        try:
            analysis = analyse(volume, bundle, "cpu", Part(progress, number / count, (number + 1) / count))
        except ModelError as refusal:
            withheld.append(str(refusal))
            continue
        for name, value in _dice(analysis, case.canvas):
            dice[name].append(value)
        for instance, lesion in _pairs(analysis, case.canvas):
            nodules += 1
            if lesion is not None:
                errors.append(abs(lesion.volume_mm3 / instance.volume_mm3 - 1))
                lobes.append(lesion.location == lobe_of(instance, case.canvas))
    return {
        "scans": seen,
        "withheld": withheld,
        "dice": {name: round(float(np.mean(values)), 3) if values else None for name, values in dice.items()},
        "nodules of 6 mm and more": {
            "drawn": nodules,
            "measured": len(errors),
            "median volume error": round(float(np.median(errors)), 3) if errors else None,
            "90 % are within": round(float(np.quantile(errors, 0.9)), 3) if errors else None,
            "in the right lobe": round(float(np.mean(lobes)), 3) if lobes else None,
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


def _pairs(analysis: Analysis, canvas: Canvas) -> Iterator[tuple[Instance, Lesion | None]]:
    """Yield each drawn nodule with the measured one nearest to it, None where none lies in its reach."""
    finding = analysis.finding("nodule")
    lesions = [] if finding is None else list(finding.lesions)
    for one in canvas.instances:
        if one.label != "nodule" or not LEAST_MM <= one.diameter_mm <= 30 or one.volume_mm3 <= 0:
            continue
        place = place_of(one, canvas)
        reach = one.diameter_mm / 2 + 3
        near = [lesion for lesion in lesions if lesion.centre.distance_mm(place) <= reach]
        yield one, min(near, key=lambda lesion: lesion.centre.distance_mm(place), default=None)


def place_of(instance: Instance, canvas: Canvas) -> PointMm:
    """Return where an instance lies in the patient."""
    up, back, left = instance.centre
    return canvas.origin.moved(left, back, up)


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
