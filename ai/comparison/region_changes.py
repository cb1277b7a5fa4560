"""Abnormality by abnormality and lobe by lobe: how much evidence, and how far it spreads, then and now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ai.diffuse import RegionChange
from ai.findings import Analysis, Finding, Heatmap
from ai.model.extent import spreads
from ai.organs import LOBES, LUNGS, Organs, code_of
from ai.progress import Progress

_LEAST_ML = 20.0
"""Less of a lobe in either scan is not worth a share."""
_CODES = {lobe: code_of(lobe) for lobe in LOBES}


@dataclass(frozen=True)
class Spread:
    """What one scan shows of an abnormality in one region: logit points, the millilitres with evidence, and of all."""

    heat: float
    ml: float
    of_ml: float

    @property
    def share(self) -> float:
        """0…1."""
        return self.ml / self.of_ml


def region_changes(
    prior: tuple[Analysis, Organs], current: tuple[Analysis, Organs], progress: Progress
) -> tuple[RegionChange, ...]:
    """Return the changes of every abnormality that spreads in the lungs and is present in either scan.

    Args:
        prior, current: what was found, and the same lobes in either scan.
        progress: asked between abnormalities.
    """
    found = _both(prior[0], current[0])
    changes = []
    for number, (then, now) in enumerate(found):
        progress.report(number / len(found), f"Comparing {now.abnormality.title.lower()}")
        changes += _of_finding(then, prior[1], now, current[1])
    return tuple(changes)


def spread_of(heatmap: Heatmap, lobes: Organs) -> dict[str, Spread]:
    """Return the spread in each lobe that is there, and in all of them (``lungs``).

    A cell of the heatmap gives its logit points to the lobes in proportion to how much of the cell lies in each.
    """
    values = _at_cells(heatmap, lobes)
    cell_ml = lobes.grid.voxel_mm3 / 1000
    size = max(_CODES.values()) + 1
    codes = lobes.codes.ravel()
    points = np.bincount(codes, weights=values, minlength=size) * lobes.grid.voxel_mm3 / heatmap.grid.voxel_mm3
    hot = np.bincount(codes[values > 0], minlength=size) * cell_ml
    whole = np.bincount(codes, minlength=size) * cell_ml
    parts = {lobe: Spread(points[c], hot[c], whole[c]) for lobe, c in _CODES.items() if whole[c] >= _LEAST_ML}
    if not parts:
        return {}
    numbers = list(_CODES.values())
    return {LUNGS: Spread(points[numbers].sum(), hot[numbers].sum(), whole[numbers].sum()), **parts}


def _both(prior: Analysis, current: Analysis) -> list[tuple[Finding, Finding]]:
    """Return the findings of then and now in the current scan's order; what one model does not know is left out."""
    pairs = [(prior.finding(now.abnormality.name), now) for now in current.findings if spreads(now.abnormality)]
    return [(then, now) for then, now in pairs if then is not None and (then.present or now.present)]


def _of_finding(then: Finding, prior: Organs, now: Finding, current: Organs) -> list[RegionChange]:
    before, after = spread_of(then.heatmap, prior), spread_of(now.heatmap, current)
    additive = then.heatmap.additive and now.heatmap.additive
    return [
        RegionChange(
            now.abnormality,
            region,
            float(before[region].heat) if additive else None,
            float(after[region].heat) if additive else None,
            float(before[region].share),
            float(after[region].share),
            float(before[region].ml),
            float(after[region].ml),
        )
        for region in after
        if region in before
    ]


def _at_cells(heatmap: Heatmap, lobes: Organs) -> NDArray[np.float32]:
    """Return the heat of the cell that holds each of the lobes' cells; flat."""
    matrix = heatmap.grid.inverse @ lobes.grid.affine
    # Both cover the same crop; a voxel at its edge lies beyond the last cell's middle, but in that cell.
    found = ndimage.affine_transform(
        heatmap.values, matrix[:3, :3], matrix[:3, 3], output_shape=lobes.grid.shape, order=0, mode="nearest"
    )
    return np.asarray(found, dtype=np.float32).ravel()
