"""Lesion by lesion: new, grown, stable, shrunk, gone, merged, split."""

from __future__ import annotations

from dataclasses import replace

from ai.change import ChangeKind, LesionChange, Registration
from ai.comparison.growth import doubling_days, kind_by_diameter, kind_of_change, volume_change
from ai.comparison.guidelines.circumstances import Circumstances
from ai.comparison.joining import Group, joined
from ai.comparison.matching import distinct, matched
from ai.comparison.measured_alike import measured_alike
from ai.comparison.second_look import looked_again, shown_elsewhere
from ai.comparison.seen import Seen
from ai.comparison.still_dense import still_dense
from ai.findings import Analysis, Lesion
from ai.geometry import PointMm
from ai.progress import QUIET, Progress
from ai.series import Notice
from ai.volume import VoxelGrid


def lesion_changes(
    prior: Seen, current: Seen, found: Registration, known: Circumstances, progress: Progress = QUIET
) -> tuple[list[LesionChange], list[Notice]]:
    """Return the changes, those of the current scan first, and what could not be compared.

    A lesion of a finding below its threshold may be the partner of one above, but is not told by itself: what fell
    below is not gone. What seems new or gone is looked for again in the other scan. A lesion where the other scan has
    no voxels is neither new nor gone; a notice names it. One at whose place the other scan is about as dense is marked
    as obscured. What the scans do not allow to say of growth, as ``known`` of them, is not said.
    """
    groups = joined(matched(lesions_of(prior.analysis), lesions_of(current.analysis), found), found)
    told = _told(prior.analysis) | _told(current.analysis)
    changes, notices = [], []
    asked = [group for group in groups if told & {id(lesion) for lesion in group.priors + group.currents}]
    for number, group in enumerate(asked):
        progress.report(number / len(asked), "Measuring lesions alike in both scans")
        notice = _uncovered(group, prior.volume.grid, current.volume.grid, found)
        if notice is None:
            change = change_of(_looked_at(group, prior, current, found), known)
            changes.append(replace(change, obscured=_obscured(change, prior, current, found)))
        else:
            notices.append(notice)
    return sorted(changes, key=lambda change: not change.currents), notices


def lesions_of(analysis: Analysis) -> list[Lesion]:
    """Those of present findings first, so that they win over the same place under a label that is not present."""
    findings = sorted(analysis.findings, key=lambda finding: not finding.present)
    return distinct([lesion for finding in findings for lesion in finding.lesions])


def change_of(group: Group, known: Circumstances) -> LesionChange:
    """Return what became of a group: volumes and masses compared by their sums, where the scans allow it."""
    by_volume = not known.volumes_untold()
    kind = _kind(group, by_volume)
    lesion = max(group.currents or group.priors, key=lambda one: one.volume_mm3)
    change = LesionChange(lesion.abnormality, kind, group.priors, group.currents)
    if not group.priors or not group.currents or not by_volume:
        return change
    days = None if known.growth_untold() else known.days
    masses = [sum(one.mass_mg for one in side) for side in (group.priors, group.currents)]
    return replace(
        change,
        volume_change=volume_change(change.prior_mm3, change.current_mm3),
        doubling_days=doubling_days(change.prior_mm3, change.current_mm3, days),
        mass_change=volume_change(masses[0], masses[1]),
        mass_doubling_days=doubling_days(masses[0], masses[1], days),
    )


def _kind(group: Group, by_volume: bool) -> ChangeKind:
    if not group.priors:
        return ChangeKind.NEW
    if not group.currents:
        return ChangeKind.GONE
    if len(group.priors) > 1:
        return ChangeKind.MERGED
    if len(group.currents) > 1:
        return ChangeKind.SPLIT
    then, now = group.priors[0], group.currents[0]
    if not by_volume:
        return kind_by_diameter(then.diameter_mm, now.diameter_mm)
    return kind_of_change(then.volume_mm3, now.volume_mm3, now.diameter_mm - then.diameter_mm)


def _looked_at(group: Group, prior: Seen, current: Seen, found: Registration) -> Group:
    """Look for a missing partner, then measure a pair alike."""
    priors, currents = group.priors, group.currents
    if not priors:
        priors = _again(currents[0], current, found.point_in_prior(currents[0].centre), prior)
    elif not currents:
        currents = _again(priors[0], prior, found.point_in_current(priors[0].centre), current)
    if len(priors) == 1 and len(currents) == 1:
        then, now = measured_alike(priors[0], currents[0], prior, current)
        priors, currents = (then,), (now,)
    return Group(priors, currents)


def _again(lesion: Lesion, here: Seen, place: PointMm, there: Seen) -> tuple[Lesion, ...]:
    partner = looked_again(lesion, here, place, there)
    if partner is None or shown_elsewhere(partner, tuple(lesions_of(there.analysis))):
        return ()
    return (partner,)


def _obscured(change: LesionChange, prior: Seen, current: Seen, found: Registration) -> bool:
    if change.kind is ChangeKind.NEW:
        return still_dense(change.currents[0], current, prior, found.to_prior)
    return change.kind is ChangeKind.GONE and still_dense(change.priors[0], prior, current, found.to_current)


def _told(analysis: Analysis) -> set[int]:
    return {id(lesion) for finding in analysis.findings if finding.present for lesion in finding.lesions}


def _uncovered(group: Group, prior: VoxelGrid, current: VoxelGrid, found: Registration) -> Notice | None:
    if not group.priors:
        seen = prior.nearest(found.point_in_prior(group.currents[0].centre))
        return _not_scanned(group.currents[0], "current", "prior") if seen is None else None
    if not group.currents:
        seen = current.nearest(found.point_in_current(group.priors[0].centre))
        return _not_scanned(group.priors[0], "prior", "current") if seen is None else None
    return None


def _not_scanned(lesion: Lesion, seen: str, other: str) -> Notice:
    what = f"{lesion.abnormality.title} of {lesion.diameter_mm:.0f} mm at {_place(lesion.centre)}"
    return Notice(f"{what} in the {seen} scan lies outside the {other} scan and cannot be compared.")


def _place(point: PointMm) -> str:
    return f"({point.left:.0f}, {point.posterior:.0f}, {point.superior:.0f}) mm"
