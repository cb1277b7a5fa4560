"""The pictures of an export: each plane of the current scan, and of the prior, as they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from viewer.mpr.caption import caption_of
from viewer.mpr.comparing import CompareLook
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import OverlayKind, OverlayLook, PaneState
from viewer.mpr.plane import Plane
from viewer.rendering import Picture, SliceRenderer, colour_bar
from viewer.state.reading import Reading
from viewer.state.role import Role
from viewer.state.scan_model import ScanOnScreen
from viewer.steps.write_reading import SavePictures
from viewer.widgets.drawn_heat import DrawnHeat, drawn_heat
from viewer.widgets.picture_file import save_picture

SIZE_PX = (800, 800)


def reading_pictures(reading: Reading) -> SavePictures:
    """Freeze what is seen now; return what draws and writes it later, in a job's thread, with and without heat."""
    frozen = [
        (shown, reading.panes[role].value, plane, drawn_heat(reading, role, _heat(reading, role)), role)
        for role in Role
        if (shown := reading.scans[role].value) is not None
        for plane in Plane
    ]

    def save(folder: Path) -> Sequence[Path]:
        saved = []
        for shown, state, plane, drawn, role in frozen:
            name = f"{role.value.lower()}_{plane.title.lower()}"
            for ending, heat in (("", DrawnHeat()), ("_heat", drawn)):
                if ending == "" or heat.heatmaps:
                    picture = _picture(shown, state, plane, heat)
                    saved.append(save_picture(picture, folder / "pictures" / f"{name}{ending}.png"))
        return saved

    return save


def _heat(reading: Reading, role: Role) -> OverlayLook:
    return replace(reading.panes[role].value.overlay, shown=True, kind=OverlayKind.HEAT)


def _picture(shown: ScanOnScreen, state: PaneState, plane: Plane, heat: DrawnHeat) -> Picture:
    overlay = replace(state.overlay, shown=bool(heat.heatmaps), kind=OverlayKind.HEAT)
    state = replace(state, overlay=overlay, compare=CompareLook())
    filled_in = shown.scan.interpolated if shown.scan is not None else frozenset()
    look = look_at(shown.volume.grid, state, plane, SIZE_PX, caption_of(shown.series, shown.volume.grid, filled_in))
    rgb = SliceRenderer(shown.volume).render(look, heat.heatmaps, heat.tops)
    bar = colour_bar(overlay, list(zip(heat.titles, heat.heatmaps, strict=True)), heat.tops)
    return Picture(look, rgb, bar)
