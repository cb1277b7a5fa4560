"""Makes the logits mean what they say: per label a gain and a bias, so that the heat still adds up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import minimize

from ai.findings import Setting, Thresholds
from ai.model.network import EvidenceNet
from ai.training.readings import SHIFTS, Readings
from ai.training.statistics import Numbers

_PRIOR = 0.002
"""Weight of the pull towards gentle slopes: few cases must not make certainty."""
SPECIFICITY = {Setting.SENSITIVE: 0.75, Setting.BALANCED: 0.9, Setting.SPECIFIC: 0.97}
"""Share of scans without the abnormality that stay below the threshold."""
_ODDS = {Setting.SENSITIVE: 1.05, Setting.BALANCED: 1.15, Setting.SPECIFIC: 2.0}
"""The heat must have raised the odds of an empty scan by this factor: where drawn disease is plain, real disease gives
a small part of its heat, and a higher bar would ask of a patient what only a drawing has."""
_RANGE = (0.05, 0.95)
_AS_GOOD = 0.015
"""Nats: fits that differ by less are equally good on so few cases."""
_TELLING = 0.02
"""Nats below the label's entropy from which evidence is said to tell something."""
_MOST_LOWERED = 2.0
"""At 3 and more, scans without a label had a third to all of the evidence of scans with it (medians, 140 cases)."""
_FEWEST = 10.0
"""Evidence (cells times logit points) taken as the scale of a label that drawn cases hardly excite: so that a breath of
it is never certainty."""
_DOUBTING = -3.0
"""Bias, logit points, of a label no case tells anything of."""


def calibrate(network: EvidenceNet, readings: Readings) -> tuple[Thresholds, ...]:
    """Set shift, gain and bias of every label by logistic regression on evidence; return thresholds.

    Args:
        network: changed in place.
        readings: of cases the network was not trained on.

    Returns:
        Per label the probabilities from which the finding is called present; ``Thresholds.never`` where the evidence
        tells nothing of these cases.
    """
    thresholds = []
    for label in range(readings.present.shape[1]):
        known = ~np.isnan(readings.present[:, label])
        present = readings.present[known, label]
        fits = {shift: logistic_fit(readings.shifted(shift)[known, label], present) for shift in SHIFTS}
        entropy = _entropy(present)
        shift = generous(fits, entropy)
        fit = fits[shift]
        with torch.no_grad():
            network.head.weight[label, -1] += shift
            network.log_gain[label] = float(np.log(fit.gain))
            network.bias[label] = fit.bias
        thresholds.append(
            Thresholds(*(present_from(fit, present, setting) for setting in Setting))
            if tells(fits, entropy)
            else Thresholds.never()
        )
    return tuple(thresholds)


def generous(fits: Mapping[float, Fit], entropy: float) -> float:
    """Return the highest shift, up to a limit, whose fit is nearly as good as the best.

    Drawn disease is plainer than real disease: what a strict bar gains on drawn cases by a hair it loses on patients.
    But beyond the limit healthy lung lights up as well, and a label of which no shift tells anything keeps its own bar:
    a lower one would only light up everything.

    Args:
        fits: by shift.
        entropy: nats; the loss of knowing nothing but how frequent the label is.
    """
    if not tells(fits, entropy):
        return 0.0
    allowed = {shift: fit for shift, fit in fits.items() if shift <= _MOST_LOWERED}
    least = min(fit.loss for fit in allowed.values())
    return max(shift for shift, fit in allowed.items() if fit.loss <= least + _AS_GOOD)


def tells(fits: Mapping[float, Fit], entropy: float) -> bool:
    """Return whether some shift's evidence tells anything of a label.

    Args:
        fits: by shift.
        entropy: nats; the loss of knowing nothing but how frequent the label is.
    """
    return min(fit.loss for fit in fits.values()) <= entropy - _TELLING


def _entropy(present: Numbers) -> float:
    """Nats a case of a label's frequency; 0 where all or none have it."""
    share = float(present.mean()) if present.size else 0.0
    return float(-sum(p * np.log(p) for p in (share, 1 - share) if p > 0))


@dataclass(frozen=True, eq=False)
class Fit:
    """A logistic curve on evidence: its gain, bias, mean loss, and what it says of the cases it was fitted to."""

    gain: float
    bias: float
    loss: float
    probability: Numbers


def present_from(fit: Fit, present: Numbers, setting: Setting = Setting.BALANCED) -> float:
    """Return the probability from which a finding is called present.

    So high that the setting's share of cases without it stay below, and that the heat has raised the odds of an empty
    scan by the setting's factor: where most empty scans lie close together, a quantile alone would call the slightest
    breath of heat a finding.
    """
    empty_odds = float(np.exp(fit.bias)) * _ODDS[setting]
    absent = fit.probability[present == 0]
    quantile = float(np.quantile(absent, SPECIFICITY[setting])) if absent.size else 0.5
    low, high = _RANGE
    return min(high, max(low, quantile, empty_odds / (1 + empty_odds)))


def logistic_fit(evidence: Numbers, present: Numbers) -> Fit:
    """Return the likeliest logistic curve with gain > 0, with a weak prior; without any case one that doubts."""
    if evidence.size == 0:
        return Fit(1.0, _DOUBTING, 0.0, evidence)
    scale = max(float(np.median(evidence[present == 1])) if (present == 1).any() else 0.0, _FEWEST)
    x = evidence / scale

    def loss(parameters: Numbers) -> float:
        z = np.exp(parameters[0]) * x + parameters[1]
        entropy = np.logaddexp(0, z) - present * z
        return float(entropy.mean() + _PRIOR * (parameters[0] ** 2 + 0.1 * parameters[1] ** 2))

    best = minimize(loss, np.array([1.0, -2.0]), method="Nelder-Mead", options={"maxiter": 2000})
    gain, bias = float(np.exp(best.x[0])) / scale, float(best.x[1])
    probability = 1 / (1 + np.exp(-np.clip(bias + gain * evidence, -60, 60)))
    return Fit(gain, bias, float(best.fun), probability)
