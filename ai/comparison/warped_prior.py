"""The prior as it would look had the patient lain and breathed as in the current scan."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ai.change import Registration
from ai.comparison.lattice import Lattice, Span, lattice, sampled
from ai.geometry import PointMm
from ai.progress import QUIET, Progress
from ai.volume import AIR_HU, Volume, VoxelGrid

_KEPT_BYTES = 2**24
"""Of the layers looked at last: a slab that goes on by one layer makes one."""
_SLICES_AT_ONCE = 4


class WarpedPrior:
    """The prior on the current scan's grid, made where it is looked at: a whole volume would cost as much as a scan.

    A layer of 512² takes some ten milliseconds. Where the prior has no voxels, air. For one thread at a time.

    Args:
        prior: the earlier scan.
        grid: of the current scan.
        where: the current scan's voxels in the prior.
    """

    def __init__(self, prior: Volume, grid: VoxelGrid, where: Lattice) -> None:
        self.grid = grid
        self._prior = prior
        self._where = where
        self._kept: OrderedDict[tuple[int, int], NDArray[np.int16]] = OrderedDict()

    def layers(self, axis: int, first: int, stop: int) -> NDArray[np.int16]:
        """Return Hounsfield units of whole layers, [slice, row, column]; see ``ai.volume.Layered``."""
        return np.concatenate([self._layer(axis, number) for number in range(first, stop)], axis)

    def hu_at(self, point: PointMm) -> int | None:
        """Return the Hounsfield units of the voxel that holds a point, None outside."""
        voxel = self.grid.nearest(point)
        return None if voxel is None else int(self._made([(n, n + 1) for n in voxel])[0, 0, 0])

    def whole(self, progress: Progress = QUIET) -> Volume:
        """Return all of it, made on all cores.

        Raises:
            Cancelled: the reader asked to stop.
        """
        slices, rows, columns = self.grid.shape
        hu = np.empty(self.grid.shape, np.int16)
        at_once = _SLICES_AT_ONCE * (os.cpu_count() or 1)

        def make(start: int, stop: int) -> None:
            hu[start:stop] = self._made([(start, stop), (0, rows), (0, columns)])

        with ThreadPoolExecutor() as workers:
            for start in range(0, slices, at_once):
                progress.report(start / slices, "Warping the prior onto the current scan")
                stop = min(start + at_once, slices)
                starts = range(start, stop, _SLICES_AT_ONCE)
                list(workers.map(make, starts, (min(n + _SLICES_AT_ONCE, stop) for n in starts)))
        progress.report(1.0, "Warped")
        return Volume(hu, self.grid)

    def _layer(self, axis: int, number: int) -> NDArray[np.int16]:
        found = self._kept.pop((axis, number), None)
        if found is None:
            found = self._made([(number, number + 1) if a == axis else (0, n) for a, n in enumerate(self.grid.shape)])
        self._kept[axis, number] = found
        while sum(layer.nbytes for layer in self._kept.values()) > _KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return found

    def _made(self, spans: Sequence[Span]) -> NDArray[np.int16]:
        return sampled(self._prior.hu, self._where.within(spans), AIR_HU, np.int16)


def warped_prior(prior: Volume, grid: VoxelGrid, registration: Registration) -> WarpedPrior:
    """Return the prior on the current scan's own grid, so that each of its layers lies on the current one.

    Args:
        prior: the earlier scan.
        grid: of the current scan.
        registration: between the two.
    """
    return WarpedPrior(prior, grid, lattice(prior.grid, grid, registration.to_prior))
