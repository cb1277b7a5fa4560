"""Teaches a head of parts by reports: a straight line through what is told of parts, found at once and not by steps.

Ridge regression on what is told of parts (Hoerl & Kennard, Technometrics 1970;12:55) of what the network so far leaves
of each label's presence unexplained, every part listened to as readily as ``trust`` says. A report that names a place
teaches two more lines: what the parts there tell holds the abnormality, what the others tell does not (bags of
multiple-instance learning). With more numbers than scans it is solved by products of scans. What is alike in all lobes
is learned apart (``ai.training.reports.lobe_regression``), and speaks as loud as places count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.model.chest_parts import PARTS
from ai.model.part_head import PartHead
from ai.organs import LOBES
from ai.training.reports.evened import Evened
from ai.training.reports.lesson import Lesson
from ai.training.reports.lobe_regression import lobe_weights
from ai.training.reports.part_places import parts_within, trust
from ai.vocabulary import abnormality

MOST_SCANS = 5000
"""Products of so many scans fill four gigabytes."""
_NO_PLACE = 0.5
"""What is expected of a line from a place: as likely as not."""
_TINY = 1e-12
POINTS_A_PROBABILITY = 3.0
"""Logit points for what is left of a probability: less than the curve's own slope, 4 at the most, for caution."""


def taught(
    parts: Tensor, before: Tensor, lessons: Sequence[Lesson], labels: Sequence[str], penalty: float, places: float
) -> PartHead:
    """Return a head of parts whose evidence is in logit points.

    Args:
        parts: (scans, parts, powers, numbers), see ``told_of``.
        before: (scans, L) logits by all that is known already; NaN of labels of which nothing is.
        lessons: of these scans.
        labels: of the network.
        penalty: of the squared weights, where every line is as long as 1 on average.
        places: how much a line from a place counts beside one from a scan, and how loud lobes speak beside all parts; 0
            leaves places unused.
    """
    told = Evened.of(parts.flatten(2).double().transpose(0, 1))
    products, known = told.products, before.double().sigmoid().nan_to_num(0.0)
    rows = []
    for number, label in enumerate(labels):
        lines = _lines(lessons, number, known[:, number], places)
        ready = torch.from_numpy(trust(abnormality(label), places > 0))
        rows.append(torch.zeros_like(told.scale) if lines is None else _weights(told, products, lines, ready, penalty))
    head, lobes = (PartHead(len(labels), parts.shape[-1] // 2) for _ in range(2))
    head.weight += POINTS_A_PROBABILITY * torch.stack(rows).reshape(head.weight.shape).float()
    if places:
        alike = lobe_weights(parts[:, : len(LOBES)].flatten(2).double(), known, lessons, len(labels), penalty)
        lobes.lobe_weight += alike.reshape(lobes.lobe_weight.shape).float()
        said, theirs = head.evidence(parts).std(0), lobes.evidence(parts).std(0)
        louder = places * torch.where(theirs > 0, said / theirs.clamp_min(_TINY), 0.0)
        head.lobe_weight += lobes.lobe_weight * louder[:, None, None].float()
    return head


@dataclass(frozen=True, eq=False)
class _Lines:
    """What one label's line is drawn through, a row each.

    Args:
        scans: int64 (n,), whose.
        sides: float64 (n, parts): 1 where the part is asked, else 0.
        wanted: float64 (n,), what is left to be explained.
        counts: float64 (n,), how much each row counts.
    """

    scans: Tensor
    sides: Tensor
    wanted: Tensor
    counts: Tensor


def _lines(lessons: Sequence[Lesson], number: int, known: Tensor, places: float) -> _Lines | None:
    """Return a label's rows; None where reports never say it is there, or always."""
    decided = [n for n, lesson in enumerate(lessons) if lesson.weight[number] > 0]
    target = torch.tensor([float(lessons[n].target[number]) for n in decided], dtype=torch.float64)
    counts = torch.tensor([float(lessons[n].weight[number]) for n in decided], dtype=torch.float64)
    if not 0 < float(target.sum()) < len(decided):
        return None
    left = target - known[decided]
    rows = [(n, np.ones(len(PARTS), dtype=bool)) for n in decided]
    wanted, weights = (left - (left * counts).sum() / counts.sum()).tolist(), counts.tolist()
    for n in decided if places else ():
        within = parts_within(lessons[n].allowed[number]) if number in lessons[n].present else None
        if within is not None:
            rows += [(n, side) for side in within]
            wanted += [1 - _NO_PLACE, -_NO_PLACE]
            weights += [places * float(lessons[n].weight[number])] * 2
    return _Lines(
        torch.tensor([n for n, _ in rows]),
        torch.from_numpy(np.stack([side for _, side in rows])).double(),
        torch.tensor(wanted, dtype=torch.float64),
        torch.tensor(weights, dtype=torch.float64),
    )


def _weights(told: Evened, products: Tensor, lines: _Lines, ready: Tensor, penalty: float) -> Tensor:
    """Return one label's weights, (parts, numbers)."""
    alike = torch.zeros(len(lines.scans), len(lines.scans), dtype=torch.float64)
    for part, sides in enumerate(lines.sides.T):
        alike += ready[part] * products[part][lines.scans][:, lines.scans] * sides[:, None] * sides
    pulls = torch.linalg.solve(alike + torch.diag(penalty / lines.counts), lines.wanted)
    found = [
        ready[part] / told.varying[part] * ((pulls * sides) @ told.values[part][lines.scans]) * told.scale[part]
        for part, sides in enumerate(lines.sides.T)
    ]
    return torch.stack(found)
