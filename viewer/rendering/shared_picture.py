"""One picture that current and warped prior share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewer.mpr.slice_look import SliceLook


def shared_picture(look: SliceLook, current: NDArray[np.uint8], prior: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return each pixel of the scan that ``look.compare`` gives it to; both pictures are of that look's pose."""
    if look.compare.wholly_prior:
        return prior
    height, width, _ = current.shape
    shared = current.copy()
    for field in look.compare.prior_fields(width, height):
        shared[field] = prior[field]
    shared.setflags(write=False)
    return shared
