"""Reads a scan: one forward pass, and out of it every finding with its heat, its peaks and its instances."""

from __future__ import annotations

import time

import numpy as np

from ai.anatomy import Lungs
from ai.findings import Analysis, Finding, Heatmap, Lesion, Setting, by_weight, sigmoid
from ai.model.bundle import Bundle
from ai.model.device import chosen_device
from ai.model.lesions import Spots, lesions_of
from ai.model.organ_map import named_organs
from ai.model.peaks import peaks_of
from ai.model.preparation import prepare
from ai.model.seeing import Seen, see
from ai.organs import Organs
from ai.progress import QUIET, Part, Progress
from ai.vocabulary import abnormality
from ai.volume import Volume


def analyse(
    volume: Volume,
    bundle: Bundle,
    device: str = "auto",
    progress: Progress = QUIET,
    setting: Setting = Setting.BALANCED,
) -> Analysis:
    """Analyse a chest CT.

    Args:
        volume: the whole scan.
        bundle: the model.
        device: ``auto``, ``cpu`` or ``cuda``.
        progress: asked between all layers of the network whether to go on.
        setting: how readily a finding is called present; ``Analysis.at`` changes it afterwards.

    Returns:
        Findings of every label the model knows, in the order of ``Analysis``; the same for the same scan.

    Raises:
        ModelError: see ``prepare`` and ``chosen_device``.
    """
    began = time.monotonic()
    where = chosen_device(device)
    prepared = prepare(volume, bundle.description.spacing_mm, Part(progress, 0.0, 0.25))
    seen = see(prepared, bundle.network, where, Part(progress, 0.25, 0.8))
    organs = None if seen.organs is None else named_organs(seen.organs, prepared.lungs)
    findings = []
    for number, label in enumerate(bundle.description.labels):
        progress.report(0.8 + 0.2 * number / len(seen.heat), f"measuring {abnormality(label).title.lower()}")
        finding = _finding(number, label, seen, organs, volume, prepared.lungs, bundle)
        findings.append(finding.at(setting))
    seconds = time.monotonic() - began
    progress.report(1.0, "analysed")
    return Analysis(by_weight(findings), bundle.card, seen.device, seconds, seen.notices, organs=organs)


def _finding(
    number: int, label: str, seen: Seen, organs: Organs | None, volume: Volume, lungs: Lungs, bundle: Bundle
) -> Finding:
    kind = abnormality(label)
    heat = seen.heat[number]
    heatmap = Heatmap(np.ascontiguousarray(heat), seen.grid, float(bundle.network.bias[number]))
    probability = sigmoid(heatmap.logit)
    thresholds = bundle.description.thresholds[number]
    lesions: tuple[Lesion, ...] = ()
    if kind.focal and probability >= thresholds.sensitive:
        gain = float(bundle.network.log_gain[number].exp())
        lesions = lesions_of(kind, Spots(heat, seen.grid, gain), volume, lungs, organs)
    peaks = peaks_of(heat, seen.grid)
    return Finding(kind, probability, thresholds.balanced, heatmap.logit, heatmap, peaks, lesions, thresholds)
