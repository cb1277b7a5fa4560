"""What the network said of every scan when it last learned from it: the other side of a change that a report tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ai.training.reports.lesson import Lesson


class Other(NamedTuple):
    """A scan of the same patient with which a change is told.

    Args:
        logits: (L,) of the other scan, as last said.
        rises: (L,) which way evidence goes from the earlier to the later scan.
        later: true where the scan that is being learned from is the later one.
    """

    logits: Tensor
    rises: Tensor
    later: bool


class Bank:
    """Logits by scan; unknown until a scan has been learned from. Part of the checkpoint.

    Args:
        lessons: of all scans.
        labels: how many.
    """

    def __init__(self, lessons: Sequence[Lesson], labels: int) -> None:
        self.logits = torch.full((len(lessons), labels), float("nan"))
        numbers = {lesson.key: number for number, lesson in enumerate(lessons)}
        self._pairs: dict[int, list[tuple[int, Tensor, bool]]] = {}
        for number, lesson in enumerate(lessons):
            before = numbers.get(lesson.before)
            if before is not None and bool((lesson.rises != 0).any()):
                self._pairs.setdefault(number, []).append((before, lesson.rises, True))
                self._pairs.setdefault(before, []).append((number, lesson.rises, False))

    def others(self, scan: int) -> list[Other]:
        """Return the scans with which a report tells a change of this one, as far as they were seen."""
        return [
            Other(self.logits[other], rises, later)
            for other, rises, later in self._pairs.get(scan, [])
            if not bool(self.logits[other].isnan().any())
        ]

    def remember(self, scans: Tensor, logits: Tensor) -> None:
        """Keep what was said of scans: (n,) their places, (n, L) logits."""
        self.logits[scans.long()] = logits.to(self.logits)
