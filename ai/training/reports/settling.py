"""How fixed filters answer in an archive's scans: a new network on filters takes their means and deviations from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import torch

from ai.model.filter_network import FilterNet
from ai.model.filters import ANSWERS, filtered
from ai.training.cohort import Cohort, CohortScan
from ai.training.reports.crops import prepared
from ai.training.reports.processes import Processes
from ai.training.reports.shelf import Shelf, Tensors

_SCANS, _EVERY = 64, 101
"""Scans, and cells of each, by which means and deviations are told."""


def settle(
    network: FilterNet,
    folder: Path,
    cohort: Cohort,
    scans: Sequence[CohortScan],
    spacing_mm: float,
    processes: Processes,
) -> str:
    """Tell a new network how filters answer in such scans; the same scans, the same network.

    Args:
        network: changed in place.
        folder: where what was seen is kept.
        cohort: that holds the scans.
        scans: learned from.
        spacing_mm: of the network's voxels.
        processes: share the work; each then tells its own network the same.

    Returns:
        A name for what it was told.
    """

    def made(scan: CohortScan) -> Tensors:
        with torch.inference_mode():
            answers = filtered(prepared(cohort, scan, spacing_mm).hu)[0]
        return {"answers": answers.flatten(1)[:, ::_EVERY].T.clone()}

    shelf = Shelf(folder / f"settling-{ANSWERS}-{spacing_mm:g}mm")
    some = sorted(scans, key=lambda scan: scan.key)[:_SCANS]
    shelf.fill(some[processes.rank :: processes.count], made)
    processes.wait()
    network.settle(torch.cat([shelf.take(scan.key)["answers"] for scan in some]))
    return hashlib.sha256(network.mean.numpy().tobytes() + network.deviation.numpy().tobytes()).hexdigest()[:12]
