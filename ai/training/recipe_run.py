"""The whole recipe in one call: draw cases, learn, calibrate, measure, write the bundle. Goes on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ai.model.bundle import Bundle, Description, load_bundle, save_bundle
from ai.model.network import FEATURES, WIDTHS, EvidenceNet
from ai.progress import QUIET, Part, Progress
from ai.training.backgrounds import there
from ai.training.calibration import calibrate
from ai.training.card import card_text
from ai.training.evaluation import table
from ai.training.labels import LABELS
from ai.training.learning import Learner, Recipe
from ai.training.readings import drawn_paths, read_cases
from ai.training.real_scans import real_table
from ai.training.share import PROCEDURAL, Share, draw_share

_LIMITS = (
    f"Research use only. {len(LABELS)} abnormalities; everything else is not looked for. Learned from drawings: real "
    "disease that looks different is missed or misnamed. Probabilities are calibrated on drawn cases, not on patients, "
    "and assume abnormalities as frequent as there."
)


@dataclass(frozen=True)
class Plan:
    """What to train and where to keep it.

    Args:
        run: folder for drawn cases, checkpoint, log and the finished bundle.
        scans: folder with the real scans named in ``backgrounds.toml``; None trains on procedural thoraxes only.
        recipe: how to learn.
        train_cases, calibrate_cases, evaluate_cases: how many to draw per split.
        device: torch device.
        version: written into the bundle.
        remarks: what a reader of the card should know of this run.
        workers: processes that draw cases side by side.
    """

    run: Path
    scans: Path | None
    recipe: Recipe
    train_cases: int = 600
    calibrate_cases: int = 200
    evaluate_cases: int = 160
    device: str = "cpu"
    version: str = "2"
    remarks: str = ""
    workers: int = 1


def train(plan: Plan, progress: Progress = QUIET) -> Bundle:
    """Follow the plan to its end; return the bundle, which lies in ``run/bundle``."""
    share = plan.run / "share"
    counts = {"train": plan.train_cases, "calibrate": plan.calibrate_cases, "evaluate": plan.evaluate_cases}
    for number, (split, count) in enumerate(counts.items()):
        part = Part(progress, 0.1 * number, 0.1 * number + 0.1)
        draw_share(Share(split, count), share, plan.scans, part, plan.workers)
    network = Learner(plan.recipe, share, plan.run, plan.device).learn(Part(progress, 0.3, 0.9)).cpu()
    return finish(network, plan, Part(progress, 0.9, 1.0))


def finish(network: EvidenceNet, plan: Plan, progress: Progress = QUIET) -> Bundle:
    """Calibrate on one split, measure on another that saw neither training nor calibration, write the bundle."""
    network.eval()
    share = plan.run / "share"
    calibration = read_cases(network, list(drawn_paths(share, "calibrate")), LABELS, Part(progress, 0.0, 0.3))
    thresholds = calibrate(network, calibration)
    readings = read_cases(network, list(drawn_paths(share, "evaluate")), LABELS, Part(progress, 0.3, 0.6))
    procedural = readings.only(PROCEDURAL)
    measured: dict[str, Any] = {
        "procedural thoraxes, unseen seeds": table(network, procedural, LABELS, thresholds),
    }
    real = readings.without(PROCEDURAL)
    if real.names:
        measured["drawn into a real anatomy left out"] = table(network, real, LABELS, thresholds)
    used = there("train", plan.scans)
    description = Description(
        identifier="interval-chest", version=plan.version, title="Interval's chest model", labels=LABELS,
        thresholds=thresholds, widths=WIDTHS, features=FEATURES, organs=True, spacing_mm=2.0,
        trained_on=_trained_on(len(used)), licence="Apache-2.0",
        attribution=tuple(f"{entry.name}: {entry.source}" for entry in used),
        limits=_LIMITS, measured=measured,
    )  # fmt: skip
    folder = plan.run / "bundle"
    save_bundle(network, description, folder)
    _write_card(description, plan)
    bundle = load_bundle(folder)
    if plan.scans is None:
        return bundle
    seen = {entry.name for entry in used}
    scans = sorted(p for p in plan.scans.iterdir() if p.is_dir() or p.name.endswith(".nii.gz"))
    unseen = [p for p in scans if p.name not in seen and "tumour" not in p.name]
    measured["real scans never seen in training"] = real_table(bundle, unseen, Part(progress, 0.6, 1.0))
    save_bundle(network, description, folder)
    _write_card(description, plan)
    return load_bundle(folder)


def _trained_on(scans: int) -> str:
    real = f"and into {scans} real CT scans" if scans else "alone; no real scan was used"
    return (
        f"Synthetic abnormalities drawn into procedural thoraxes {real}; "
        "no real abnormality and no label made by a person was used."
    )


def _write_card(description: Description, plan: Plan) -> None:
    (plan.run / "bundle" / "CARD.md").write_text(card_text(description, plan.remarks), encoding="utf-8")


def averaged(checkpoint: Path) -> EvidenceNet:
    """Return the averaged network of a checkpoint."""
    network = EvidenceNet(len(LABELS))
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["average"])
    return network
