"""How good a network is, on cases drawn from seeds it never saw; per label and as a mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ai.findings import Thresholds
from ai.model.close_look import CloseLook
from ai.model.network import EvidenceNet
from ai.organs import ORGANS
from ai.training.detection import curve
from ai.training.readings import Readings
from ai.training.statistics import Numbers, auroc, calibration_error
from ai.vocabulary import abnormality

APART = (("mass", "atelectasis"),)
"""Look-alikes that must be kept apart: measured on cases that have exactly one of the two."""
_PATCH, _WIDE = 0.06, 0.3
"""Share of both lungs up to which pneumonia is a patch, and from which it fills a lung or much of both."""
_DRAWS = 20
_MEANS = ("auroc", "pointing", "energy", "ece")


def table(
    network: EvidenceNet,
    readings: Readings,
    labels: tuple[str, ...],
    thresholds: tuple[Thresholds, ...],
    close_look: CloseLook | None = None,
) -> dict[str, Any]:
    """Return figures per label: how many have it, AUROC, sensitivity and specificity, pointing, energy, calibration.

    Beside them: their means, pointing of focal labels alone, nodules by free-response curve, organs by Dice, and how
    well look-alikes are kept apart.
    """
    logits = _logits(network, readings)
    probability = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    called = probability >= np.array([steps.balanced for steps in thresholds])
    if close_look is not None:
        called[:, labels.index(close_look.abnormality)] |= readings.surest >= close_look.thresholds.balanced
    rows = {label: _row(readings, probability[:, i], i, called[:, i]) for i, label in enumerate(labels)}
    apart = [(a, b) for a, b in APART if a in labels and b in labels]
    focal = [row["pointing"] for label, row in rows.items() if abnormality(label).focal]
    return {
        "cases": len(readings.names),
        "mean": {key: _mean(row[key] for row in rows.values()) for key in _MEANS} | {"focal pointing": _mean(focal)},
        "nodules": curve(readings.nodules),
        "nodules by the first network alone": curve(readings.at_first),
        "organs": {name: _mean(readings.organs[:, i]) for i, name in enumerate(ORGANS)},
        "apart": {f"{a} or {b}": _apart(logits, readings, labels.index(a), labels.index(b)) for a, b in apart},
        "pneumonia, patch or whole lung": _extents(readings),
        "calibration": _calibration(probability, readings.present),
        "labels": rows,
    }


def _logits(network: EvidenceNet, readings: Readings) -> Numbers:
    gain = network.log_gain.detach().double().exp().cpu().numpy()
    bias = network.bias.detach().double().cpu().numpy()
    return np.asarray(bias + gain * readings.evidence)


def _row(
    readings: Readings, probability: Numbers, label: int, called: NDArray[np.bool_]
) -> dict[str, float | int | None]:
    present = readings.present[:, label]
    yes, no = present == 1, present == 0
    return {
        "positive": int(yes.sum()),
        "negative": int(no.sum()),
        "auroc": _rounded(auroc(probability, present)),
        "sensitivity": _mean(called[yes]),
        "specificity": _mean(~called[no]),
        "pointing": _mean(readings.pointed[yes, label]),
        "energy": _mean(readings.energy[yes, label]),
        "ece": _rounded(calibration_error(probability, present)),
    }


def _apart(logits: Numbers, readings: Readings, a: int, b: int) -> dict[str, float | int | None]:
    """How well the difference of two logits tells which of the two it is."""
    one = (readings.present[:, a] == 1) & (readings.present[:, b] == 0)
    other = (readings.present[:, b] == 1) & (readings.present[:, a] == 0)
    either = one | other
    score = auroc((logits[:, a] - logits[:, b])[either], one[either].astype(np.float64))
    return {"first": int(one.sum()), "second": int(other.sum()), "auroc": _rounded(score)}


def _calibration(probability: Numbers, present: Numbers) -> dict[str, float | None]:
    """Expected calibration error over all labels together; as a mean of labels; and that mean were all perfect.

    Few cases a label fill ten bins badly: a perfectly calibrated label is not 0 either. How far from it is found by
    drawing presence from the probabilities themselves.
    """
    rng = np.random.default_rng(0)
    drawn = np.where(np.isnan(present), np.nan, rng.random((_DRAWS, *present.shape)) < probability)
    labels = range(present.shape[1])
    perfect = [calibration_error(probability[:, i], one[:, i]) for one in drawn for i in labels]
    return {
        "all labels together": _rounded(calibration_error(probability.ravel(), present.ravel())),
        "mean of labels": _mean(calibration_error(probability[:, i], present[:, i]) for i in labels),
        "that mean, were they perfect": _mean(perfect),
    }


def _extents(readings: Readings) -> dict[str, float | int | None]:
    """How well the share of the lungs with evidence tells whole-lung pneumonia from a patch of it."""
    true, said = readings.extent[:, 0], readings.extent[:, 1]
    wide, patch = true >= _WIDE, true <= _PATCH
    either = wide | patch
    known = ~np.isnan(true)
    return {
        "patch": int(patch.sum()),
        "whole lung": int(wide.sum()),
        "auroc": _rounded(auroc(said[either], wide[either].astype(np.float64))),
        "median error of the share": _rounded(float(np.median(np.abs(said - true)[known]))) if known.any() else None,
    }


def _mean(values: Iterable[float | int | None]) -> float | None:
    """The mean of what is known; None where nothing is."""
    known = [float(v) for v in values if v is not None and not np.isnan(v)]
    return round(float(np.mean(known)), 3) if known else None


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
