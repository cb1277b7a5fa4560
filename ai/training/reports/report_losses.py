"""What a network is told of a whole scan by its report alone."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.training.reports.lesson import Lesson

TOP_CELLS = 8
"""A finding fills at least so many cells, half a millilitre at 2 mm a voxel."""
_BREATH = 1.0
"""Evidence, cells times logit points: so little heat has no place worth telling."""


def scan_loss(logits: Tensor, lesson: Lesson, counts: Tensor) -> Tensor:
    """Cross-entropy of a scan's labels, each as surely as it is said, presence and absence in balance; mean of labels.

    Args:
        logits: (L,).
        lesson: of the scan.
        counts: (2, L), see ``balance``.
    """
    target, weight = lesson.target.to(logits.device), lesson.weight.to(logits.device)
    entropy = functional.binary_cross_entropy_with_logits(logits.float(), target, reduction="none")
    return (entropy * weight * (counts[0] * (1 - target) + counts[1] * target)).mean()


def somewhere_loss(places: Tensor, lesson: Lesson, counts: Tensor, allowed: dict[int, Tensor]) -> Tensor:
    """Ask of each label that is there that its strongest cells be evidence, and of each that is not that not even
    its strongest cells be; mean of labels.

    The sum of evidence alone tells every cell of a scan the same, so that what is small drowns in what all scans
    share; and a rectified head that finds nothing learns nothing from it. The strongest cells tell presence from
    absence place by place (multiple-instance learning).

    Args:
        places: (L, s, r, c) before the relu.
        lesson: of the scan.
        counts: (2, L), see ``balance``.
        allowed: label → bool (s, r, c), where to look for what is there; everywhere without an entry.
    """
    tops, rows = _top(places.flatten(1)), places.unbind()
    absent = lesson.absent
    weights = lesson.weight[absent].to(places.device) * counts[0, absent]
    loss = (functional.softplus(tops[absent]) * weights).sum()
    for label in lesson.present:
        top = _top(rows[label][allowed[label]]) if label in allowed else tops[label]
        loss = loss + functional.softplus(-top) * lesson.weight[label] * counts[1, label]
    return loss / len(places)


def _top(places: Tensor) -> Tensor:
    """Mean of the strongest cells along the last axis."""
    return places.topk(min(TOP_CELLS, places.shape[-1]), dim=-1).values.mean(-1)


def mask_loss(places: Tensor, lesson: Lesson, allowed: dict[int, Tensor]) -> Tensor:
    """Cost of heat outside the organs and side where each label that is there may lie: −log of the share inside.

    After AxialNet's mask loss (Draelos & Carin, arXiv:2111.12215); as a share it does not change with how strong the
    heat is, so that it cannot be lowered by saying less.

    Args:
        places: (L, s, r, c) before the relu: heat over gain.
        lesson: of the scan.
        allowed: label → bool (s, r, c); a label without an entry may lie anywhere.
    """
    loss, weight, rows = places.new_zeros(()), 0.0, places.unbind()  # one gradient of all rows, not one for each
    for label in lesson.present:
        if label not in allowed:
            continue
        heat = functional.relu(rows[label])
        inside, whole = (heat * allowed[label]).sum(), heat.sum()
        loss = loss - torch.log((inside + _BREATH) / (whole + _BREATH)) * lesson.weight[label]
        weight += float(lesson.weight[label])
    return loss / max(weight, 1.0)


def course_loss(current: Tensor, before: Tensor, rises: Tensor) -> Tensor:
    """Cost of evidence that did not go the way the report says since the scan before; mean of the labels with a way.

    Args:
        current: (L,) logits of the later scan.
        before: (L,) logits of the earlier one.
        rises: (L,) 1 up, −1 down, 0 not told.
    """
    told = rises != 0
    way = rises.to(current.device)
    cost = functional.softplus(-way * (current - before).float()) * told.to(current.device)
    return cost.sum() / told.sum().clamp_min(1)


def allowed_cells(lesson: Lesson, regions: Tensor, device: torch.device) -> dict[int, Tensor]:
    """Return per label that is there the cells where it may lie; none for one that may lie anywhere, or has no room.

    Args:
        lesson: of the scan.
        regions: int16 (s, r, c), see ``Crop``.
        device: where the cells are wanted.
    """
    bits = regions.numpy().view(np.uint16)
    found: dict[int, Tensor] = {}
    for label in lesson.present:
        if lesson.allowed[label].anywhere:
            continue
        cells = lesson.allowed[label].cells(bits)
        if cells.any():
            found[label] = torch.from_numpy(cells).to(device)
    return found
