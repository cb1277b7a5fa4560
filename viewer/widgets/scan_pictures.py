"""Makes one plane's pictures of one scan from the models."""

from __future__ import annotations

from dataclasses import replace

from ai.volume import Volume
from viewer.mpr.caption import Caption, caption_of
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import CornerTexts, PaneState
from viewer.mpr.plane import Plane
from viewer.rendering import Picture, SliceRenderer, colour_bar
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.widgets.drawn_heat import drawn_heat

BAR_FITS_PX = 500
"""Lower panes beside the axial one show no colour bar of their own: it would lie over the corner texts."""


TEXTS_FIT_PX = 420
"""In a smaller pane the four corners' texts would run into each other; the large pane beside it has them all."""


class ScanPictures:
    """Keeps the rendering pipeline of one pane. A new volume gets a new one when it is first drawn."""

    def __init__(self, reading: Reading, role: Role, plane: Plane) -> None:
        self._reading = reading
        self._role = role
        self._plane = plane
        self._renderer: SliceRenderer | None = None
        self._volume: Volume | None = None
        self._shown: ScanOnScreen | None = None
        self._caption = Caption()

    def voxels_changed(self) -> None:
        """Slices have arrived in the volume."""
        if self._renderer is not None:
            self._renderer.voxels_changed()

    def draw(self, size_px: tuple[int, int]) -> Picture | None:
        """Return the picture for a pane of (width, height) device pixels; None without a scan."""
        shown = self._reading.scans[self._role].value
        if shown is None or self._reading.panes[self._role].grid is None:
            self._renderer = self._volume = self._shown = None
            return None
        renderer = self._renderer_of(shown)
        state = _with_room(self._reading.panes[self._role].value, size_px)
        look = look_at(shown.volume.grid, state, self._plane, size_px, self._caption)
        heat = drawn_heat(self._reading, self._role, state.overlay)
        rgb = renderer.render(look, heat.heatmaps, heat.tops)
        if self._plane is not Plane.AXIAL and size_px[1] < BAR_FITS_PX:
            return Picture(look, rgb)
        bar = colour_bar(state.overlay, list(zip(heat.titles, heat.heatmaps, strict=True)), heat.tops)
        return Picture(look, rgb, bar)

    def _renderer_of(self, shown: ScanOnScreen) -> SliceRenderer:
        if shown is not self._shown:
            filled_in = shown.scan.interpolated if shown.scan is not None else frozenset()
            self._caption = caption_of(shown.series, shown.volume.grid, filled_in)
            self._shown = shown
        if self._renderer is None or shown.volume is not self._volume:
            self._renderer = SliceRenderer(shown.volume)
            self._volume = shown.volume
        return self._renderer


def _with_room(state: PaneState, size_px: tuple[int, int]) -> PaneState:
    if state.corner_texts is CornerTexts.ALL and min(size_px) < TEXTS_FIT_PX:
        return replace(state, corner_texts=CornerTexts.FEW)
    return state
