"""Intervals by drawing patients with replacement: scans of one patient are alike, and come or stay together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai.training.statistics import Numbers

DRAWS = 1000
COVERED = 0.95
FEWEST = 0.5
"""Share of the draws that must be judged for an interval to be given."""


@dataclass(frozen=True)
class Figure:
    """A figure with its interval (95 % of the draws); NaN where it cannot be told."""

    value: float
    low: float
    high: float

    @property
    def above_zero(self) -> bool:
        """True where the whole interval lies above 0: a difference that chance does not explain."""
        return self.low > 0

    @property
    def below_zero(self) -> bool:
        """True where the whole interval lies below 0."""
        return self.high < 0


UNTOLD = Figure(float("nan"), float("nan"), float("nan"))


def counts(patients: Sequence[str], draws: int = DRAWS, seed: int = 0) -> Numbers:
    """Return how often each scan counts, (1 + draws, n): first once each, then as patients are drawn.

    Args:
        patients: whose each scan is.
        draws: how many samples of as many patients as there are.
        seed: of chance; figures of one evaluation share it, so that their differences are paired.
    """
    names, whose = np.unique(np.asarray(patients, dtype=str), return_inverse=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / max(1, len(names))), size=draws)
    every = np.vstack([np.ones((1, len(names))), drawn])
    return np.asarray(every[:, whose], dtype=np.float64)


def figure(values: Numbers) -> Figure:
    """Return the figure of a row of values: first the one of all scans, then those of the draws.

    Draws in which nothing can be judged are left out; where they are the most, no interval is given.
    """
    drawn = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or drawn.size < FEWEST * max(1, values.size - 1):
        return Figure(float(values[0]), float("nan"), float("nan"))
    low, high = np.quantile(drawn, [(1 - COVERED) / 2, (1 + COVERED) / 2])
    return Figure(float(values[0]), float(low), float(high))
