"""A logistic curve on evidence: how a label's presence follows from what its places come to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from ai.training.statistics import Numbers

FEWEST = 5
"""Scans with a label, and without it, below which nothing is fitted to it."""
AS_GOOD = 0.015
"""Nats a case: fits that differ by less are equally good on so few cases."""
_PRIOR = 0.002
"""Weight of the pull towards gentle slopes: few cases must not make certainty."""
_FEWEST_CELLS = 10.0
"""Evidence (cells times logit points) taken as the scale of a label that drawn cases hardly excite: so that a breath of
it is never certainty."""
_DOUBTING = -3.0
"""Bias, logit points, of a label no case tells anything of."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A logistic curve on evidence: its gain, bias, mean loss, and what it says of the cases it was fitted to."""

    gain: float
    bias: float
    loss: float
    probability: Numbers


def logistic_fit(evidence: Numbers, present: Numbers) -> Fit:
    """Return the likeliest logistic curve with gain > 0, with a weak prior; without any case one that doubts."""
    if evidence.size == 0:
        return Fit(1.0, _DOUBTING, 0.0, evidence)
    scale = max(float(np.median(evidence[present == 1])) if (present == 1).any() else 0.0, _FEWEST_CELLS)
    x = evidence / scale

    def loss(parameters: Numbers) -> float:
        z = np.exp(parameters[0]) * x + parameters[1]
        entropy = np.logaddexp(0, z) - present * z
        return float(entropy.mean() + _PRIOR * (parameters[0] ** 2 + 0.1 * parameters[1] ** 2))

    best = minimize(loss, np.array([1.0, -2.0]), method="Nelder-Mead", options={"maxiter": 2000})
    gain, bias = float(np.exp(best.x[0])) / scale, float(best.x[1])
    probability = 1 / (1 + np.exp(-np.clip(bias + gain * evidence, -60, 60)))
    return Fit(gain, bias, float(best.fun), probability)
