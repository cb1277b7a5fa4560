"""Stand-ins for what maps a change and warps a prior."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from ai.change import ChangeMap, Registration
from ai.findings import Heatmap
from ai.progress import Progress
from ai.volume import Volume, VoxelGrid


@dataclass
class StandInChange:
    """Maps +100 HU everywhere, warps by taking 100 HU off; records what was asked; waits at a ``gate`` that is shut."""

    calls: list[str] = field(default_factory=list)
    gate: threading.Event | None = None
    error: Exception | None = None

    def map_change(self, prior: Volume, current: Volume, found: Registration, progress: Progress) -> ChangeMap:
        """Record, wait, and map."""
        self.calls.append("map")
        while self.gate is not None and not self.gate.wait(0.005):
            progress.report(0.5, "Waiting at the gate")
        if self.error is not None:
            raise self.error
        return ChangeMap(np.full(current.grid.shape, 100.0, np.float32), current.grid)

    def map_heat_change(self, prior: Heatmap, current: Heatmap, found: Registration) -> ChangeMap:
        """Record and subtract as if nothing had moved."""
        self.calls.append("heat")
        return ChangeMap(current.values - prior.values, current.grid)

    def warp_prior(self, prior: Volume, grid: VoxelGrid, found: Registration, progress: Progress) -> Volume:
        """Record and return soft tissue everywhere."""
        self.calls.append("warp")
        return Volume(np.full(grid.shape, 60, np.int16), grid)
