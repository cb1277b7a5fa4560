"""The close look in one call: draw cubes, learn, calibrate, measure, write the bundle. Goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize

from ai.findings import Setting, Thresholds, sigmoid
from ai.model import Bundle, ModelError, load_bundle
from ai.model.close_look import CloseLook, CloseNet
from ai.model.network import EvidenceNet
from ai.progress import QUIET, Part, Progress
from ai.training.backgrounds import there
from ai.training.calibration import SPECIFICITY
from ai.training.measuring import Measuring, written
from ai.training.nodules.close_learning import CloseLearner, CloseRecipe
from ai.training.nodules.drawing import Drawing, draw_cubes
from ai.training.nodules.hits import NODULE
from ai.training.nodules.lessons import Cubes, middle_of
from ai.training.statistics import Numbers

_LISTED_IN_VAIN = 2.0
"""False marks a drawn scan that the list may hold."""
_AT_ONCE = 64
_RANGE = (0.02, 0.99)
_PRIOR = 1e-4
"""Weight of the pull towards gentle slopes."""


@dataclass(frozen=True)
class ClosePlan:
    """What to teach and where to keep it.

    Args:
        run: folder for cubes, checkpoint, log and the finished bundle.
        first: bundle whose network chooses the candidates; None for the shipped one.
        scans: folder with the real scans of ``backgrounds.toml``; None draws procedural thoraxes only.
        recipe: how to learn.
        train_cases, calibrate_cases, evaluate_cases, whole_cases: how many cases to draw for each purpose.
        workers: processes that draw side by side.
        version: written into the bundle; empty keeps that of the first.
        remarks: what a reader of the card should know.
        thin_cases: how many procedural thoraxes of 1.5 mm are drawn for the nodules' curve.
    """

    run: Path
    first: Path | None
    scans: Path | None
    recipe: CloseRecipe
    train_cases: int = 600
    calibrate_cases: int = 60
    evaluate_cases: int = 100
    whole_cases: int = 12
    workers: int = 1
    version: str = ""
    remarks: str = ""
    thin_cases: int = 40


def teach_close_look(plan: ClosePlan, progress: Progress = QUIET) -> Bundle:
    """Follow the plan to its end; return the bundle, which lies in ``run/bundle``.

    Raises:
        ModelError: the first bundle cannot be read, or is of a network from elsewhere.
    """
    first = load_bundle(plan.first)
    _network_of(first)
    drawing = Drawing(plan.first, plan.scans, plan.run / "cubes")
    lessons = draw_cubes(drawing, "train", plan.train_cases, Part(progress, 0.0, 0.3), plan.workers)
    held_out = draw_cubes(drawing, "calibrate", plan.calibrate_cases, Part(progress, 0.3, 0.33), plan.workers)
    cubes = Cubes.joined([Cubes.load(path) for path in lessons])
    network = CloseLearner(plan.recipe, cubes, plan.run).learn(Part(progress, 0.33, 0.7))
    look = calibrated(network, [Cubes.load(path) for path in held_out], _trained_on(len(lessons), cubes, plan.scans))
    return _measured(first, look, plan, Part(progress, 0.7, 1.0))


def _network_of(first: Bundle) -> EvidenceNet:
    if not isinstance(first.network, EvidenceNet) or NODULE not in first.description.labels:
        raise ModelError("A close look can be taught only beside a network of ours that knows nodules.")
    return first.network


def _measured(first: Bundle, look: CloseLook, plan: ClosePlan, progress: Progress) -> Bundle:
    said = first.description
    description = replace(said, version=plan.version or said.version, measured={})
    measuring = Measuring(
        plan.run / "share", plan.scans, plan.evaluate_cases, plan.whole_cases, plan.workers, plan.thin_cases
    )
    return written(_network_of(first), description, look, plan.run / "bundle", measuring, plan.remarks, progress)


def calibrated(network: CloseNet, scans: Sequence[Cubes], trained_on: str) -> CloseLook:
    """Weigh the answers and the first network's peaks by a logistic regression, and set from where on which sum counts.

    Sure enough to make the finding present is what as many scans as the setting wants free of it have no false mark of;
    sure enough to be listed, what few enough false marks of a scan are.

    Args:
        network: in evaluation mode.
        scans: cubes of scans it has not learned from; only marks count, not the middles of drawn nodules.
        trained_on: for the card.
    """
    each = [_answers(network, scan) for scan in scans]
    said, peaks, present = (np.concatenate(part) for part in zip(*each, strict=True))
    if not 0 < present.sum() < len(present):
        raise ModelError("There is no nodule, or nothing else, among the cases to calibrate on; draw more.")
    x = np.stack([said, peaks, np.ones_like(said)])

    def loss(weights: Numbers) -> float:
        z = weights @ x
        return float((np.logaddexp(0, z) - present * z).mean() + _PRIOR * (weights[:2] ** 2).sum())

    own, peak, added = (float(weight) for weight in minimize(loss, np.array([1.0, 0.0, 0.0]), method="BFGS").x)
    vain = [(own * s + peak * p + added)[y == 0] for s, p, y in each]
    surest = [max(scan, default=-np.inf) for scan in vain]
    steps = [_bounded(float(np.quantile(surest, SPECIFICITY[setting]))) for setting in Setting]
    every = np.sort(np.concatenate(vain))[::-1]
    least = _bounded(float(every[min(len(every) - 1, int(_LISTED_IN_VAIN * len(scans)))]))
    return CloseLook(network, NODULE, Thresholds(*steps), trained_on, (own, peak, added), min(least, steps[0]))


def _bounded(logit: float) -> float:
    low, high = _RANGE
    return min(high, max(low, sigmoid(logit)))


def _answers(network: CloseNet, cubes: Cubes) -> tuple[Numbers, Numbers, Numbers]:
    """(logits, the first network's peaks, present) of a scan's marks."""
    marks = cubes.found == 1
    hu, places = middle_of(cubes.hu[marks])[:, None], cubes.places[marks]
    answers = [np.zeros(0)]
    with torch.inference_mode():
        for start in range(0, len(hu), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            answers.append(network(hu[some], places[some]).double().numpy())
    return np.concatenate(answers), cubes.peaks[marks].double().numpy(), cubes.present[marks].double().numpy()


def _trained_on(cases: int, cubes: Cubes, scans: Path | None) -> str:
    nodules = int(cubes.present.sum())
    real = len(there("train", scans))
    where = f"procedural thoraxes and {real} real CT scans" if real else "procedural thoraxes"
    return (
        f"{nodules} cubes around nodules drawn into {where}, and {len(cubes.present) - nodules} around places that the "
        f"first network, or a dense blob, made possible and that are none, from {cases} drawn cases"
    )
