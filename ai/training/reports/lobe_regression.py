"""Teaches what tells a lobe from others, whichever lobe it is: five lines a scan where a chest has one.

A report that names a lobe, or a side, says of each lobe whether it holds the abnormality; one that has none says so of
all five. Scans that have it who knows where teach nothing here. Ridge regression over lobes, solved by their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ai.organs import LOBES
from ai.training.reports.evened import Evened
from ai.training.reports.lesson import Lesson
from ai.training.reports.part_places import parts_within

_FEWEST = 3
"""Lobes that hold a label, below which nothing is learned of it here."""


def lobe_weights(told: Tensor, before: Tensor, lessons: Sequence[Lesson], labels: int, penalty: float) -> Tensor:
    """Return weights of what is told of a lobe, float64 (L, numbers).

    Args:
        told: float64 (scans, lobes, numbers).
        before: (scans, L) probabilities by what is known already, 0 where nothing is.
        lessons: of these scans.
        labels: of the network.
        penalty: of the squared weights, where every line is as long as 1 on average.
    """
    lobes = Evened.of(told.flatten(0, 1)[None])
    lines = lobes.values[0] / lobes.varying.sqrt()
    every = lines.T @ lines
    found = []
    for number in range(labels):
        wanted, counts = _wanted(lessons, number, before[:, number])
        if not (wanted.nan_to_num(0) * counts > 0).sum() >= _FEWEST:
            found.append(torch.zeros_like(lobes.scale[0]))
            continue
        apart = counts != 1
        some = lines[apart]
        products = every + some.T @ ((counts[apart] - 1)[:, None] * some)
        mean = (wanted * counts).sum() / counts.sum()
        products.diagonal().add_(penalty)
        answer = torch.linalg.solve(products, lines.T @ ((wanted - mean) * counts))
        found.append(answer * lobes.scale[0] / lobes.varying.sqrt())
    return torch.stack(found)


def _wanted(lessons: Sequence[Lesson], number: int, before: Tensor) -> tuple[Tensor, Tensor]:
    """Return what is left to be explained in each lobe of each scan, one after the other, and how much it counts."""
    wanted = torch.zeros(len(lessons), len(LOBES), dtype=torch.float64)
    counts = torch.zeros_like(wanted)
    for row, lesson in enumerate(lessons):
        left = lesson.target[number].double() - before[row]
        if number not in lesson.present:
            wanted[row], counts[row] = left, lesson.weight[number]
            continue
        within = parts_within(lesson.allowed[number])
        if within is None or not within[0][: len(LOBES)].any() or within[0][: len(LOBES)].all():
            continue
        wanted[row] = left * torch.from_numpy(within[0][: len(LOBES)])
        counts[row] = lesson.weight[number]
    return wanted.flatten(), counts.flatten()
