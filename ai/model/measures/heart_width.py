"""Cardiothoracic ratio on axial slices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ai.findings import Quantity
from ai.model.measures.scene import Mask, Scene, largest_part

_NAME, _TITLE = "cardiothoracic_ratio", "Cardiothoracic ratio"
_SOURCE = (
    "Greatest transverse heart by greatest inner thorax on axial CT: Gollub et al., J Comput Assist Tomogr 2012;36:67"
)
_CAVEAT = (
    "Above 0.5 the heart counts as enlarged. The thorax is as wide as the lungs reach: a large effusion, a shallow "
    "breath or lying prone makes the ratio larger."
)


def cardiothoracic_ratio(scene: Scene) -> Quantity:
    """Return the ratio, or why there is none."""
    refusal = _refusal(scene)
    if refusal or scene.organs is None:
        return Quantity(_NAME, _TITLE, None, "", _SOURCE, refusal)
    heart = largest_part(scene.organs.mask("heart"))
    heart_mm = widths_mm(heart, scene.organs.grid.spacing_mm[2]).max()
    thorax_mm = widths_mm(scene.lungs.mask, scene.lungs.grid.spacing_mm[2]).max()
    caveat = f"Heart {heart_mm:.0f} mm, thorax {thorax_mm:.0f} mm. {_CAVEAT}"
    return Quantity(_NAME, _TITLE, float(heart_mm / thorax_mm), "", _SOURCE, caveat, decimals=2)


def widths_mm(mask: Mask, spacing_mm: float) -> NDArray[np.float64]:
    """Return for each slice from the outermost column to the outermost on the other side, edges included."""
    columns = np.asarray(np.any(mask, axis=1))
    first = columns.argmax(axis=1)
    last = columns.shape[1] - 1 - columns[:, ::-1].argmax(axis=1)
    return np.asarray(np.where(np.any(columns, axis=1), (last - first + 1) * spacing_mm, 0.0))


def _refusal(scene: Scene) -> str:
    if scene.organs is None or not scene.organs.mask("heart").any():
        return "The model found no heart in this scan."
    if not all((scene.lungs.sides == side).any() for side in (1, 2)):
        return "Only one lung holds air: the width of the thorax is not known."
    heart = largest_part(scene.organs.mask("heart"))
    widest = int(np.argmax(widths_mm(heart, 1.0)))
    slices = np.flatnonzero(heart.any(axis=(1, 2)))
    if widest in (slices[0], slices[-1]) and widest in (0, heart.shape[0] - 1):
        return "The scan ends in the heart, where it is widest."
    return ""
