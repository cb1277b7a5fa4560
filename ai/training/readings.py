"""What a network says of drawn cases, beside the truth: the raw material of calibration and evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from ai.findings import sigmoid
from ai.geometry import PointMm
from ai.model.candidates import Candidates, candidates_in, with_blobs
from ai.model.close_look import CloseLook
from ai.model.confining import confine
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.organs import LOBES, ORGANS
from ai.progress import QUIET, Progress
from ai.training.detection import Marks, marks_of
from ai.training.pooling_choice import POOLINGS, POWERS
from ai.training.statistics import Numbers
from ai.training.truth import HALF, UNKNOWN, TrainingCase, load_case
from ai.volume import Volume, axis_aligned

SHIFTS = (-4.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""Tried on W·A before the relu: how sure a place must be before it counts as evidence."""
CELL_MM, _VOXEL_MM = 4.0, 2.0
_SPREADING = "pneumonia"
NEAR_MM = 10.0
"""The strongest place may lie so far from the abnormality and still point at it."""


@dataclass(frozen=True, eq=False)
class Readings:
    """One row a case, one column a label. Undecided places count as in a real reading: they add to the evidence.

    Args:
        names: file names of the cases.
        present: 1, 0, or NaN where undecided.
        evidence: what the network's places come to, by its own pooling, before gain and bias.
        tried: (cases, labels, powers, shifts): what they would come to by each of ``POWERS`` and ``SHIFTS``; nothing in
            the last two axes unless it was read for calibration.
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
    tried: Numbers

    def pooled(self, shifts: Sequence[float]) -> Numbers:
        """Return what each label's evidence comes to at its own shift, by each of ``POOLINGS``: (cases, labels, P).

        Args:
            shifts: one of ``SHIFTS`` for each label, 2 at most.
        """
        columns = [(POWERS.index(pooling.power), pooling.lowered) for pooling in POOLINGS]
        return np.stack(
            [
                np.stack([self.tried[:, label, n, SHIFTS.index(shift + lowered)] for n, lowered in columns], -1)
                for label, shift in enumerate(shifts)
            ],
            axis=1,
        )

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
            self.tried[rows],
        )


def read_cases(
    network: EvidenceNet,
    paths: list[Path],
    labels: tuple[str, ...],
    progress: Progress = QUIET,
    calibrating: bool = False,
    close_look: CloseLook | None = None,
    confined: Sequence[int] = (),
) -> Readings:
    """Run a network over whole drawn cases.

    Args:
        network: in evaluation mode.
        paths: of the cases.
        labels: the network's.
        progress: told after each case.
        calibrating: leave undecided places out of the evidence, call absent what is nowhere in the others, and try
            other bars and poolings. In a real anatomy some place is always undecided for every label (the patient's
            own disease), and its negatives are too precious to be lost.
        close_look: looks at each candidate for a nodule; None where there is none.
        confined: numbers of the labels whose evidence counts in lung or near it alone.
    """
    rows = []
    for number, path in enumerate(paths):
        rows.append(_row(network, load_case(path), labels, calibrating, close_look, confined))
        progress.report((number + 1) / len(paths), f"reading drawn cases ({number + 1} of {len(paths)})")
    columns = list(zip(*rows, strict=True))
    present, evidence, pointed, energy, organs = (np.array(column, dtype=np.float64) for column in columns[:5])
    nodules, at_first = columns[5:7]
    extent, surest, tried = (np.array(column, dtype=np.float64) for column in columns[7:])
    names = tuple(p.name for p in paths)
    return Readings(names, present, evidence, pointed, energy, organs, nodules, at_first, extent, surest, tried)


class _Row(NamedTuple):
    """What is read of one case; see ``Readings``."""

    present: Numbers
    evidence: Numbers
    pointed: Numbers
    energy: Numbers
    organs: Numbers
    nodules: Marks
    at_first: Marks
    extent: tuple[float, float]
    surest: float
    tried: Numbers


def _row(
    network: EvidenceNet,
    case: TrainingCase,
    labels: tuple[str, ...],
    calibrating: bool,
    close_look: CloseLook | None,
    confined: Sequence[int],
) -> _Row:
    device = next(network.parameters()).device
    with torch.inference_mode():
        hu = case.hu.to(device).float()[None, None].to(memory_format=torch.channels_last_3d)
        evidence = network(hu)
        places = evidence.places[0].cpu()
        scores = None if evidence.organs is None else evidence.organs[0].cpu().numpy()
        confine(places, confined, scores, None, CELL_MM)
    truth = case.layers(len(labels))
    present = case.present(len(labels)).astype(np.float64)
    counted = None
    if calibrating:
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
    counts = [layer if counted is None else layer[counted[label]] for label, layer in enumerate(places)]
    total = np.array([float(network.pooling.total(_row_of(layer))) for layer in counts])
    tried = _tried(counts) if calibrating else np.zeros((len(labels), 0, 0))
    return _Row(present, total, pointed, energy, dice, marks, at_first, extent, surest, tried)


def _looked_at(found: Candidates, case: TrainingCase, look: CloseLook) -> Numbers:
    """How sure the close look is of each candidate."""
    s, r, c = case.hu.shape
    volume = Volume(case.hu.numpy(), axis_aligned((s, r, c), (_VOXEL_MM,) * 3, PointMm(0, 0, 0)))
    # A cell's middle lies half a voxel beyond its first voxel's.
    places_mm = (found.cells.astype(np.float64) * CELL_MM + _VOXEL_MM / 2)[:, ::-1]
    return look.logits(volume, places_mm, found)


def _tried(places: Sequence[Tensor]) -> Numbers:
    """What the places of each label come to by each of ``POWERS`` and ``SHIFTS``."""
    poolings = [Pooling(power) for power in POWERS]
    rows = [_row_of(layer) for layer in places]
    return np.array([[[float(one.total(row + shift)) for shift in SHIFTS] for one in poolings] for row in rows])


def _row_of(places: Tensor) -> Tensor:
    """Any places as a scan of one row."""
    return places.reshape(1, 1, -1)


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
