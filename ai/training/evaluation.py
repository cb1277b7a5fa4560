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
        "sensitivity": _rounded((probability[yes] >= threshold).mean() if yes.any() else np.nan),
        "specificity": _rounded((probability[no] < threshold).mean() if no.any() else np.nan),
        "pointing": _rounded(np.nanmean(readings.pointed[yes, label]) if yes.any() else np.nan),
        "energy": _rounded(np.nanmean(readings.energy[yes, label]) if yes.any() else np.nan),
        "ece": _rounded(calibration_error(probability, present)),
    }


def _mean(values: list[float | int | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(float(np.mean(known)), 3) if known else None


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
