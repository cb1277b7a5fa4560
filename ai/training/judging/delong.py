"""Whether two areas under ROC curves of the same scans differ: DeLong, DeLong & Clarke-Pearson, Biometrics 1988.

Scans of one patient are not independent; their structural components are summed by patient first, as in Obuchowski,
Biometrics 1997, formulae 4–6. With one scan a patient this is DeLong's test itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from ai.training.statistics import Numbers

Flags = NDArray[np.bool_]
Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Difference:
    """Two areas of the same scans.

    Args:
        first, second: the areas.
        error: standard error of first − second.
        p: two-sided probability of such a difference by chance; 1 where both are the same.
    """

    first: float
    second: float
    error: float
    p: float


def difference(first: Numbers, second: Numbers, present: Numbers, patients: Sequence[str]) -> Difference | None:
    """Compare two scores of the same scans.

    Args:
        first, second: (n,) scores.
        present: (n,) 1, 0 or NaN (left out).
        patients: whose each scan is.

    Returns:
        None where fewer than two patients have the label or fewer than two lack it: no error can be told.
    """
    known = ~np.isnan(present)
    yes = present[known] == 1
    whose = np.unique(np.asarray(patients, dtype=str)[known], return_inverse=True)[1].astype(np.intp)
    if len(set(whose[yes])) < 2 or len(set(whose[~yes])) < 2:
        return None
    (area_a, x_a, y_a), (area_b, x_b, y_b) = (_components(s[known], yes) for s in (first, second))
    variance = _variance(x_a - x_b, y_a - y_b, area_a - area_b, whose, yes)
    error = float(np.sqrt(max(0.0, variance)))
    gap = abs(area_a - area_b)
    p = float(2 * norm.sf(gap / error)) if error > 0 else float(gap == 0)
    return Difference(area_a, area_b, error, p)


def _components(scores: Numbers, yes: Flags) -> tuple[float, Numbers, Numbers]:
    """The area; for each positive the share of negatives below it; for each negative the share of positives above it.

    By ranks (Sun & Xu, IEEE Signal Process Lett 2014): the rank among all less the rank among its own.
    """
    m, n = int(yes.sum()), int((~yes).sum())
    ranks = rankdata(scores)
    x = (ranks[yes] - rankdata(scores[yes])) / n
    y = 1 - (ranks[~yes] - rankdata(scores[~yes])) / m
    return float(x.mean()), x, y


def _variance(x: Numbers, y: Numbers, theta: float, whose: Codes, yes: Flags) -> float:
    m, n, patients = len(x), len(y), int(whose.max()) + 1
    over_x, over_y = _by_patient(x - theta, whose[yes], patients), _by_patient(y - theta, whose[~yes], patients)
    with_x, with_y = len(set(whose[yes])), len(set(whose[~yes]))
    s10 = with_x / ((with_x - 1) * m) * float(over_x @ over_x)
    s01 = with_y / ((with_y - 1) * n) * float(over_y @ over_y)
    s11 = patients / (patients - 1) * float(over_x @ over_y)
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def _by_patient(values: Numbers, whose: Codes, patients: int) -> Numbers:
    return np.asarray(np.bincount(whose, weights=values, minlength=patients), dtype=np.float64)
