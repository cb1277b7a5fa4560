"""The pictures of an export: each plane of the current scan, and of the prior, as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from viewer.mpr.caption import caption_of
from viewer.mpr.comparing import CompareLook
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import CornerTexts, OverlayKind, PaneState
from viewer.mpr.plane import Plane
from viewer.rendering import DrawnChange, Picture, SliceRenderer, change_bar, colour_bar
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.steps.write_reading import SavePictures
from viewer.widgets.drawn_change import drawn_change
from viewer.widgets.drawn_heat import DrawnHeat, drawn_heat
from viewer.widgets.picture_file import save_picture

SIZE_PX = (800, 800)


def reading_pictures(reading: Reading, anonymous: bool = False) -> SavePictures:
    """Freeze what is seen now; return what draws and writes it later: bare, with heat, with change.

    Anonymous pictures carry no corner texts but slice and window.
    """
    frozen = [
        (shown, _texts(reading.panes[role].value, anonymous), plane, _overlays(reading, role), role)
        for role in Role
        if (shown := reading.scans[role].value) is not None
        for plane in Plane
    ]

    def save(folder: Path) -> Sequence[Path]:
        saved = []
        for shown, state, plane, overlays, role in frozen:
            name = f"{role.value.lower()}_{plane.title.lower()}"
            for ending, drawn in overlays:
                picture = _picture(shown, state, plane, drawn)
                saved.append(save_picture(picture, folder / "pictures" / f"{name}{ending}.png"))
        return saved

    return save


def _texts(state: PaneState, anonymous: bool) -> PaneState:
    few = anonymous and state.corner_texts is not CornerTexts.NONE
    return replace(state, corner_texts=CornerTexts.FEW) if few else state


def _overlays(reading: Reading, role: Role) -> list[tuple[str, DrawnHeat | DrawnChange | None]]:
    """Return what a scan's pictures show over the slices, with the ending of their names; one picture each."""
    overlay = reading.panes[role].value.overlay
    heat = drawn_heat(reading, role, replace(overlay, shown=True, kind=OverlayKind.HEAT))
    change = drawn_change(reading, role, replace(overlay, shown=True, kind=OverlayKind.DENSITY_CHANGE))
    overlays: list[tuple[str, DrawnHeat | DrawnChange | None]] = [("", None)]
    if heat.heatmaps:
        overlays.append(("_heat", heat))
    if change is not None:
        overlays.append(("_change", change))
    return overlays


def _picture(shown: ScanOnScreen, state: PaneState, plane: Plane, drawn: DrawnHeat | DrawnChange | None) -> Picture:
    change = drawn if isinstance(drawn, DrawnChange) else None
    heat = drawn if isinstance(drawn, DrawnHeat) else DrawnHeat()
    kind = OverlayKind.HEAT if change is None else OverlayKind.DENSITY_CHANGE
    overlay = replace(state.overlay, shown=drawn is not None, kind=kind)
    state = replace(state, overlay=overlay, compare=CompareLook())
    filled_in = shown.scan.interpolated if shown.scan is not None else frozenset()
    look = look_at(shown.volume.grid, state, plane, SIZE_PX, caption_of(shown.series, shown.volume.grid, filled_in))
    rgb = SliceRenderer(shown.volume).render(look, heat.heatmaps, heat.tops, change)
    bar = colour_bar(overlay, list(zip(heat.titles, heat.heatmaps, strict=True)), heat.tops)
    return Picture(look, rgb, bar or change_bar(overlay, change))
