"""What a network says of drawn cases, beside the truth: the raw material of calibration and evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from ai.model.network import EvidenceNet
from ai.progress import QUIET, Progress
from ai.training.truth import load_case, share_of

SHIFTS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0)
"""Tried on W·A before the relu: how sure a place must be before it counts as evidence."""


@dataclass(frozen=True, eq=False)
class Readings:
    """One row a case, one column a label.

    Args:
        names: file names of the cases.
        present: 1, 0, or NaN where undecided.
        evidence: Σ relu(W·A + shift) before gain and bias, for each of ``SHIFTS`` (last axis).
        pointed: 1 where the strongest place is within two cells (8 mm) of the abnormality, else 0; NaN where absent.
        energy: share of the heat inside the abnormality (within one cell), NaN where absent or without heat.
    """

    names: tuple[str, ...]
    present: NDArray[np.float64]
    evidence: NDArray[np.float64]
    pointed: NDArray[np.float64]
    energy: NDArray[np.float64]

    def shifted(self, shift: float = 0.0) -> NDArray[np.float64]:
        """Return the evidence (cases, labels) for one of ``SHIFTS``."""
        return self.evidence[:, :, SHIFTS.index(shift)]

    def only(self, part: str) -> Readings:
        """Return the cases whose name contains ``part``."""
        return self._kept(np.array([part in name for name in self.names], dtype=bool))

    def without(self, part: str) -> Readings:
        """Return the cases whose name does not contain ``part``."""
        return self._kept(np.array([part not in name for name in self.names], dtype=bool))

    def _kept(self, keep: NDArray[np.bool_]) -> Readings:
        names = tuple(name for name, kept in zip(self.names, keep, strict=True) if kept)
        return Readings(names, self.present[keep], self.evidence[keep], self.pointed[keep], self.energy[keep])


def read_cases(network: EvidenceNet, paths: list[Path], progress: Progress = QUIET) -> Readings:
    """Run a network over whole drawn cases."""
    rows = []
    for number, path in enumerate(paths):
        rows.append(_row(network, path))
        progress.report((number + 1) / len(paths), f"reading drawn cases ({number + 1} of {len(paths)})")
    columns = [np.array(c, dtype=np.float64) for c in zip(*rows, strict=True)]
    return Readings(tuple(p.name for p in paths), columns[0], columns[1], columns[2], columns[3])


def _row(network: EvidenceNet, path: Path) -> tuple[NDArray[np.float64], ...]:
    case = load_case(path)
    device = next(network.parameters()).device
    with torch.inference_mode():
        hu = case.hu.to(device).float()[None, None].to(memory_format=torch.channels_last_3d)
        places = network(hu).places[0].cpu()
    share, known = share_of(case.truth)
    sums = [(functional.relu(places + shift) * known).flatten(1).sum(1, dtype=torch.float64) for shift in SHIFTS]
    heat = functional.relu(places) * known
    cells = share.flatten(1).sum(1)
    # Undecided places are left out of the evidence, so only a sliver of an abnormality leaves a case undecided.
    present = torch.where(cells >= 0.25, 1.0, torch.where(cells > 0, torch.nan, 0.0)).numpy()
    pointed, energy = np.full(len(present), np.nan), np.full(len(present), np.nan)
    for label, there in enumerate(present):
        if there == 1:
            pointed[label], energy[label] = _where(heat[label], share[label])
    return present.astype(np.float64), torch.stack(sums, dim=1).numpy(), pointed, energy


def _where(heat: torch.Tensor, share: torch.Tensor) -> tuple[float, float]:
    """(peak within two cells of the abnormality, share of heat within one cell of it)."""
    total = float(heat.sum())
    if total <= 0:
        return 0.0, float("nan")
    inside = (share > 0.25).float()[None, None]
    near = functional.max_pool3d(inside, 3, 1, 1)[0, 0]
    reach = functional.max_pool3d(inside, 5, 1, 2)[0, 0]
    gathered = functional.avg_pool3d(heat[None, None], 3, 1, 1)[0, 0]
    return float(reach.flatten()[int(gathered.argmax())]), float((heat * near).sum()) / total


def drawn_paths(folder: Path, split: str) -> Iterator[Path]:
    """Yield a split's cases in a stable order."""
    yield from sorted(folder.glob(f"{split}-*.safetensors"))
