"""The window chosen from the voxels (key 9) and those that the file carries (key 0)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai.series import FileWindow
from ai.volume import AIR_HU, Volume
from viewer.mpr.window import Window

SAMPLES_PER_AXIS = 64
SHARES_PERCENT = (2.0, 99.5)
"""Darker and brighter voxels than these percentiles are left to black and white."""


def automatic_window(volume: Volume) -> Window:
    """Return a window over the bulk of the measured voxels; some 260,000 of them are looked at, whatever the size.

    Voxels at ``AIR_HU`` and below are not counted: nothing was measured there, or they are still being read.
    """
    strides = tuple(slice(None, None, max(1, n // SAMPLES_PER_AXIS)) for n in volume.hu.shape)
    sample = volume.hu[strides]
    measured = sample[sample > AIR_HU]
    if measured.size == 0:
        measured = sample.ravel()
    low, high = (float(v) for v in np.percentile(measured, SHARES_PERCENT))
    return Window(max(1.0, high - low), (low + high) / 2, "Automatic")


def file_window(windows: Sequence[FileWindow], shown: Window) -> Window | None:
    """Return the file's window, or the one after ``shown`` where the file carries several; None if it has none."""
    carried = [Window(w.width_hu, w.level_hu, w.name or "File") for w in windows if w.width_hu > 0]
    if not carried:
        return None
    return carried[(carried.index(shown) + 1) % len(carried)] if shown in carried else carried[0]
