"""Makes the logits mean what they say: per label a gain and a bias, so that the heat still adds up."""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import minimize

from ai.model.network import EvidenceNet
from ai.training.readings import Readings
from ai.training.statistics import Numbers, youden_threshold

_PRIOR = 0.02
"""Weight of the pull towards gentle slopes: few cases must not make certainty."""


def calibrate(network: EvidenceNet, readings: Readings) -> tuple[float, ...]:
    """Set gain and bias of every label by logistic regression on evidence; return thresholds.

    Args:
        network: changed in place.
        readings: of cases the network was not trained on.

    Returns:
        Per label the probability from which the finding is called present.
    """
    thresholds = []
    for label in range(readings.present.shape[1]):
        known = ~np.isnan(readings.present[:, label])
        evidence, present = readings.evidence[known, label], readings.present[known, label]
        gain, bias = logistic_fit(evidence, present)
        with torch.no_grad():
            network.log_gain[label] = float(np.log(gain))
            network.bias[label] = bias
        probability = 1 / (1 + np.exp(-np.clip(bias + gain * evidence, -60, 60)))
        thresholds.append(min(0.9, max(0.1, youden_threshold(probability, present))))
    return tuple(thresholds)


def logistic_fit(evidence: Numbers, present: Numbers) -> tuple[float, float]:
    """Return (gain > 0, bias) of the likeliest logistic curve, with a weak prior."""
    scale = max(float(np.median(evidence[present == 1])) if (present == 1).any() else 1.0, 1e-3)
    x = evidence / scale

    def loss(parameters: Numbers) -> float:
        z = np.exp(parameters[0]) * x + parameters[1]
        entropy = np.logaddexp(0, z) - present * z
        return float(entropy.mean() + _PRIOR * (parameters[0] ** 2 + 0.1 * parameters[1] ** 2))

    best = minimize(loss, np.array([1.0, -2.0]), method="Nelder-Mead", options={"maxiter": 2000})
    return float(np.exp(best.x[0])) / scale, float(best.x[1])
