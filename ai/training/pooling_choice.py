"""How places want to be pooled: one power and one bar for all labels, the likeliest of a few.

Only two numbers are chosen by all that is known of all scans, so that a few hundred of them suffice.
"""

from __future__ import annotations

import numpy as np
import torch

from ai.model import Bundle
from ai.model.lesions import LEAST_POINTS
from ai.model.network import EvidenceNet
from ai.model.pooling import Pooling
from ai.training.logistic import AS_GOOD, FEWEST, logistic_fit
from ai.training.statistics import Numbers

POWERS, LOWERED = (1.0, 2.0, 3.0), (0.0, 1.0, 2.0)
"""Higher powers tell scans apart a little better still, but leave a second, fainter instance without heat: at 3 a place
half as sure has an eighth of it, at 6 a sixty-fourth."""
POOLINGS = tuple(Pooling(power, lowered) for power in POWERS for lowered in LOWERED)
CLEARLY = 3.0
"""Nats over all labels and scans by which another pooling must explain presence better than the first."""


def chosen(totals: Numbers, present: Numbers) -> int:
    """Return which pooling explains presence best; the first unless another does so clearly.

    Args:
        totals: (scans, L, poolings).
        present: (scans, L) 1, 0, or NaN where it is not known.
    """
    cost, _ = _cost(totals, present)
    best = int(np.argmin(cost))
    return best if cost[0] - cost[best] > CLEARLY else 0


def most_generous(totals: Numbers, present: Numbers) -> int:
    """Return which of ``POOLINGS`` counts the faintest places of those that explain presence as well as the best.

    For drawn cases: disease is plainer there than in patients, whose places must not be asked for as much.

    Args:
        totals: (scans, L, poolings).
        present: (scans, L) 1, 0, or NaN where it is not known.
    """
    cost, decisions = _cost(totals, present)
    if not decisions:
        return 0
    as_good = np.flatnonzero(cost <= cost.min() + AS_GOOD * decisions)
    return int(min(as_good, key=lambda n: (-POOLINGS[n].lowered, cost[n])))


def _cost(totals: Numbers, present: Numbers) -> tuple[Numbers, int]:
    """Return how little each pooling explains presence, nats; and of how many decisions, one a scan and label."""
    cost, decisions = np.zeros(totals.shape[2]), 0
    for label in range(totals.shape[1]):
        known = ~np.isnan(present[:, label])
        there = present[known, label]
        if min((there == 1).sum(), (there == 0).sum()) >= FEWEST:
            cost += [len(there) * logistic_fit(column, there).loss for column in totals[known, label].T]
            decisions += len(there)
    return cost, decisions


def instance_evidence(bundle: Bundle) -> tuple[float, ...]:
    """Return how much evidence makes an instance of each label by a bundle, whatever pooling its network has later."""
    told, network = bundle.description.instance_evidence, bundle.network
    if told or not isinstance(network, EvidenceNet) or not network.pooling.is_sum:
        return told
    return tuple(LEAST_POINTS / gain for gain in network.log_gain.detach().double().exp().tolist())


def rescaled(network: EvidenceNet, before: Numbers, after: Numbers) -> None:
    """Set gains so that totals by another pooling give the logits of before as nearly as a factor can.

    What is too rarely known to be fitted then means what it meant; a label without evidence stays as it is.

    Args:
        network: changed in place.
        before, after: (scans, L) totals by the pooling there was, and by the one there is.
    """
    shared, whole = (before * after).sum(0), (after**2).sum(0)
    factor = np.where((shared > 0) & (whole > 0), shared / np.maximum(whole, np.finfo(np.float64).tiny), 1.0)
    with torch.no_grad():
        network.log_gain.add_(torch.from_numpy(np.log(factor)).to(network.log_gain))
