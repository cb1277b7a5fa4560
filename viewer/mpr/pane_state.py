"""How one scan is being looked at: one value shared by its three panes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from ai.geometry import PointMm
from viewer.mpr.comparing import CompareLook
from viewer.mpr.window import Window


class CornerTexts(Enum):
    """How much is written into the corners."""

    ALL = "all"
    FEW = "few"
    NONE = "none"


class SlabMode(Enum):
    """How a thick slab is projected onto the picture."""

    MAXIMUM = "MIP"
    MINIMUM = "MinIP"
    MEAN = "Mean"


class OverlayKind(Enum):
    """What is laid over the slices: one at a time, for their colours would mix into a third that no bar explains."""

    HEAT = "heatmaps"
    DENSITY_CHANGE = "change map"
    HEAT_CHANGE = "change of heat"


@dataclass(frozen=True)
class OverlayLook:
    """What is laid over the slices, and how: which abnormalities' heat, or a map of change. Off at first.

    ``kind`` is what is drawn while ``shown``; a change is drawn over the current scan only, where its map lies.
    ``abnormalities`` are all that are drawn: those whose eye the reader ``opened``, and the one ``followed``, which is
    that of the finding being looked at.
    ``threshold`` is the share (0…1) of the heat scale under which nothing is drawn; ``opacity`` (0…1) is the
    alpha of the strongest heat.
    """

    shown: bool = False
    abnormalities: frozenset[str] = frozenset()
    opacity: float = 0.55
    threshold: float = 0.1
    opened: frozenset[str] = frozenset()
    followed: str | None = None
    kind: OverlayKind = OverlayKind.HEAT

    @property
    def heat_shown(self) -> bool:
        """True where heat is drawn."""
        return self.shown and self.kind is OverlayKind.HEAT

    @property
    def change_shown(self) -> OverlayKind | None:
        """The kind of change that is drawn, None where none is."""
        return self.kind if self.shown and self.kind is not OverlayKind.HEAT else None


@dataclass(frozen=True)
class PaneState:
    """How one scan is looked at. Frozen; changed by ``dataclasses.replace`` through the pane model's intents.

    Args:
        crosshair: the place all three planes cut through; slice numbers are derived from it.
        centre: the place in the middle of the panes (panning moves it).
        zoom: 1 shows the whole scan in the pane; 2 is twice as large.
        window: HU window.
        slab_mm: slab thickness, 0 for a single slice.
        hide_patient: leave the patient's name and dates out of the corners.
    """

    crosshair: PointMm
    centre: PointMm
    window: Window
    zoom: float = 1.0
    slab_mm: float = 0.0
    slab_mode: SlabMode = SlabMode.MAXIMUM
    corner_texts: CornerTexts = CornerTexts.ALL
    hide_patient: bool = False
    show_crosshair: bool = True
    overlay: OverlayLook = field(default_factory=OverlayLook)
    compare: CompareLook = field(default_factory=CompareLook)

    def looking_at(self, point: PointMm) -> PaneState:
        """Return the state with the crosshair at a point."""
        return replace(self, crosshair=point)
