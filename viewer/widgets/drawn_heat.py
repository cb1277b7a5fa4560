"""Which heatmaps a pane draws, and on which scale."""

from __future__ import annotations

from dataclasses import dataclass

from ai.findings import Heatmap
from viewer.mpr.pane_state import OverlayLook
from viewer.rendering.heat_scale import heat_top
from viewer.state.reading import Reading
from viewer.state.role import Role


@dataclass(frozen=True, eq=False)
class DrawnHeat:
    """Titles, heatmaps and the evidence of their strongest colour; the finding looked at lies on top."""

    titles: tuple[str, ...] = ()
    heatmaps: tuple[Heatmap, ...] = ()
    tops: tuple[float, ...] = ()


def drawn_heat(reading: Reading, role: Role, overlay: OverlayLook) -> DrawnHeat:
    """Return what is drawn over a scan. Both scans share one scale per abnormality, so that their colours compare."""
    if not overlay.heat_shown:
        return DrawnHeat()
    there = reading.findings[role.other].value.analysis
    here = reading.findings[role].value.analysis
    drawn = [] if here is None else [f for f in here.findings if f.abnormality.name in overlay.abnormalities]
    titles, heatmaps, tops = [], [], []
    for finding in sorted(drawn, key=lambda f: (f.abnormality.name == overlay.followed, f.probability)):
        other = None if there is None else there.finding(finding.abnormality.name)
        titles.append(finding.abnormality.title)
        heatmaps.append(finding.heatmap)
        tops.append(heat_top(finding.heatmap, *(() if other is None else (other.heatmap,))))
    return DrawnHeat(tuple(titles), tuple(heatmaps), tuple(tops))
