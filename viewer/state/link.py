"""How the places of two scans belong together while they are looked at side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from ai.change import Registration
from ai.geometry import PointMm
from ai.volume import VoxelGrid
from viewer.state.observed import Observed
from viewer.state.role import Role

NO_OFFSET = PointMm(0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Bridge:
    """Maps places between two scans: by the registration where there is one, else by their volumes' middles."""

    current: VoxelGrid
    prior: VoxelGrid
    registration: Registration | None = None

    def across(self, source: Role, point: PointMm) -> PointMm:
        """Return where a place of the ``source`` scan lies in the other one."""
        if self.registration is not None:
            if source is Role.CURRENT:
                return self.registration.point_in_prior(point)
            return self.registration.point_in_current(point)
        here, there = (self.current, self.prior) if source is Role.CURRENT else (self.prior, self.current)
        return added(point, there.centre, taken=here.centre)


@dataclass(frozen=True)
class Link:
    """Whether the panes move together. ``offset`` is what the reader shifted the prior by hand, LPS mm."""

    on: bool = True
    offset: PointMm = NO_OFFSET


class LinkModel(Observed[Link]):
    """The link of the two scans."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(Link(), parent)

    def unlink(self) -> None:
        """Let each scan be moved alone."""
        self._become(replace(self.value, on=False))

    def link(self, offset: PointMm) -> None:
        """Move both together, the prior displaced by ``offset``."""
        self._become(Link(True, offset))

    def forget_offset(self) -> None:
        """Go back to what the registration says."""
        self._become(replace(self.value, offset=NO_OFFSET))


def added(point: PointMm, more: PointMm, taken: PointMm = NO_OFFSET) -> PointMm:
    """Return point + more − taken."""
    return PointMm.of(point.array() + more.array() - taken.array())
