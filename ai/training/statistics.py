"""Figures of merit, from scores and truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Numbers = NDArray[np.float64]


def auroc(scores: Numbers, present: Numbers) -> float:
    """Return the area under the ROC curve (Mann–Whitney, ties count half); NaN without both classes.

    Args:
        scores: (n,).
        present: (n,) 1, 0 or NaN (left out).
    """
    known = ~np.isnan(present)
    s, p = scores[known], present[known] == 1
    positives, negatives = int(p.sum()), int((~p).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    ranks = rankdata(s)
    return float((ranks[p].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(probabilities: Numbers, present: Numbers, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins (Guo et al. 2017)."""
    known = ~np.isnan(present)
    p, y = probabilities[known], present[known]
    if p.size == 0:
        return float("nan")
    which = np.minimum((p * bins).astype(int), bins - 1)
    gaps = [abs(p[which == b].mean() - y[which == b].mean()) * (which == b).mean() for b in np.unique(which)]
    return float(np.sum(gaps))
