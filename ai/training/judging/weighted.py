"""Figures of merit of weighted cases, for many weightings at once: a bootstrap draws how often each case counts.

All take scores (n,), presence (n,) of 0 and 1, and weights (draws, n) of 0 and more; they return (draws,), NaN where a
draw cannot be judged (no case with the label, or none without).
"""

from __future__ import annotations

import numpy as np

from ai.training.statistics import Numbers

BINS = 10


def auroc(scores: Numbers, present: Numbers, weights: Numbers) -> Numbers:
    """Return the area under the ROC curve (Mann–Whitney, ties count half)."""
    yes, no = _by_score(scores, present, weights)
    below = np.cumsum(no, axis=1) - no
    pairs = yes.sum(1) * no.sum(1)
    return _ratio((yes * (below + no / 2)).sum(1), pairs)


def average_precision(scores: Numbers, present: Numbers, weights: Numbers) -> Numbers:
    """Return the mean precision over the positives, each at its score: Σ (R_k − R_{k−1}) · P_k, ties as one step."""
    yes, no = (part[:, ::-1] for part in _by_score(scores, present, weights))
    hits, calls = np.cumsum(yes, axis=1), np.cumsum(yes + no, axis=1)
    precision = np.divide(hits, calls, out=np.zeros_like(hits), where=calls > 0)
    known = (yes.sum(1) > 0) & (no.sum(1) > 0)
    return np.where(known, _ratio((yes * precision).sum(1), yes.sum(1)), np.nan)


def calibration_error(probabilities: Numbers, present: Numbers, weights: Numbers) -> Numbers:
    """Return the expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    which = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    inside = (which[:, None] == np.arange(BINS)).astype(np.float64)
    gaps = np.abs(weights @ (inside * (probabilities - present)[:, None]))
    return _ratio(gaps.sum(1), weights.sum(1))


def mean(values: Numbers, weights: Numbers) -> Numbers:
    """Return the weighted mean of values (n,)."""
    return _ratio(weights @ values, weights.sum(1))


def _by_score(scores: Numbers, present: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """Weight of those with and of those without the label at each score that occurs, (draws, scores), rising."""
    order = np.argsort(scores, kind="stable")
    starts = np.flatnonzero(np.diff(scores[order], prepend=-np.inf) > 0)
    sorted_weights = weights[:, order]
    yes = sorted_weights * present[order]
    return np.add.reduceat(yes, starts, axis=1), np.add.reduceat(sorted_weights - yes, starts, axis=1)


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))
