"""Reads a scan: one forward pass, and out of it every finding with its heat, its peaks and its instances."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from ai.findings import Analysis, Finding, Heatmap, Lesion, Setting, Thresholds, by_weight, sigmoid
from ai.model.bundle import Bundle
from ai.model.close_lesions import close_lesions
from ai.model.device import chosen_device
from ai.model.extent import extent_of, spreads
from ai.model.lesions import Spots, lesions_of
from ai.model.measures import quantities_of
from ai.model.organ_map import named_organs
from ai.model.peaks import peaks_of
from ai.model.preparation import Prepared, prepare
from ai.model.records import records_of
from ai.model.seeing import Seen, see
from ai.organs import Organs
from ai.progress import QUIET, Part, Progress
from ai.vocabulary import abnormality
from ai.volume import Volume

_EFFUSION = "pleural_effusion"


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
        Findings of every label the model knows, in the order of ``Analysis``, and quantities; the same for the same
        scan.

    Raises:
        ScanDoubted: the scan is so unlike a chest CT that findings are withheld.
        ModelError: see ``chosen_device``.
    """
    began = time.monotonic()
    where = chosen_device(device)
    prepared = prepare(volume, bundle.description.spacing_mm, Part(progress, 0.0, 0.25))
    closely = () if bundle.close_look is None else (bundle.description.labels.index(bundle.close_look.abnormality),)
    seen = see(prepared, bundle.network, where, Part(progress, 0.25, 0.8), closely, bundle.confined)
    organs = None if seen.organs is None else named_organs(seen.organs, prepared.lungs)
    findings, records = [], records_of(bundle.description.measured)
    for number, label in enumerate(bundle.description.labels):
        part = Part(progress, 0.8 + 0.15 * number / len(seen.heat), 0.8 + 0.15 * (number + 1) / len(seen.heat))
        part.report(0.0, f"measuring {abnormality(label).title.lower()}")
        finding = _finding(number, label, seen, organs, volume, prepared, bundle, part)
        findings.append(replace(finding.at(setting), records=records.get(label, ())))
    effusion = next((f.heatmap for f in findings if f.abnormality.name == _EFFUSION and f.present), None)
    quantities = quantities_of(volume, organs, prepared.lungs, effusion, Part(progress, 0.95, 1.0), prepared.unpadded)
    seconds = time.monotonic() - began
    progress.report(1.0, "analysed")
    return Analysis(
        by_weight(findings), bundle.card, seen.device, seconds, seen.notices, quantities, prepared.doubts, organs
    )


def _finding(
    number: int,
    label: str,
    seen: Seen,
    organs: Organs | None,
    volume: Volume,
    prepared: Prepared,
    bundle: Bundle,
    progress: Progress,
) -> Finding:
    kind, look = abnormality(label), bundle.close_look
    heat = seen.heat[number]
    heatmap = Heatmap(np.ascontiguousarray(heat), seen.grid, float(seen.bias[number]), seen.additive[number])
    probability = sigmoid(heatmap.logit)
    thresholds = bundle.description.thresholds[number]
    closely: Thresholds | None = None
    lesions: tuple[Lesion, ...] = ()
    if look is not None and look.abnormality == label:
        closely = look.thresholds
        lesions = close_lesions(kind, number, look, seen, volume, prepared, organs, progress)
    elif kind.focal and probability >= thresholds.sensitive:
        least = bundle.description.instance_evidence
        spots = Spots(seen.spots[number], seen.grid, float(seen.gain[number]), least[number] if least else None)
        lesions = lesions_of(kind, spots, volume, prepared.lungs, organs)
    peaks = peaks_of(heat, seen.grid)
    extent: tuple[tuple[str, float], ...] = ()
    if organs is not None and spreads(kind) and probability >= thresholds.sensitive:
        extent = extent_of(seen.spots[number], seen.grid, organs)
    return Finding(
        kind, probability, thresholds.balanced, heatmap.logit, heatmap, peaks, lesions, thresholds, extent,
        instance_thresholds=closely,
    )  # fmt: skip
