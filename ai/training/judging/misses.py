"""The worst misses: what a report says is there and the model did not, as pictures to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.model import Bundle
from ai.model.device import chosen_device
from ai.model.seeing import STRIDE, see
from ai.progress import QUIET, Progress
from ai.training.cohort import Cohort
from ai.training.judging.readings import Judged
from ai.training.reports.crops import prepared, regions_of_scan
from ai.training.reports.places import allowed
from ai.vocabulary import Abnormality, abnormality

COUNT = 10
_LUNG_HU, _SOFT_HU = (-1350.0, 150.0), (-160.0, 240.0)
"""Windows 1500/−600 and 400/40."""
_LUNG_LISTS = frozenset({"lungs", "airways", "pleura"})
_HEAT, _EDGE = np.array([255.0, 140.0, 0.0]), np.array([60.0, 200.0, 255.0], dtype=np.float32)
_MOST_OPAQUE = 0.6
_TIMES = 2
"""Picture points a voxel side."""

Grey = NDArray[np.float32]
Cell = TypeVar("Cell", bound=np.generic)


@dataclass(frozen=True)
class Miss:
    """One scan and a label that its report says is there.

    Args:
        key: of the scan.
        label: of the vocabulary.
        probability: what the model says.
        threshold: from which it calls the label present.
        short: logit points by which it falls short.
    """

    key: str
    label: str
    probability: float
    threshold: float
    short: float


@dataclass(frozen=True, eq=False)
class Picture:
    """A miss with its slice: PNG, the heat over it in orange, the edge of where the label may lie in blue."""

    miss: Miss
    png: bytes
    slice_number: int
    strongest: float


def worst(judged: Judged, bundle: Bundle, count: int = COUNT) -> list[Miss]:
    """Return the labels that fall shortest of their thresholds though the report says that they are there."""
    found = []
    for number, label in enumerate(judged.labels):
        threshold = bundle.description.thresholds[number].balanced
        bar = float(np.log(threshold / (1 - threshold)))
        for row in np.flatnonzero(judged.present[:, number] == 1):
            short = bar - float(judged.logits[row, number])
            if short > 0:
                probability = float(judged.probabilities[row, number])
                found.append(Miss(judged.keys[row], label, probability, threshold, short))
    return sorted(found, key=lambda miss: (-miss.short, miss.key, miss.label))[:count]


def pictures(
    misses: list[Miss], bundle: Bundle, guide: Bundle, cohort: Cohort, device: str = "cpu", progress: Progress = QUIET
) -> list[Picture]:
    """Draw each miss in the slice where its label has most heat where it may lie; else where there is most room."""
    found = []
    for number, miss in enumerate(misses):
        progress.report(number / len(misses), f"drawing misses ({number} of {len(misses)})")
        found.append(_picture(miss, bundle, guide, cohort, device))
    return found


def _picture(miss: Miss, bundle: Bundle, guide: Bundle, cohort: Cohort, device: str) -> Picture:
    scan, spacing_mm = cohort.scan(miss.key), bundle.description.spacing_mm
    ready = prepared(cohort, scan, spacing_mm)
    seen = see(ready, bundle.network, chosen_device(device), confined=bundle.confined)
    kind = abnormality(miss.label)
    heat = np.maximum(seen.heat[bundle.description.labels.index(miss.label)], 0)
    cells = allowed(kind, scan.places.get(miss.label)).cells(regions_of_scan(cohort, scan, spacing_mm, guide))
    inside = (heat * cells).sum(axis=(1, 2)) if (heat * cells).any() else cells.sum(axis=(1, 2))
    level = int(np.argmax(inside))
    # A cell is made of two slices; the first is shown.
    voxels = ready.hu[0, 0, min(level * STRIDE, ready.grid.shape[0] - 1)].numpy()
    rows, columns = ready.grid.shape[1:]
    png = drawn(voxels[:rows, :columns], _finer(heat[level], rows, columns), _finer(cells[level], rows, columns), kind)
    return Picture(miss, png, level * STRIDE + 1, float(heat[level].max()))


def drawn(voxels: Grey, heat: Grey, cells: NDArray[np.bool_], kind: Abnormality) -> bytes:
    """Return a PNG of an axial slice, the patient's right on the left.

    Args:
        voxels: Hounsfield units [row to the back, column to the patient's left].
        heat: same shape, 0 and more; the strongest place is drawn most opaque.
        cells: same shape, where the label may lie; an edge is drawn unless that is everywhere.
        kind: decides the window.
    """
    low, high = _LUNG_HU if kind.region in _LUNG_LISTS else _SOFT_HU
    grey = np.clip((voxels - low) / (high - low), 0, 1) * 255
    strongest = float(heat.max())
    share = (heat / strongest if strongest > 0 else heat)[..., None] * _MOST_OPAQUE
    rgb = grey[..., None] * (1 - share) + _HEAT * share
    large = np.repeat(np.repeat(rgb, _TIMES, axis=0), _TIMES, axis=1)
    room = np.repeat(np.repeat(cells, _TIMES, axis=0), _TIMES, axis=1)
    large[room & ~ndimage.binary_erosion(room, border_value=1)] = _EDGE
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(large.round().astype(np.uint8))))


def _finer(cells: NDArray[Cell], rows: int, columns: int) -> NDArray[Cell]:
    return np.repeat(np.repeat(cells, STRIDE, axis=0), STRIDE, axis=1)[:rows, :columns]
