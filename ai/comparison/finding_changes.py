"""Abnormality by abnormality: in both scans, only then, only now."""

from __future__ import annotations

from collections.abc import Sequence

from ai.change import ChangeKind, FindingChange, LesionChange
from ai.comparison.growth import kind_of_change
from ai.findings import Analysis, Finding


def finding_changes(prior: Analysis, current: Analysis, lesions: Sequence[LesionChange]) -> tuple[FindingChange, ...]:
    """Return one change for each abnormality present in either scan, most probable now first.

    In both: grown or shrunk by the total volume of its lesions where both scans have some, else stable, which then says
    no more than "in both". A label that took over another's lesion (a nodule that became a mass) is one change under
    the label of now, with the finding of then beside it.
    """
    then = {f.abnormality.name: f for f in prior.findings if f.present}
    renamed = {c.abnormality.name: c.prior.abnormality.name for c in lesions if c.prior and c.current}
    changes, told = [], set[str]()
    for finding in current.findings:
        if finding.present:
            name = finding.abnormality.name
            before = name if name in then else renamed.get(name, name)
            told.add(before)
            changes.append(_change(then.get(before), finding))
    for finding in prior.findings:
        if finding.present and finding.abnormality.name not in told:
            changes.append(FindingChange(finding.abnormality, finding, None, ChangeKind.GONE))
    return tuple(changes)


def _change(then: Finding | None, now: Finding) -> FindingChange:
    if then is None:
        return FindingChange(now.abnormality, None, now, ChangeKind.NEW)
    return FindingChange(now.abnormality, then, now, kind_of_change(_total_mm3(then), _total_mm3(now)))


def _total_mm3(finding: Finding) -> float:
    return sum(lesion.volume_mm3 for lesion in finding.lesions)
