"""The legend of the heat that is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ai.findings import Heatmap
from viewer.mpr.pane_state import OverlayLook
from viewer.rendering.change_colours import change_table
from viewer.rendering.change_layer import DrawnChange
from viewer.rendering.heat_colours import heat_table
from viewer.rendering.heat_scale import heat_top

LOGIT_POINTS = "logit points"
RANKING = "relative heat"


@dataclass(frozen=True)
class HeatEntry:
    """One drawn heatmap: its name for the reader, what the strongest colour means, and in which unit."""

    title: str
    top: float
    unit: str


@dataclass(frozen=True, eq=False)
class ColourBar:
    """Colours from zero to the top of the scale; where ``signed``, from as far below zero.

    Args:
        rgba: (256, 4), alpha as drawn; wholly transparent below the threshold.
        threshold: share of the scale below which nothing is drawn.
        entries: the drawn heatmaps; with several, each has its own top.
    """

    rgba: NDArray[np.uint8]
    threshold: float
    entries: tuple[HeatEntry, ...]
    signed: bool = False


def colour_bar(
    overlay: OverlayLook, drawn: Sequence[tuple[str, Heatmap]], tops: Sequence[float] = ()
) -> ColourBar | None:
    """Return the legend for the (title, heatmap) pairs that are drawn; None while the overlay is off or empty.

    ``tops`` as given to ``SliceRenderer.render``.
    """
    if not overlay.heat_shown or not drawn:
        return None
    own = tuple(tops) or tuple(heat_top(heatmap) for _, heatmap in drawn)
    entries = tuple(
        HeatEntry(title, top, LOGIT_POINTS if heatmap.additive else RANKING)
        for (title, heatmap), top in zip(drawn, own, strict=True)
    )
    return ColourBar(rgba=heat_table(overlay), threshold=overlay.threshold, entries=entries)


def change_bar(overlay: OverlayLook, change: DrawnChange | None) -> ColourBar | None:
    """Return the legend of a map of change; None where none is drawn."""
    if overlay.change_shown is None or change is None:
        return None
    scale = change.scale
    entry = HeatEntry(change.title, scale.top, scale.unit)
    return ColourBar(change_table(overlay.opacity, scale), scale.least / scale.top, (entry,), signed=True)
