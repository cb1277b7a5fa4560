"""What a network says of drawn cases, beside the truth: the raw material of calibration and evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from ai.findings import sigmoid
from ai.geometry import PointMm
from ai.model.candidates import Candidates, candidates_in, with_blobs
from ai.model.close_look import CloseLook
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.organs import LOBES, ORGANS
from ai.progress import QUIET, Progress
from ai.training.detection import Marks, marks_of
from ai.training.truth import HALF, UNKNOWN, TrainingCase, load_case
from ai.volume import Volume, axis_aligned

SHIFTS = (-4.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
"""Tried on W·A before the relu: how sure a place must be before it counts as evidence."""
CELL_MM, _VOXEL_MM = 4.0, 2.0
_SPREADING = "pneumonia"
NEAR_MM = 10.0
"""The strongest place may lie so far from the abnormality and still point at it."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Readings:
    """One row a case, one column a label. Undecided places count as in a real reading: they add to the evidence.

    Args:
        names: file names of the cases.
        present: 1, 0, or NaN where undecided.
        evidence: Σ relu(W·A + shift), or the network's norm of it, before gain and bias; for each of ``SHIFTS`` (last
            axis).
        pointed: 1 where the strongest place lies within 10 mm of the abnormality, else 0; NaN where absent.
        energy: share of the heat in cells that hold the abnormality, of all heat in decided places; NaN where absent.
        organs: Dice of each organ on the cells, NaN where it is not known.
        nodules: how nodules were found: by the close look where there is one.
        at_first: how the first network alone would have found them.
        surest: (cases,) how sure the close look is of its surest candidate, 0…1; 0 without one.
        extent: (cases, 2): which share of the lungs pneumonia really covers, and which by the network; NaN where it is
            absent or the lungs are not known.
    """

    names: tuple[str, ...]
    present: Numbers
    evidence: Numbers
    pointed: Numbers
    energy: Numbers
    organs: Numbers
    nodules: tuple[Marks, ...]
    at_first: tuple[Marks, ...]
    extent: Numbers
    surest: Numbers

    def shifted(self, shift: float = 0.0) -> Numbers:
        """Return the evidence (cases, labels) for one of ``SHIFTS``."""
        return self.evidence[:, :, SHIFTS.index(shift)]

    def only(self, part: str) -> Readings:
        """Return the cases whose name contains ``part``."""
        return self._kept(np.array([part in name for name in self.names], dtype=bool))

    def without(self, part: str) -> Readings:
        """Return the cases whose name does not contain ``part``."""
        return self._kept(np.array([part not in name for name in self.names], dtype=bool))

    def _kept(self, keep: NDArray[np.bool_]) -> Readings:
        rows = np.flatnonzero(keep)
        return Readings(
            tuple(self.names[i] for i in rows),
            self.present[rows],
            self.evidence[rows],
            self.pointed[rows],
            self.energy[rows],
            self.organs[rows],
            tuple(self.nodules[i] for i in rows),
            tuple(self.at_first[i] for i in rows),
            self.extent[rows],
            self.surest[rows],
        )


def read_cases(
    network: EvidenceNet,
    paths: list[Path],
    labels: tuple[str, ...],
    progress: Progress = QUIET,
    known_only: bool = False,
    close_look: CloseLook | None = None,
) -> Readings:
    """Run a network over whole drawn cases.

    Args:
        network: in evaluation mode.
        paths: of the cases.
        labels: the network's.
        progress: told after each case.
        known_only: leave undecided places out of the evidence, and call absent what is nowhere in the others. For
            calibration: in a real anatomy some place is always undecided for every label (the patient's own disease),
            and its negatives are too precious to be lost.
        close_look: looks at each candidate for a nodule; None where there is none.
    """
    rows = []
    for number, path in enumerate(paths):
        rows.append(_row(network, load_case(path), labels, known_only, close_look))
        progress.report((number + 1) / len(paths), f"reading drawn cases ({number + 1} of {len(paths)})")
    columns = list(zip(*rows, strict=True))
    numbers = [np.array(column, dtype=np.float64) for column in columns[:5]]
    names = tuple(p.name for p in paths)
    extent, surest = (np.array(column, dtype=np.float64) for column in columns[7:])
    return Readings(
        names, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], columns[5], columns[6], extent, surest
    )


def _row(
    network: EvidenceNet, case: TrainingCase, labels: tuple[str, ...], known_only: bool, close_look: CloseLook | None
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers, Marks, Marks, tuple[float, float], float]:
    device = next(network.parameters()).device
    with torch.inference_mode():
        hu = case.hu.to(device).float()[None, None].to(memory_format=torch.channels_last_3d)
        evidence = network(hu)
        places = evidence.places[0].cpu()
    truth = case.layers(len(labels))
    present = case.present(len(labels)).astype(np.float64)
    counted = None
    if known_only:
        counted = truth != UNKNOWN
        sliver = (torch.where(counted, truth, 0).flatten(1) > 0).any(1).numpy()
        present[np.isnan(present) & ~sliver] = 0.0
    pointed, energy = np.full(len(labels), np.nan), np.full(len(labels), np.nan)
    for label in np.flatnonzero(present == 1):
        pointed[label], energy[label] = _where(places[label], truth[label], network.pooling)
    nodule = labels.index("nodule")
    found = candidates_in(places[nodule].numpy())
    at_first = marks_of(found.cells, found.peaks, truth[nodule], case.instances, nodule)
    marks, surest = at_first, 0.0
    if close_look is not None:
        more = with_blobs(found, places[nodule].numpy(), case.hu.float().numpy())
        sure = _looked_at(more, case, close_look)
        marks = marks_of(more.cells, sure, truth[nodule], case.instances, nodule)
        surest = sigmoid(float(sure.max(initial=-np.inf)))
    dice = _dice(evidence.organs, case.organs)
    extent = _extent(places, truth, case.organs, labels) if _SPREADING in labels else (float("nan"),) * 2
    return (
        present,
        _sums(places, counted, network.pooling).numpy(),
        pointed,
        energy,
        dice,
        marks,
        at_first,
        extent,
        surest,
    )


def _looked_at(found: Candidates, case: TrainingCase, look: CloseLook) -> Numbers:
    """How sure the close look is of each candidate."""
    s, r, c = case.hu.shape
    volume = Volume(case.hu.numpy(), axis_aligned((s, r, c), (_VOXEL_MM,) * 3, PointMm(0, 0, 0)))
    # A cell's middle lies half a voxel beyond its first voxel's.
    places_mm = (found.cells.astype(np.float64) * CELL_MM + _VOXEL_MM / 2)[:, ::-1]
    return look.logits(volume, places_mm, found)


def _sums(places: Tensor, counted: Tensor | None, pooling: Pooling) -> Tensor:
    """Evidence of each label at each of ``SHIFTS``, label by label: all at once would be a gigabyte a scan."""
    result = torch.empty((len(places), len(SHIFTS)), dtype=torch.float64)
    for label, layer in enumerate(places):
        mine = (layer if counted is None else layer[counted[label]]).reshape(1, 1, -1)
        for number, shift in enumerate(SHIFTS):
            result[label, number] = pooling.total(mine + shift)
    return result


def _extent(places: Tensor, truth: Tensor, organs: Tensor, labels: tuple[str, ...]) -> tuple[float, float]:
    """(true, said) share of the lungs that pneumonia covers."""
    lungs = (organs > 0) & (organs <= len(LOBES))
    layer, said = truth[labels.index(_SPREADING)], places[labels.index(_SPREADING)]
    there = (layer >= HALF) & (layer != UNKNOWN) & lungs
    if not bool(there.any()):
        return float("nan"), float("nan")
    whole = int(lungs.sum())
    return int(there.sum()) / whole, int(((said > 0) & lungs).sum()) / whole


def _where(places: Tensor, truth: Tensor, pooling: Pooling) -> tuple[float, float]:
    """(strongest place within 10 mm of the abnormality, share of the heat on it)."""
    inside = ((truth > 0) & (truth != UNKNOWN)).numpy()
    gathered = ndimage.uniform_filter(torch.sigmoid(places).numpy(), 3, mode="constant")
    peak = np.unravel_index(int(gathered.argmax()), gathered.shape)
    nearest = float(np.linalg.norm(np.argwhere(inside) - np.array(peak), axis=1).min()) * CELL_MM
    heat = pooling.heat(places[None], torch.ones(1))[0].numpy() * (truth != UNKNOWN).numpy()
    total = float(heat.sum())
    return float(nearest <= NEAR_MM), float(heat[inside].sum()) / total if total > 0 else float("nan")


def _dice(scores: Tensor | None, codes: Tensor) -> Numbers:
    found = np.full(len(ORGANS), np.nan)
    known = (codes != UNKNOWN).numpy()
    if scores is None or not known.any():
        return found
    said, truth = scores[0].argmax(0).cpu().numpy()[known], codes.numpy()[known]
    for number in range(len(ORGANS)):
        a, b = said == number + 1, truth == number + 1
        if b.any():
            found[number] = 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))
    return found


def drawn_paths(folder: Path, split: str) -> Iterator[Path]:
    """Yield a split's cases in a stable order."""
    yield from sorted(folder.glob(f"{split}-*.safetensors"))
