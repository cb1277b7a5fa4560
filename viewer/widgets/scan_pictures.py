"""Makes one plane's pictures of one scan from the models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ai.volume import Layered, Volume
from viewer.mpr.caption import Caption, caption_of
from viewer.mpr.comparing import CompareLook
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import CornerTexts, PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.slice_look import SliceLook
from viewer.rendering import DrawnChange, Picture, SliceRenderer, change_bar, colour_bar, shared_picture
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.widgets.drawn_change import drawn_change, said_of_change
from viewer.widgets.drawn_heat import drawn_heat

BAR_FITS_PX = 500
"""Lower panes beside the axial one show no colour bar of their own: it would lie over the corner texts."""


TEXTS_FIT_PX = 420
"""In a smaller pane the four corners' texts would run into each other; the large pane beside it has them all."""


class ScanPictures:
    """Keeps the rendering pipeline of one pane, and one for the warped prior that shares the current scan's.

    A new volume gets a new pipeline when it is first drawn.
    """

    def __init__(self, reading: Reading, role: Role, plane: Plane) -> None:
        self._reading = reading
        self._role = role
        self._plane = plane
        self._renderer: SliceRenderer | None = None
        self._volume: Volume | None = None
        self._shown: ScanOnScreen | None = None
        self._caption = Caption()
        self._prior: tuple[Layered, SliceRenderer] | None = None

    def voxels_changed(self) -> None:
        """Slices have arrived in the volume."""
        if self._renderer is not None:
            self._renderer.voxels_changed()

    def part_from_prior(self) -> None:
        """The warped prior that was drawn is no more: let its voxels go, also of a pane that is hidden."""
        self._prior = None

    def draw(self, size_px: tuple[int, int]) -> Picture | None:
        """Return the picture for a pane of (width, height) device pixels; None without a scan."""
        shown = self._reading.scans[self._role].value
        if shown is None or self._reading.panes[self._role].grid is None:
            self._renderer = self._volume = self._shown = self._prior = None
            return None
        renderer = self._renderer_of(shown)
        state = self._state(size_px)
        look = self._marked(look_at(shown.volume.grid, state, self._plane, size_px, self._caption_of(state)))
        heat = drawn_heat(self._reading, self._role, state.overlay)
        change = drawn_change(self._reading, self._role, state.overlay)
        if look.compare.wholly_prior:
            rgb = self._prior_rgb(look, change)
        else:
            rgb = renderer.render(look, heat.heatmaps, heat.tops, change)
            if look.compare.needs_prior:
                rgb = shared_picture(look, rgb, self._prior_rgb(look, change))
        if self._plane is not Plane.AXIAL and size_px[1] < BAR_FITS_PX:
            return Picture(look, rgb)
        bar = colour_bar(state.overlay, list(zip(heat.titles, heat.heatmaps, strict=True)), heat.tops)
        return Picture(look, rgb, bar or change_bar(state.overlay, change))

    def _state(self, size_px: tuple[int, int]) -> PaneState:
        """Return the state as this picture can obey it: nothing is shared with a prior that is not warped yet."""
        state = _with_room(self._reading.panes[self._role].value, size_px)
        warped = self._reading.change.value.warped_prior if self._role is Role.CURRENT else None
        if warped is None:
            return replace(state, compare=CompareLook())
        if state.compare.on and (self._prior is None or self._prior[0] is not warped):
            self._prior = warped, SliceRenderer(warped)
        return state

    def _marked(self, look: SliceLook) -> SliceLook:
        if self._role is not Role.CURRENT:
            return look
        asked = self._reading.panes[self._role].value.compare
        words = said_of_change(self._reading, look.overlay, asked)
        return replace(look, mark=" · ".join(part for part in (words, look.mark) if part))

    def _caption_of(self, state: PaneState) -> Caption:
        """Return whose texts are written: the prior's where the whole picture is the prior's."""
        prior = self._reading.scans[Role.PRIOR].value
        if prior is None or self._prior is None or not state.compare.wholly_prior:
            return self._caption
        return replace(caption_of(prior.series, self._prior[0].grid), thickness_mm=None)

    def _prior_rgb(self, look: SliceLook, change: DrawnChange | None) -> NDArray[np.uint8]:
        """Return the warped prior's picture: a map of change lies on it as on the current scan; heat is the other's."""
        if self._prior is None:
            raise ValueError("no warped prior to draw")
        return self._prior[1].render(look, change=change)

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
