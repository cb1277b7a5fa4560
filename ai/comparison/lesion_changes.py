"""Lesion by lesion: new, grown, stable, shrunk, gone."""

from __future__ import annotations

from ai.change import ChangeKind, LesionChange, Registration
from ai.comparison.growth import doubling_days, kind_of_change, volume_change
from ai.comparison.matching import Pair, distinct, matched
from ai.findings import Analysis, Lesion
from ai.geometry import PointMm
from ai.series import Notice
from ai.volume import VoxelGrid


def lesion_changes(
    prior: tuple[Analysis, VoxelGrid], current: tuple[Analysis, VoxelGrid], found: Registration, days: int | None
) -> tuple[list[LesionChange], list[Notice]]:
    """Return the changes, those of the current scan first, and what could not be compared.

    A lesion of a finding below its threshold may be the partner of one above, but is not told by itself: what fell
    below is not gone. A lesion where the other scan has no voxels is neither new nor gone; a notice names it.
    """
    pairs = matched(_lesions(prior[0]), _lesions(current[0]), found)
    told = _told(prior[0]) | _told(current[0])
    changes, notices = [], []
    for pair in pairs:
        if not told & {id(pair.prior), id(pair.current)}:
            continue
        notice = _uncovered(pair, prior[1], current[1], found)
        if notice is None:
            changes.append(_change(pair, days))
        else:
            notices.append(notice)
    return changes, notices


def _lesions(analysis: Analysis) -> list[Lesion]:
    """Those of present findings first, so that they win over the same place under a label that is not present."""
    findings = sorted(analysis.findings, key=lambda finding: not finding.present)
    return distinct([lesion for finding in findings for lesion in finding.lesions])


def _told(analysis: Analysis) -> set[int]:
    return {id(lesion) for finding in analysis.findings if finding.present for lesion in finding.lesions}


def _change(pair: Pair, days: int | None) -> LesionChange:
    then, now = pair.prior, pair.current
    if then is None or now is None:
        lesion = then or now
        if lesion is None:
            raise ValueError("a pair without lesions")
        kind = ChangeKind.NEW if then is None else ChangeKind.GONE
        return LesionChange(lesion.abnormality, kind, _one(then), _one(now))
    kind = kind_of_change(then.volume_mm3, now.volume_mm3, now.diameter_mm - then.diameter_mm)
    change = volume_change(then.volume_mm3, now.volume_mm3)
    doubling = doubling_days(then.volume_mm3, now.volume_mm3, days)
    return LesionChange(now.abnormality, kind, (then,), (now,), change, doubling)


def _one(lesion: Lesion | None) -> tuple[Lesion, ...]:
    return () if lesion is None else (lesion,)


def _uncovered(pair: Pair, prior: VoxelGrid, current: VoxelGrid, found: Registration) -> Notice | None:
    if pair.prior is None and pair.current is not None:
        place = found.point_in_prior(pair.current.centre)
        return None if prior.nearest(place) else _not_scanned(pair.current, "current", "prior")
    if pair.current is None and pair.prior is not None:
        place = found.point_in_current(pair.prior.centre)
        return None if current.nearest(place) else _not_scanned(pair.prior, "prior", "current")
    return None


def _not_scanned(lesion: Lesion, seen: str, other: str) -> Notice:
    what = f"{lesion.abnormality.title} of {lesion.diameter_mm:.0f} mm at {_place(lesion.centre)}"
    return Notice(f"{what} in the {seen} scan lies outside the {other} scan and cannot be compared.")


def _place(point: PointMm) -> str:
    return f"({point.left:.0f}, {point.posterior:.0f}, {point.superior:.0f}) mm"
