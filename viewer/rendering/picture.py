"""A rendered slice together with what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.mpr.slice_look import SliceLook
from viewer.rendering.colour_bar import ColourBar


@dataclass(frozen=True, eq=False)
class Picture:
    """What a canvas paints.

    Args:
        look: letters, texts, crosshair and scale, in device pixels.
        rgb: uint8, (height, width, 3), of ``look.pose.size_px``.
        bar: the legend of the heat in ``rgb``, None where none is drawn.
    """

    look: SliceLook
    rgb: NDArray[np.uint8]
    bar: ColourBar | None = None
