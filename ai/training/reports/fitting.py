"""Makes probabilities mean what they say on patients that were not learned from: per label a gain and a bias."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ai.findings import Setting, Thresholds
from ai.model.network import EvidenceNet
from ai.training.calibration import present_from
from ai.training.logistic import FEWEST, logistic_fit
from ai.training.statistics import Numbers


def fit(
    network: EvidenceNet, evidence: Numbers, present: Numbers, before: Sequence[Thresholds]
) -> tuple[tuple[Thresholds, ...], list[int]]:
    """Set gain and bias by logistic regression on evidence; of labels too rare for it, keep what they had.

    Args:
        network: changed in place; heat goes on adding up, for gain and bias are part of it.
        evidence: (scans, L) of places, and of parts where there is a head of them, which speak for and against.
        present: (scans, L) 1, 0, or NaN where the report decides nothing.
        before: thresholds of labels that cannot be fitted.

    Returns:
        Thresholds per label, and which labels were fitted.
    """
    thresholds, fitted = list(before), []
    for label in range(present.shape[1]):
        known = ~np.isnan(present[:, label])
        there = present[known, label]
        if min((there == 1).sum(), (there == 0).sum()) < FEWEST:
            continue
        said = evidence[known, label]
        middle = 0.0 if network.part_head is None else float(said.mean())
        curve = logistic_fit(said - middle, there)
        with torch.no_grad():
            network.log_gain[label] = float(np.log(curve.gain))
            network.bias[label] = curve.bias - curve.gain * middle
        thresholds[label] = Thresholds(*(present_from(curve, there, setting) for setting in Setting))
        fitted.append(label)
    return tuple(thresholds), fitted
