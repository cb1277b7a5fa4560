"""Reads a scan: one forward pass, and out of it every finding with its heat, its peaks and its instances."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ai.findings import Analysis, Finding, Heatmap, sigmoid
from ai.model.attention import heat_of
from ai.model.bundle import Bundle
from ai.model.device import chosen_device
from ai.model.lesions import lesions_of
from ai.model.network import EvidenceNet
from ai.model.peaks import peaks_of
from ai.model.preparation import Prepared, evidence_grid, prepare
from ai.progress import QUIET, Part, Progress
from ai.vocabulary import abnormality
from ai.volume import Volume, VoxelGrid

_STRIDE = 2
"""Input voxels per evidence cell."""


def analyse(volume: Volume, bundle: Bundle, device: str = "auto", progress: Progress = QUIET) -> Analysis:
    """Analyse a chest CT.

    Args:
        volume: the whole scan.
        bundle: the model.
        device: ``auto``, ``cpu`` or ``cuda``.
        progress: asked between all layers of the network whether to go on.

    Returns:
        Findings of every label the model knows, in the order of ``Analysis``; the same for the same scan.

    Raises:
        ModelError: see ``prepare`` and ``chosen_device``.
    """
    began = time.monotonic()
    where = chosen_device(device)
    prepared = prepare(volume, bundle.description.spacing_mm, Part(progress, 0.0, 0.25))
    heat = _heat(prepared, bundle.network, where, Part(progress, 0.25, 0.8))
    grid = evidence_grid(prepared, _STRIDE)
    heat = heat[:, : grid.shape[0], : grid.shape[1], : grid.shape[2]]
    findings = []
    for number, label in enumerate(bundle.description.labels):
        progress.report(0.8 + 0.2 * number / len(heat), f"measuring {abnormality(label).title.lower()}")
        findings.append(_finding(number, label, heat[number], grid, volume, prepared, bundle))
    findings.sort(key=lambda f: (f.present, f.probability / max(f.threshold, 1e-6)), reverse=True)
    seconds = time.monotonic() - began
    progress.report(1.0, "analysed")
    return Analysis(tuple(findings), bundle.card, where.type, seconds)


def _heat(prepared: Prepared, network: EvidenceNet, device: torch.device, progress: Progress) -> NDArray[np.float32]:
    """Run the network once; (labels, s, r, c)."""
    with torch.inference_mode(), _asked_between_layers(network, progress):
        mine = network.to(device)
        evidence = mine(prepared.hu.to(device, memory_format=torch.channels_last_3d))
        heat = heat_of(mine, evidence)
    return np.asarray(heat.to("cpu", torch.float32).numpy())


@contextmanager
def _asked_between_layers(network: nn.Module, progress: Progress) -> Iterator[None]:
    """Report, and so let the reader cancel, after every convolution."""
    layers = [m for m in network.modules() if isinstance(m, nn.Conv3d)]
    done = 0

    def ask(module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal done
        done += 1
        progress.report(min(1.0, done / len(layers)), "looking for abnormalities")

    hooks = [layer.register_forward_hook(ask) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _finding(
    number: int, label: str, heat: NDArray[np.float32], grid: VoxelGrid,
    volume: Volume, prepared: Prepared, bundle: Bundle,
) -> Finding:  # fmt: skip
    kind = abnormality(label)
    heatmap = Heatmap(np.ascontiguousarray(heat), grid, float(bundle.network.bias[number]))
    probability = sigmoid(heatmap.logit)
    threshold = bundle.description.thresholds[number]
    measurable = kind.focal and probability >= threshold
    lesions = lesions_of(kind, heat, grid, volume, prepared.lungs) if measurable else ()
    return Finding(kind, probability, threshold, heatmap.logit, heatmap, peaks_of(heat, grid), lesions)
