"""What one scan's report teaches: which labels, how surely, where each may lie, and what has changed since before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from ai.training.cohort import Change, Cohort, CohortScan
from ai.training.reports.places import allowed
from ai.training.reports.regions import Allowed
from ai.vocabulary import abnormality

MOST_BALANCE = 10.0
"""A rare label's single scan counts at most so many times."""
PRESENT = 0.5
"""Targets above are of labels that are there, or may be: their heat has a place."""
_RISES: Mapping[Change, float] = MappingProxyType(
    {Change.NEW: 1.0, Change.LARGER: 1.0, Change.SMALLER: -1.0, Change.RESOLVED: -1.0, Change.UNCHANGED: 0.0}
)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What a report teaches, in the order of the network's labels.

    Args:
        key: of the scan.
        patient: of the patient.
        target: float32 (L,): 0 absent … 1 present.
        weight: float32 (L,): how much the target counts, 0 where the report decides nothing.
        allowed: per label where it may lie; asked for only where the target is above ``PRESENT``.
        rises: float32 (L,): 1 where there must be more evidence than in the scan before, −1 where less, else 0.
        before: key of the patient's scan before; empty for the first.
    """

    key: str
    patient: str
    target: Tensor
    weight: Tensor
    allowed: tuple[Allowed, ...]
    rises: Tensor
    before: str = ""

    @property
    def present(self) -> list[int]:
        """Labels that are there, or may be, and count."""
        return [int(n) for n in torch.nonzero((self.target > PRESENT) & (self.weight > 0)).flatten()]

    @property
    def absent(self) -> list[int]:
        """Labels that are not there, and count."""
        return [int(n) for n in torch.nonzero((self.target <= PRESENT) & (self.weight > 0)).flatten()]


def lesson_of(scan: CohortScan, before: CohortScan | None, labels: Sequence[str]) -> Lesson:
    """Return what a scan's report teaches of these labels.

    Args:
        scan: with what its report says.
        before: the patient's scan before; None for the first.
        labels: of the network, in its order.
    """
    said = [scan.label(label) for label in labels]
    rises = [_RISES[scan.changes[label]] if before and label in scan.changes else 0.0 for label in labels]
    return Lesson(
        scan.key,
        scan.patient,
        torch.tensor([one.target for one in said], dtype=torch.float32),
        torch.tensor([one.weight for one in said], dtype=torch.float32),
        tuple(allowed(abnormality(label), scan.places.get(label)) for label in labels),
        torch.tensor(rises, dtype=torch.float32),
        before.key if before else "",
    )


def lessons_of(cohort: Cohort, scans: Sequence[CohortScan], labels: Sequence[str]) -> list[Lesson]:
    """Return the lessons of some of a cohort's scans, in their order."""
    return [lesson_of(scan, cohort.prior(scan.key), labels) for scan in scans]


def balance(lessons: Sequence[Lesson]) -> Tensor:
    """Return how much absence and presence of each label count, float32 (2, L), so that both weigh the same in all.

    A label that never is there, or always, cannot be learned from these reports: both are 0, and what a network knew
    of it before is not unlearned.
    """
    target = torch.stack([lesson.target for lesson in lessons])
    weight = torch.stack([lesson.weight for lesson in lessons])
    there, gone = (weight * target).sum(0), (weight * (1 - target)).sum(0)
    both = (there > 0) & (gone > 0)
    shares = torch.stack([gone, there])
    counts = ((there + gone) / 2 / shares.clamp_min(1e-6)).clamp(max=MOST_BALANCE)
    return torch.where(both, counts, 0.0)
