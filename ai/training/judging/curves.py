"""The curves behind the figures: receiver operating characteristic and reliability."""

from __future__ import annotations

import numpy as np

from ai.training.judging.weighted import BINS
from ai.training.statistics import Numbers

Points = tuple[tuple[float, float], ...]


def roc(scores: Numbers, present: Numbers) -> Points:
    """Return (false positive rate, true positive rate) from (0, 0) to (1, 1), one corner for each score that occurs.

    Args:
        scores: (n,).
        present: (n,) 1, 0 or NaN (left out); both must occur.
    """
    known = ~np.isnan(present)
    order = np.argsort(-scores[known], kind="stable")
    sorted_scores, yes = scores[known][order], present[known][order]
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(yes) - 1)
    hits, alarms = np.cumsum(yes)[ends], np.cumsum(1 - yes)[ends]
    return ((0.0, 0.0), *zip((alarms / alarms[-1]).tolist(), (hits / hits[-1]).tolist(), strict=True))


def reliability(probabilities: Numbers, present: Numbers) -> Points:
    """Return (mean probability, share that have the label) of each of ten bins of probability that is not empty."""
    known = ~np.isnan(present)
    p, y = probabilities[known], present[known]
    which = np.minimum((p * BINS).astype(int), BINS - 1)
    return tuple((float(p[which == b].mean()), float(y[which == b].mean())) for b in np.unique(which))
