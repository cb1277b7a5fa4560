"""How good a network is, on cases drawn from seeds it never saw; per label and as a mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from ai.model.network import EvidenceNet
from ai.training.readings import Readings
from ai.training.statistics import Numbers, auroc, calibration_error


def table(
    network: EvidenceNet, readings: Readings, labels: tuple[str, ...], thresholds: tuple[float, ...]
) -> dict[str, Any]:
    """Return figures per label: how many have it, AUROC, sensitivity and specificity, pointing, energy, calibration."""
    gain = network.log_gain.detach().double().exp().cpu().numpy()
    bias = network.bias.detach().double().cpu().numpy()
    probability = 1 / (1 + np.exp(-np.clip(bias + gain * readings.shifted(), -60, 60)))
    rows = {label: _row(readings, probability[:, i], i, thresholds[i]) for i, label in enumerate(labels)}
    mean = {key: _mean([row[key] for row in rows.values()]) for key in ("auroc", "pointing", "energy", "ece")}
    return {"cases": len(readings.names), "mean": mean, "labels": rows}


def _row(readings: Readings, probability: Numbers, label: int, threshold: float) -> dict[str, float | int | None]:
    present = readings.present[:, label]
    yes, no = present == 1, present == 0
    return {
        "positive": int(yes.sum()),
        "negative": int(no.sum()),
        "auroc": _rounded(auroc(probability, present)),
        "sensitivity": _mean((probability[yes] >= threshold).tolist()),
        "specificity": _mean((probability[no] < threshold).tolist()),
        "pointing": _mean(readings.pointed[yes, label].tolist()),
        "energy": _mean(readings.energy[yes, label].tolist()),
        "ece": _rounded(calibration_error(probability, present)),
    }


def _mean(values: list[float | int | None]) -> float | None:
    """The mean of what is known; None where nothing is."""
    known = [v for v in values if v is not None and not np.isnan(v)]
    return round(float(np.mean(known)), 3) if known else None


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
