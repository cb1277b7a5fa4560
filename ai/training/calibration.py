"""Makes the logits mean what they say: one pooling, per label a bar, a gain and a bias; the heat still adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from ai.findings import Setting, Thresholds
from ai.model.lesions import LEAST_POINTS
from ai.model.network import EvidenceNet
from ai.training.logistic import AS_GOOD, Fit, logistic_fit
from ai.training.pooling_choice import POOLINGS, most_generous
from ai.training.readings import SHIFTS, Readings
from ai.training.statistics import Numbers

SPECIFICITY = {Setting.SENSITIVE: 0.75, Setting.BALANCED: 0.9, Setting.SPECIFIC: 0.97}
"""Share of scans without the abnormality that stay below the threshold."""
_ODDS = {Setting.SENSITIVE: 1.05, Setting.BALANCED: 1.15, Setting.SPECIFIC: 2.0}
"""The heat must have raised the odds of an empty scan by this factor: where drawn disease is plain, real disease gives
a small part of its heat, and a higher bar would ask of a patient what only a drawing has."""
_LEAST = {Setting.SENSITIVE: 0.05, Setting.BALANCED: 0.15, Setting.SPECIFIC: 0.25}
"""No finding is called present that is less likely, however rare it is. With 0.05 for all, a normal scan had an
aneurysm at .09; at the balanced setting 0.15 took 1.3 points of sensitivity for 2.3 of specificity (140 cases)."""
_MOST = 0.95
_TELLING = 0.02
"""Nats below the label's entropy from which evidence is said to tell something."""
_MOST_LOWERED = 2.0
"""At 3 and more, scans without a label had a third to all of the evidence of scans with it (medians, 140 cases)."""


@dataclass(frozen=True)
class Calibrated:
    """What calibration sets beside the network.

    Args:
        thresholds: per label the probabilities from which the finding is called present; ``Thresholds.never`` where
            the evidence tells nothing of the cases.
        instance_evidence: see ``Description``: what makes a tenth of a logit point where evidence is summed.
    """

    thresholds: tuple[Thresholds, ...]
    instance_evidence: tuple[float, ...]


def calibrate(network: EvidenceNet, readings: Readings, bars: bool = True) -> Calibrated:
    """Set every label's bar, how the places of all are pooled, and by logistic regression gains and biases.

    Args:
        network: changed in place.
        readings: for calibration, of cases the network was not trained on.
        bars: whether a label's bar is set too; else it stays where it is.
    """
    labels = range(readings.present.shape[1])
    by_bar = [_fits(readings, label) for label in labels]
    shifts = [generous(*by_bar[label]) if bars else 0.0 for label in labels]
    totals = readings.pooled(shifts)
    best = most_generous(totals, readings.present)
    network.pooling = POOLINGS[best]
    thresholds = []
    for label in labels:
        known = ~np.isnan(readings.present[:, label])
        present = readings.present[known, label]
        fit = logistic_fit(totals[known, label, best], present)
        with torch.no_grad():
            network.head.weight[label, -1] += shifts[label]
            network.log_gain[label] = float(np.log(fit.gain))
            network.bias[label] = fit.bias
        thresholds.append(
            Thresholds(*(present_from(fit, present, setting) for setting in Setting))
            if tells([fit, *by_bar[label][0].values()], by_bar[label][1])
            else Thresholds.never()
        )
    summed = [fits[shift].gain for (fits, _), shift in zip(by_bar, shifts, strict=True)]
    return Calibrated(tuple(thresholds), tuple(LEAST_POINTS / gain for gain in summed))


def _fits(readings: Readings, label: int) -> tuple[dict[float, Fit], float]:
    """Return a label's fits to the sum of its evidence by shift, and its entropy."""
    known = ~np.isnan(readings.present[:, label])
    present = readings.present[known, label]
    sums = readings.tried[known, label, 0]
    return {shift: logistic_fit(sums[:, n], present) for n, shift in enumerate(SHIFTS)}, _entropy(present)


def generous(fits: Mapping[float, Fit], entropy: float) -> float:
    """Return the highest shift, up to a limit, whose fit is nearly as good as the best.

    Drawn disease is plainer than real disease: what a strict bar gains on drawn cases by a hair it loses on patients.
    But beyond the limit healthy lung lights up as well, and a label of which no shift tells anything keeps its own bar:
    a lower one would only light up everything.

    Args:
        fits: by shift.
        entropy: nats; the loss of knowing nothing but how frequent the label is.
    """
    if not tells(fits.values(), entropy):
        return 0.0
    allowed = {shift: fit for shift, fit in fits.items() if shift <= _MOST_LOWERED}
    least = min(fit.loss for fit in allowed.values())
    return max(shift for shift, fit in allowed.items() if fit.loss <= least + AS_GOOD)


def tells(fits: Iterable[Fit], entropy: float) -> bool:
    """Return whether some fit tells anything of a label.

    Args:
        fits: to evidence, whatever the bar and the pooling.
        entropy: nats; the loss of knowing nothing but how frequent the label is.
    """
    return min(fit.loss for fit in fits) <= entropy - _TELLING


def _entropy(present: Numbers) -> float:
    """Nats a case of a label's frequency; 0 where all or none have it."""
    share = float(present.mean()) if present.size else 0.0
    return float(-sum(p * np.log(p) for p in (share, 1 - share) if p > 0))


def present_from(fit: Fit, present: Numbers, setting: Setting = Setting.BALANCED) -> float:
    """Return the probability from which a finding is called present.

    So high that the setting's share of cases without it stay below, that it is not unlikely after all, and that the
    heat has raised the odds of an empty scan by the setting's factor: where most empty scans lie close together, a
    quantile alone would call the slightest breath of heat a finding.
    """
    empty_odds = float(np.exp(fit.bias)) * _ODDS[setting]
    absent = fit.probability[present == 0]
    quantile = float(np.quantile(absent, SPECIFICITY[setting])) if absent.size else 0.5
    return min(_MOST, max(_LEAST[setting], quantile, empty_odds / (1 + empty_odds)))
