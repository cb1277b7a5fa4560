"""Abnormality by abnormality: in both scans, only then, only now."""

from __future__ import annotations

from collections.abc import Sequence

from ai.change import ChangeKind, FindingChange, LesionChange
from ai.comparison.growth import kind_of_change
from ai.findings import Analysis, Finding


def finding_changes(
    prior: Analysis, current: Analysis, lesions: Sequence[LesionChange], by_volume: bool = True
) -> tuple[FindingChange, ...]:
    """Return one change for each abnormality present in either scan, most probable now first.

    In both: grown or shrunk by the total volume of its lesions where both scans have some, as the lesions' changes
    measured them, else stable, which then says no more than "in both". A label that took over another's lesion (a
    nodule that became a mass) is one change under the label of now, with the finding of then beside it. What is present
    in one scan only, but has a lesion that the other scan shows too (below the threshold, or on second look), is
    neither new nor gone: beside it stands what the other analysis said of it, present or not. Where volumes do not
    compare (not ``by_volume``), it goes as its lesions went, by their own diameters.
    """
    then = {f.abnormality.name: f for f in prior.findings if f.present}
    renamed = {c.abnormality.name: c.prior.abnormality.name for c in lesions if c.prior and c.current}
    changes, told = [], set[str]()
    for finding in current.findings:
        if finding.present:
            name = finding.abnormality.name
            before = name if name in then else renamed.get(name, name)
            told.add(before)
            kind = _by_lesions(name, lesions, by_volume)
            changes.append(_change(then.get(before) or _said(prior, before, kind), finding, kind, by_volume))
    for finding in prior.findings:
        name = finding.abnormality.name
        if finding.present and name not in told:
            kind = _by_lesions(name, lesions, by_volume)
            now = _said(current, name, kind)
            changes.append(FindingChange(finding.abnormality, finding, now, kind or ChangeKind.GONE))
    return tuple(changes)


def _change(then: Finding | None, now: Finding, kind: ChangeKind | None, by_volume: bool) -> FindingChange:
    if kind is None and then is None:
        kind = ChangeKind.NEW
    elif kind is None:
        kind = kind_of_change(_total_mm3(then), _total_mm3(now)) if then and by_volume else ChangeKind.STABLE
    return FindingChange(now.abnormality, then, now, kind)


def _by_lesions(name: str, lesions: Sequence[LesionChange], by_volume: bool) -> ChangeKind | None:
    """Grown, shrunk or stable by the sums of all lesions under a label; None where none of them is in both scans.

    Without volumes, grown where some lesions grew and none shrank, and the other way round.
    """
    mine = [change for change in lesions if change.abnormality.name == name]
    if not any(change.priors and change.currents for change in mine):
        return None
    if not by_volume:
        went = {change.kind for change in mine} & {ChangeKind.GROWN, ChangeKind.SHRUNK}
        return went.pop() if len(went) == 1 else ChangeKind.STABLE
    return kind_of_change(sum(change.prior_mm3 for change in mine), sum(change.current_mm3 for change in mine))


def _said(analysis: Analysis, name: str, kind: ChangeKind | None) -> Finding | None:
    """What was said of an abnormality that is not present, where a lesion of it was seen all the same."""
    if kind is None:
        return None
    return next((finding for finding in analysis.findings if finding.abnormality.name == name), None)


def _total_mm3(finding: Finding) -> float:
    return sum(lesion.volume_mm3 for lesion in finding.lesions)
