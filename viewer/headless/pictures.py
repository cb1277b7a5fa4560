"""The three planes as PNG files, with and without heat, without a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ai.findings import Analysis, Finding
from ai.geometry import PointMm
from ai.progress import QUIET, Progress
from ai.series import Scan
from viewer.assets import window_presets
from viewer.mpr.caption import caption_of
from viewer.mpr.first_look import first_look
from viewer.mpr.look_at import look_at
from viewer.mpr.pane_state import OverlayLook, PaneState
from viewer.mpr.plane import Plane
from viewer.mpr.window import Window
from viewer.rendering import Picture, SliceRenderer, colour_bar
from viewer.rendering.heat_scale import heat_top
from viewer.widgets.picture_file import save_picture

SIZE_PX = (640, 640)


@dataclass(frozen=True, eq=False)
class Shown:
    """One scan to picture: where the crosshair stands, whose heat is shown, what evidence has the strongest colour."""

    title: str
    scan: Scan
    place: PointMm
    finding: Finding | None
    top: float | None


def write_pictures(shown: Sequence[Shown], folder: Path, progress: Progress = QUIET) -> list[Path]:
    """Write ``TITLE-PLANE.png`` and ``TITLE-PLANE-heat.png`` for every scan and plane into ``folder``.

    Raises:
        PictureError: a picture cannot be written.
    """
    written: list[Path] = []
    for number, one in enumerate(shown):
        renderer = SliceRenderer(one.scan.volume)
        for plane in Plane:
            progress.report(len(written) / (6 * len(shown)), f"Picturing scan {number + 1} of {len(shown)}")
            for heat in (False, True):
                name = f"{one.title}-{plane.title.lower()}{'-heat' if heat else ''}.png"
                written.append(save_picture(_picture(renderer, one, plane, heat), folder / name))
    return written


def main_finding(analysis: Analysis) -> Finding | None:
    """Return the finding to show: the most probable present one that has a place; lesions before diffuse ones."""
    present = [f for f in analysis.findings if f.present and f.place is not None]
    return next((f for f in present if f.lesions), next(iter(present), None))


def place_of(finding: Finding | None, scan: Scan) -> PointMm:
    """Return where to look: the finding's largest lesion, its strongest peak, else the middle of the scan."""
    if finding is not None and finding.lesions:
        return max(finding.lesions, key=lambda lesion: lesion.volume_mm3).centre
    place = None if finding is None else finding.place
    return scan.volume.grid.centre if place is None else place


def picture_readings(
    readings: Sequence[tuple[Scan, Analysis, Callable[[PointMm], PointMm] | None]], folder: Path, progress: Progress
) -> list[Path]:
    """Write the pictures of the current scan's main finding, and of the same place in the prior, if there is one.

    Args:
        readings: the current scan with its analysis; the prior's, with what takes a place of the current scan there.
        folder: made if missing.
        progress: told how far it is.

    Raises:
        PictureError: a picture cannot be written.
    """
    scan, analysis, _ = readings[0]
    finding = None if analysis.withheld else main_finding(analysis)
    place = place_of(finding, scan)
    for prior, earlier, there in readings[1:]:
        if there is not None:
            return write_pictures(pair_to_show(scan, analysis, prior, earlier, there(place)), folder, progress)
    top = None if finding is None else heat_top(finding.heatmap)
    return write_pictures([Shown("current", scan, place, finding, top)], folder, progress)


def pair_to_show(
    current: Scan, analysis: Analysis, prior: Scan, prior_analysis: Analysis, place_in_prior: PointMm
) -> tuple[Shown, Shown]:
    """Return both scans at one place, heated by one abnormality on one scale."""
    now = main_finding(analysis)
    then = None if now is None else prior_analysis.finding(now.abnormality.name)
    heatmaps = [finding.heatmap for finding in (now, then) if finding is not None]
    top = heat_top(*heatmaps) if heatmaps else None
    return (
        Shown("current", current, place_of(now, current), now, top),
        Shown("prior", prior, place_in_prior, then, top),
    )


def _picture(renderer: SliceRenderer, one: Shown, plane: Plane, heat: bool) -> Picture:
    state = _state(one, heat)
    grid = one.scan.volume.grid
    look = look_at(grid, state, plane, SIZE_PX, caption_of(one.scan.series, grid, one.scan.interpolated))
    if not heat or one.finding is None:
        return Picture(look, renderer.render(look))
    tops = () if one.top is None else (one.top,)
    drawn = [(one.finding.abnormality.title, one.finding.heatmap)]
    return Picture(look, renderer.render(look, [one.finding.heatmap], tops), colour_bar(state.overlay, drawn, tops))


def _state(one: Shown, heat: bool) -> PaneState:
    lung = window_presets()[0]
    state = first_look(one.scan.volume.grid, Window(lung.width_hu, lung.level_hu, lung.name)).looking_at(one.place)
    if not heat or one.finding is None:
        return state
    return replace(state, overlay=OverlayLook(shown=True, abnormalities=frozenset({one.finding.abnormality.name})))
