"""What the network is told: whether an abnormality is at each place, and whether it is anywhere in the scan."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ai.model.network import Evidence
from ai.training.truth import UNKNOWN, share_of

_HARD_PER_POSITIVE = 3
_HARD_AT_LEAST = 400
_HARD_WHERE_ABSENT = 0.3
_PRESENT_CELLS = 0.3
"""So much of one 4 mm cell must be abnormal in a patch before the patch is called abnormal."""


def place_loss(places: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy per place: all abnormal places count as much as the hardest healthy ones.

    Args:
        places: (B, L, s, r, c) logits per place.
        truth: uint8, same shape, see ``TrainingCase``.
    """
    share, known = share_of(truth)
    entropy = functional.binary_cross_entropy_with_logits(places, share, reduction="none") * known
    losses = []
    for label in range(places.shape[1]):
        e, s = entropy[:, label], share[:, label]
        positive = s > 0.25
        count = int(positive.sum())
        healthy = e[~positive]
        hard = healthy.topk(min(healthy.numel(), max(_HARD_AT_LEAST, _HARD_PER_POSITIVE * count))).values
        loss = 4 * healthy.mean()
        if count:
            loss = loss + hard.mean() + 2 * e[positive].mean()
        else:
            # A label that is absent from most batches must not learn, batch after batch, only to be silent.
            loss = loss + _HARD_WHERE_ABSENT * hard.mean()
        losses.append(loss)
    return torch.stack(losses).mean()


def scan_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy per patch and label; undecided ones are left out."""
    share, _ = share_of(truth)
    cells = share.flatten(2).sum(2)
    present = (cells >= _PRESENT_CELLS).float()
    vague = (truth == UNKNOWN).flatten(2).any(2) | (cells > 0)
    decided = (present > 0) | ~vague
    entropy = functional.binary_cross_entropy_with_logits(logits, present, reduction="none")
    return (entropy * decided).sum() / decided.sum().clamp_min(1)


def total_loss(evidence: Evidence, truth: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Return the loss and its parts by name."""
    place = place_loss(evidence.places, truth)
    scan = scan_loss(evidence.logits, truth)
    return place + 0.15 * scan, {"place": float(place.detach()), "scan": float(scan.detach())}
