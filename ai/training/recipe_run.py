"""The whole recipe in one call: draw cases, learn, calibrate, measure, write the bundle. Goes on where it stopped."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ai.model import ModelError
from ai.model.bundle import Bundle, Description, load_bundle
from ai.model.close_look import CloseLook
from ai.model.confining import confined
from ai.model.deep_network import FEATURES, FINE, WIDTHS, DeepNet
from ai.model.network import EvidenceNet
from ai.organs import REACH_MM
from ai.progress import QUIET, Part, Progress
from ai.training.backgrounds import Background, there
from ai.training.calibration import Calibrated, calibrate
from ai.training.labels import LABELS
from ai.training.learning import Learner, Recipe, new_network
from ai.training.measuring import Measuring, written
from ai.training.pooling_choice import instance_evidence
from ai.training.readings import drawn_paths, read_cases
from ai.training.share import Share, draw_share

_LIMITS = (
    f"Research use only. {len(LABELS)} abnormalities; everything else is not looked for. Learned from drawings: real "
    "disease that looks different is missed or misnamed. Probabilities are calibrated on drawn cases, not on patients, "
    "and assume abnormalities as frequent as there."
)


_CALIBRATION = (
    "Logistic regression of each label's presence on its evidence, over {} drawn cases that training did not see; gain "
    "and bias are part of the weights, so that the heat still adds up. Evidence is pooled by the power {:g}, places "
    "counting from {:g} logit points below where they are likelier than not: two numbers for all labels, chosen on the "
    "same cases, of those that explain them as well as the likeliest the ones that count the faintest places. Evidence "
    "for findings of lungs and airways counts in lung or within {:g} mm of it alone."
)


@dataclass(frozen=True)
class Plan:
    """What to train and where to keep it.

    Args:
        run: folder for drawn cases, checkpoint, log and the finished bundle.
        scans: folder with the real scans named in ``backgrounds.toml``; None trains on procedural thoraxes only.
        recipe: how to learn.
        train_cases, calibrate_cases, evaluate_cases: how many to draw per split.
        whole_cases: how many more, with nodules, are read over the whole path, in each kind of anatomy.
        device: torch device.
        version: written into the bundle.
        remarks: what a reader of the card should know of this run.
        workers: processes that draw cases side by side.
        first_case: number of the first training case: a run that goes on from another model learns from new ones.
        init: bundle of the same network to begin with instead of chance.
        pooling_alone: leave all weights of ``init`` as they are; only pooling, gains and biases are set anew.
        thin_cases: how many procedural thoraxes of 1.5 mm are drawn for the nodules' curve.
    """

    run: Path
    scans: Path | None
    recipe: Recipe
    train_cases: int = 420
    calibrate_cases: int = 140
    evaluate_cases: int = 100
    whole_cases: int = 12
    device: str = "cpu"
    version: str = "2"
    remarks: str = ""
    workers: int = 1
    first_case: int = 0
    init: Path | None = None
    pooling_alone: bool = False
    thin_cases: int = 40


def train(plan: Plan, progress: Progress = QUIET) -> Bundle:
    """Follow the plan to its end; return the bundle, which lies in ``run/bundle``.

    Raises:
        ModelError: the bundle to begin with cannot be read, is of another network, or is missing where pooling alone is
            to be set.
    """
    start = None if plan.init is None else _start(plan.init)
    if plan.pooling_alone:
        return _pooled(start, plan, progress)
    _draw(plan, ("train", "calibrate", "evaluate"), Part(progress, 0.0, 0.3))
    weights = None if start is None else start.network
    learner = Learner(plan.recipe, plan.run / "share", plan.run, plan.device, weights)
    network = learner.learn(Part(progress, 0.3, 0.9)).cpu()
    return finish(network, plan, Part(progress, 0.9, 1.0))


def _draw(plan: Plan, splits: Sequence[str], progress: Progress) -> None:
    counts = {"train": plan.train_cases, "calibrate": plan.calibrate_cases, "evaluate": plan.evaluate_cases}
    for number, split in enumerate(splits):
        part = Part(progress, number / len(splits), (number + 1) / len(splits))
        first = plan.first_case if split == "train" else 0
        draw_share(Share(split, counts[split], first=first), plan.run / "share", plan.scans, part, plan.workers)


@dataclass(frozen=True, eq=False)
class _Start:
    """A bundle to begin with, and its network."""

    bundle: Bundle
    network: EvidenceNet


def _start(folder: Path) -> _Start:
    """Return a bundle of this recipe's network."""
    bundle = load_bundle(folder)
    said = bundle.description
    same = (said.labels, said.widths, said.features, said.organs, said.positions, said.fine, said.parts) == (
        LABELS, WIDTHS, FEATURES, True, True, FINE, False,
    )  # fmt: skip
    if not same or not isinstance(bundle.network, DeepNet):
        raise ModelError(f"{folder} holds another network than the one that is taught; begin without --init.")
    return _Start(bundle, bundle.network)


def _pooled(start: _Start | None, plan: Plan, progress: Progress) -> Bundle:
    """Set pooling, gains and biases of a network anew; measure and write it, its close look as it was."""
    if start is None:
        raise ModelError("Pooling alone can be set only in a network that sees already; name it with --init.")
    _draw(plan, ("calibrate", "evaluate"), Part(progress, 0.0, 0.2))
    network = copy.deepcopy(start.network)
    calibrated, told = _calibrated(network, plan, Part(progress, 0.2, 0.4), bars=False)
    description = replace(
        start.bundle.description,
        version=plan.version,
        thresholds=calibrated.thresholds,
        calibration=told,
        measured={},
        confined=True,
        instance_evidence=instance_evidence(start.bundle) or calibrated.instance_evidence,
    )
    return _measured(network, description, plan, Part(progress, 0.4, 1.0), start.bundle.close_look)


def finish(network: EvidenceNet, plan: Plan, progress: Progress = QUIET) -> Bundle:
    """Calibrate on one split, measure on another that saw neither training nor calibration, write the bundle.

    It has no close look yet; that is taught beside it (``ai.training.nodules``).
    """
    network.eval()
    calibrated, told = _calibrated(network, plan, Part(progress, 0.0, 0.3))
    used = there("train", plan.scans)
    description = Description(
        identifier="interval-chest", version=plan.version, title="Interval's chest model", labels=LABELS,
        thresholds=calibrated.thresholds, widths=WIDTHS, features=FEATURES, organs=True, spacing_mm=2.0,
        trained_on=_trained_on(used), licence="Apache-2.0",
        attribution=tuple(f"{entry.name}: {entry.source}" for entry in used),
        limits=_LIMITS, measured={}, positions=network.positions, fine=FINE, calibration=told,
        confined=True, instance_evidence=calibrated.instance_evidence,
    )  # fmt: skip
    return _measured(network, description, plan, Part(progress, 0.3, 1.0))


def _calibrated(network: EvidenceNet, plan: Plan, progress: Progress, bars: bool = True) -> tuple[Calibrated, str]:
    """Calibrate a network on the plan's cases; return what a bundle says of it, and for the card how it was done."""
    cases = list(drawn_paths(plan.run / "share", "calibrate"))
    readings = read_cases(network, cases, LABELS, progress, calibrating=True, confined=confined(LABELS))
    calibrated = calibrate(network, readings, bars)
    pooling = network.pooling
    return calibrated, _CALIBRATION.format(len(cases), pooling.power, pooling.lowered, REACH_MM)


def _measured(
    network: EvidenceNet, description: Description, plan: Plan, progress: Progress, look: CloseLook | None = None
) -> Bundle:
    measuring = Measuring(
        plan.run / "share", plan.scans, plan.evaluate_cases, plan.whole_cases, plan.workers, plan.thin_cases
    )
    return written(network, description, look, plan.run / "bundle", measuring, plan.remarks, progress)


def _trained_on(scans: Sequence[Background]) -> str:
    real = f"and into {len(scans)} real CT scans" if scans else "alone; no real scan was used"
    lesions = sum(len(scan.own) for scan in scans)
    own = f"besides the {lesions} solid lesions that show in these scans, no real" if lesions else "no real"
    return f"Synthetic abnormalities drawn into procedural thoraxes {real}; {own} abnormality was used."


def averaged(checkpoint: Path) -> EvidenceNet:
    """Return the averaged network of a checkpoint."""
    network = new_network()
    network.load_state_dict(torch.load(checkpoint, map_location="cpu", weights_only=True)["average"])
    return network
