"""The part of comparison.json that tells every lesion's line through more than two studies."""

from __future__ import annotations

from ai.report import plain
from ai.timeline import LesionLine, LinePoint, Timeline, TimelineStudy


def timeline_part(found: Timeline) -> plain.Plain:
    """Return studies oldest first, and the lines, each with one point a study.

    ``place_mm`` lies in the study's own coordinates, also where nothing is seen; ``doubling_days`` of a point is since
    the point before it that was seen, that of a line is fitted over all its points.
    """
    return {
        "studies": [_study(study) for study in found.studies],
        "current": found.current,
        "lines": [_line(line) for line in found.lines],
        "notices": plain.notices(found.notices),
    }


def _study(study: TimelineStudy) -> plain.Plain:
    return {
        "series_uid": study.uid,
        "taken_on": None if study.taken_on is None else study.taken_on.isoformat(),
        "description": study.title,
        "kernel": study.kernel,
        "thickness_mm": plain.number(study.thickness_mm),
    }


def _line(line: LesionLine) -> plain.Plain:
    return {
        "abnormality": line.abnormality.name,
        "location": line.location,
        "centre_mm": plain.point(line.place),
        "doubling_days": plain.number(line.doubling_days),
        "baseline": line.points.index(line.baseline),
        "nadir": line.points.index(line.nadir),
        "points": [_point(point, days) for point, days in zip(line.points, line.doublings, strict=True)],
    }


def _point(point: LinePoint, doubling_days: float | None) -> plain.Plain:
    seen = bool(point.lesions)
    return {
        "sight": point.sight.value,
        "place_mm": plain.point(point.place),
        "volume_mm3": plain.number(point.volume_mm3) if seen else None,
        "diameter_mm": plain.number(round(point.diameter_mm, 1)) if seen else None,
        "longest_mm": plain.number(round(point.longest_mm, 1)) if seen else None,
        "doubling_days": plain.number(doubling_days),
        "lesions": [plain.lesion(lesion) for lesion in point.lesions],
    }
