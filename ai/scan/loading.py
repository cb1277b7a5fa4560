"""A scan that is being read: its array fills in place while the reader already scrolls."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ai.progress import QUIET, Progress
from ai.series import Notice, Scan, Series
from ai.volume import AIR_HU, Volume

THREADS = max(2, min(4, os.cpu_count() or 2))
"""Files, numpy and the decoders let go of the interpreter lock while they work."""


def air(shape: tuple[int, int, int]) -> NDArray[np.int16]:
    """Return an array full of AIR_HU; most of its cost is the system's handing out memory, so threads share it."""
    hu = np.empty(shape, dtype=np.int16)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="air") as workers:
        list(workers.map(lambda part: part.fill(AIR_HU), np.array_split(hu, THREADS)))
    return hu


def ignore(slice_index: int) -> None:
    """Take note of no arriving slice."""


class Loading(ABC):
    """Begun by ``ai.scan.begin``; nothing is read before ``load``.

    Args:
        series: what is read.
        volume: a read-only view of the array being filled; slices not yet read hold AIR_HU.
        notices: what the headers already tell; ``load`` may add to it.
    """

    def __init__(self, series: Series, volume: Volume, notices: tuple[Notice, ...]) -> None:
        self.series = series
        self.volume = volume
        self.notices = notices

    @abstractmethod
    def load(
        self,
        progress: Progress = QUIET,
        look_first: Callable[[], int] | None = None,
        arrived: Callable[[int], None] = ignore,
    ) -> Scan:
        """Read every slice, nearest to ``look_first`` first, and return the scan over the same array.

        Args:
            progress: reported to from the calling thread; Cancelled passes through, what was read stays.
            look_first: which slice (index along the first axis) the reader looks at now; called from any thread.
                None: the middle one.
            arrived: told each slice that can be shown; called from any thread.

        Raises:
            ScanError: not one slice could be read.
        """

    def middle(self) -> int:
        """Return the slice in the middle."""
        return self.volume.grid.shape[0] // 2
