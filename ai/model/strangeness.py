"""How far a scan's features lie from those of the scans a network learned from.

Mahalanobis distance (Lee et al., NeurIPS 2018, arXiv:1807.03888) to one Gaussian of the features of known scans. What
a distance means is told by the distances of known scans that their own fit had not seen (cross-fitting): in many
dimensions those of the scans fitted are far too small.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.model.errors import ModelError

Matrix = NDArray[np.float64]

_FOLDS = 5
_QUANTILES = 101


@dataclass(frozen=True)
class Strangeness:
    """What was measured of one scan.

    Args:
        distance: in standard deviations of known scans.
        percentile: share of known scans that lie nearer, 0…1.
        beyond: distance by that of the known scan at the 99th percentile; above 1 is further than nearly all.
    """

    distance: float
    percentile: float
    beyond: float


@dataclass(frozen=True, eq=False)
class Familiar:
    """What is remembered of the features of known scans; plain numbers, kept in ``bundle.json``.

    Args:
        mean: (K,).
        precision: (K, K), inverse of the covariance.
        distances: rising quantiles (0, 1 … 100 %) of known scans' distances.
    """

    mean: Matrix
    precision: Matrix
    distances: Matrix

    def strangeness(self, features: NDArray[np.floating]) -> Strangeness:
        """Measure one scan's features, (K,).

        Raises:
            ModelError: another number of features, or one that is not finite.
        """
        if features.shape != self.mean.shape or not np.isfinite(features).all():
            raise ModelError(f"{features.shape} features cannot be compared with {self.mean.shape} known ones.")
        distance = float(_distances(features[None].astype(np.float64), self.mean, self.precision)[0])
        percentile = float(np.interp(distance, self.distances, np.linspace(0, 1, len(self.distances))))
        usual = float(np.interp(0.99, np.linspace(0, 1, len(self.distances)), self.distances))
        return Strangeness(distance, percentile, distance / max(usual, 1e-9))

    def stored(self) -> dict[str, list[float] | list[list[float]]]:
        """Return plain lists for JSON, to six digits."""
        return {
            "mean": [float(f"{v:.6g}") for v in self.mean],
            "precision": [[float(f"{v:.6g}") for v in row] for row in self.precision],
            "distances": [float(f"{v:.6g}") for v in self.distances],
        }

    @classmethod
    def of(cls, stored: Mapping[str, Sequence[float] | Sequence[Sequence[float]]]) -> Familiar:
        """Return what was stored.

        Raises:
            ModelError: the numbers do not fit each other.
        """
        try:
            mean, precision, distances = (np.array(stored[k], np.float64) for k in ("mean", "precision", "distances"))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The features of known scans cannot be read ({error}). Fetch the bundle again."
            ) from error
        sound = mean.ndim == 1 and precision.shape == (mean.size, mean.size) and distances.ndim == 1
        if not sound or distances.size < 2 or (np.diff(distances) < 0).any():
            raise ModelError("The features of known scans do not fit each other. Fetch the bundle again.")
        if not all(np.isfinite(part).all() for part in (mean, precision, distances)):
            raise ModelError("The features of known scans are not all numbers. Fetch the bundle again.")
        return cls(mean, precision, distances)


def fit(features: NDArray[np.floating], shrinkage: float = 0.1) -> Familiar:
    """Remember known scans.

    Args:
        features: (N, K), one row a scan; N at least 10.
        shrinkage: share of the covariance that is replaced by its diagonal, so that few scans still give an inverse.

    Raises:
        ModelError: too few scans, or features that are not finite.
    """
    rows = np.asarray(features, dtype=np.float64)
    if rows.ndim != 2 or len(rows) < 2 * _FOLDS or not np.isfinite(rows).all():
        raise ModelError(f"At least {2 * _FOLDS} scans of finite features are needed, not {rows.shape}.")
    folds = np.arange(len(rows)) % _FOLDS
    unseen = np.empty(len(rows))
    for fold in range(_FOLDS):
        mean, precision = _gaussian(rows[folds != fold], shrinkage)
        unseen[folds == fold] = _distances(rows[folds == fold], mean, precision)
    mean, precision = _gaussian(rows, shrinkage)
    return Familiar(mean, precision, np.quantile(unseen, np.linspace(0, 1, _QUANTILES)))


def _gaussian(rows: Matrix, shrinkage: float) -> tuple[Matrix, Matrix]:
    mean = rows.mean(0)
    covariance = np.cov(rows, rowvar=False).reshape(rows.shape[1], rows.shape[1])
    spread = np.diag(covariance)
    # A feature that never varied must not make every other scan infinitely strange.
    floor = max(1e-6 * float(spread.max(initial=0.0)), 1e-12)
    shrunk = (1 - shrinkage) * covariance + np.diag(shrinkage * spread + floor)
    return mean, np.asarray(np.linalg.inv(shrunk))


def _distances(rows: Matrix, mean: Matrix, precision: Matrix) -> Matrix:
    away = rows - mean
    return np.asarray(np.sqrt(np.maximum(np.einsum("nk,kl,nl->n", away, precision, away), 0.0)))
