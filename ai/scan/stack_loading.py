"""Reads a stack of slices with several threads straight into the array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from ai.progress import QUIET, Progress
from ai.scan.bridging import blend, bridge
from ai.scan.code_streams import refuse_absurd_size
from ai.scan.errors import PixelFault, ScanError
from ai.scan.loading import THREADS, Loading, air, ignore
from ai.scan.pixels import read_slice
from ai.scan.stacking import Slot, Stack
from ai.series import Notice, Scan, Series, SliceHeader
from ai.volume import Volume

PATIENCE_S = 0.02
"""How often progress is told and the reader's wish to stop is asked for."""


class StackLoading(Loading):
    """A DICOM series being read."""

    def __init__(self, series: Series, stack: Stack) -> None:
        refuse_absurd_size([slot.header for slot in stack.slots if slot.header is not None])
        self._hu = air(stack.grid.shape)
        self._stack = stack
        told = dict.fromkeys((*series.notices, *stack.notices))  # a series that was found knows those of its stack
        super().__init__(series, Volume(self._hu, stack.grid), tuple(told))

    def load(
        self,
        progress: Progress = QUIET,
        look_first: Callable[[], int] | None = None,
        arrived: Callable[[int], None] = ignore,
    ) -> Scan:
        """See ``Loading.load``."""
        measured = [slot for slot, source in enumerate(self._stack.slots) if source.header is not None]
        faults = self._read_all(_Waiting(measured, look_first or self.middle), len(measured), progress, arrived)
        if len(faults) == len(measured):
            raise ScanError(f"No slice of {self.series.source} could be read. {faults[min(faults)]}")
        missing = set(faults) | (set(range(len(self._stack.slots))) - set(measured))
        filled = bridge(self._hu, missing, self._stack.grid.spacing_mm[0])
        for slot in sorted(filled):
            arrived(slot)
        between = {slot for slot, source in enumerate(self._stack.slots) if source.above is not None}
        notices = (*self.notices, *_fault_notices(faults, filled))
        return Scan(self.volume, self.series, notices, frozenset(missing | between))

    def _read_all(
        self, waiting: _Waiting, count: int, progress: Progress, arrived: Callable[[int], None]
    ) -> dict[int, PixelFault]:
        """Read until nothing waits; return the slots that could not be read. Cancelled stops all readers."""
        outcomes: dict[int, PixelFault | None] = {}
        stop = Event()

        def read() -> None:
            try:
                while not stop.is_set() and (slot := waiting.next()) is not None:
                    outcomes[slot] = self._fill(slot)
                    if outcomes[slot] is None:
                        arrived(slot)
            finally:
                stop.set()  # nothing waits any more, or the listener failed: either way the others need not go on

        progress.report(0.0, f"Reading {count} slices")
        with ThreadPoolExecutor(THREADS, thread_name_prefix="slices") as readers:
            work = [readers.submit(read) for _ in range(THREADS)]
            try:
                while wait(work, PATIENCE_S).not_done:
                    progress.report(len(outcomes) / count, f"Reading slices ({len(outcomes)} of {count})")
            finally:
                stop.set()
        for future in work:
            future.result()
        progress.report(1.0, f"Read {count} slices")
        return {slot: fault for slot, fault in outcomes.items() if fault is not None}

    def _fill(self, slot: int) -> PixelFault | None:
        try:
            self._hu[slot] = self._picture(self._stack.slots[slot])
        except PixelFault as fault:
            return fault
        return None

    def _picture(self, source: Slot) -> NDArray[np.int16]:
        """Make one slice aside: the array shall never show half of it."""
        if source.header is None:
            raise PixelFault(f"{self.series.source} has a slot without a slice.")
        if source.above is not None:
            return blend(self._upright(source.header), self._upright(source.above), source.weight)
        return self._upright(source.header)

    def _upright(self, header: SliceHeader) -> NDArray[np.int16]:
        picture = np.empty((header.rows, header.columns), np.int16)
        read_slice(header, picture)
        upright = self._stack.upright
        return upright.place(header, picture) if upright.shifts_px else picture


class _Waiting:
    """The slots still to be read; hands out the one nearest to where the reader looks."""

    def __init__(self, slots: Sequence[int], look_first: Callable[[], int]) -> None:
        self._left = np.array(slots, dtype=np.int64)
        self._look_first = look_first
        self._lock = Lock()

    def next(self) -> int | None:
        """Take one out; None when all are taken."""
        with self._lock:
            if not len(self._left):
                return None
            at = int(np.abs(self._left - self._look_first()).argmin())
            slot = int(self._left[at])
            self._left = np.delete(self._left, at)
            return slot


def _fault_notices(faults: dict[int, PixelFault], filled: set[int]) -> list[Notice]:
    """One sentence per unreadable slice, or one for all where they are many."""
    done = {True: "filled in between its neighbours", False: "left as air"}
    told = [
        f"{fault} Slice {slot + 1} was {done[slot in filled]} and marked." for slot, fault in sorted(faults.items())
    ]
    if len(told) > 5:
        told = [f"{len(told)} slices could not be read and are marked; the first: {told[0]}"]
    return [Notice(text, grave=True) for text in told]
