"""A lesion's volume over its dates, as the few numbers an inline drawing needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ai.timeline import LesionLine, Sight, TimelineStudy

WIDTH, HEIGHT = 260.0, 64.0
_MARGIN = 6.0
_HEADROOM = 1.1


@dataclass(frozen=True)
class PlotPoint:
    """A dot, in the drawing's units from its upper left corner; filled where the lesion is seen."""

    x: float
    y: float
    seen: bool
    said: str


@dataclass(frozen=True)
class TrendPlot:
    """Dots, and the line through those of studies that cover the place."""

    points: tuple[PlotPoint, ...]
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def path(self) -> str:
        """The points attribute of an SVG polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)


def trend_plot(line: LesionLine, studies: Sequence[TimelineStudy]) -> TrendPlot:
    """Lay a line's points out by date, by their order where a date is missing; the volume's zero is the lower edge."""
    shown = [(at, point) for at, point in enumerate(line.points) if point.sight is not Sight.NOT_COVERED]
    days = [study.taken_on.toordinal() for study in studies if study.taken_on is not None]
    marks = [float(d) for d in days] if len(days) == len(studies) else [float(n) for n in range(len(studies))]
    span = (max(marks) - min(marks)) or 1.0
    most = max(point.volume_mm3 for point in line.points) * _HEADROOM or 1.0
    wide, high = WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN
    points = [
        PlotPoint(
            _MARGIN + wide * (marks[at] - min(marks)) / span,
            HEIGHT - _MARGIN - high * point.volume_mm3 / most,
            bool(point.lesions),
            f"{studies[at].taken_on or studies[at].title}: "
            + (f"{point.volume_mm3:.0f} mm³" if point.lesions else point.sight.value),
        )
        for at, point in shown
    ]
    return TrendPlot(tuple(points))
