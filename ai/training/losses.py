"""What the network is told: whether an abnormality is at each place, whether it is anywhere, and whose place it is."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ai.model.network import Evidence
from ai.training.truth import UNKNOWN, share_of

_FOCUS = 2.0
"""Exponent by which easy healthy places lose weight (focal loss, Lin et al., ICCV 2017)."""
_NORMAL_CELLS = 64.0
"""A false blob of so many cells costs as much as missing a finding."""
_LEAST = 0.5
"""Abnormal places that weigh less than this together count by less: slivers at a patch's edge."""
_SCAN_WEIGHT, _ORGAN_WEIGHT = 0.1, 0.5


def place_loss(places: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy per place and label: the abnormal ones by their weighted mean, the healthy by their focused sum.

    Args:
        places: (B, L, s, r, c) logits per place.
        truth: uint8, same shape, see ``TrainingCase``.
        weight: same shape: how much an abnormal place counts among those of its label, see ``rarity_of``.
    """
    share, known = share_of(truth)
    counted = share * weight
    hit = functional.softplus(-places) * counted
    said = torch.sigmoid(places.detach()) ** _FOCUS
    false = said * functional.softplus(places) * (1 - share) * known
    axes = (0, 2, 3, 4)
    count = share.sum(axes)
    missed = hit.sum(axes) / counted.sum(axes).clamp_min(_LEAST)
    alarms = false.sum(axes) / (_NORMAL_CELLS + 0.5 * count)
    return (missed + alarms).mean()


def scan_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy per patch and label; undecided ones are left out."""
    share, known = share_of(truth)
    most = share.flatten(2).amax(2)
    present = (most >= 1).float()
    decided = (present > 0) | ((most == 0) & known.flatten(2).all(2))
    entropy = functional.binary_cross_entropy_with_logits(logits, present, reduction="none")
    return (entropy * decided).sum() / decided.sum().clamp_min(1)


def organ_loss(organs: Tensor, codes: Tensor) -> Tensor:
    """Cross-entropy of the organ of each place where it is known, plus one minus the mean Dice of the organs there.

    Args:
        organs: (B, 1 + organs, s, r, c) before the softmax.
        codes: uint8 (B, s, r, c), ``UNKNOWN`` where nobody may say.
    """
    known = codes != UNKNOWN
    target = torch.where(known, codes, 0).long()
    entropy = functional.cross_entropy(organs, target, reduction="none")
    truth = functional.one_hot(target, organs.shape[1]).movedim(-1, 1).float() * known[:, None]
    said = organs.softmax(1) * known[:, None]
    axes = (0, 2, 3, 4)
    there = truth.sum(axes) > 0
    dice = (2 * (said * truth).sum(axes) + 1) / (said.sum(axes) + truth.sum(axes) + 1)
    unlike = ((1 - dice) * there).sum() / there.sum().clamp_min(1)
    return (entropy * known).sum() / known.sum().clamp_min(1) + unlike


def total_loss(evidence: Evidence, truth: Tensor, weight: Tensor, organs: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the loss and its parts by name, without gradients; the arguments are those of its parts."""
    parts = {"place": place_loss(evidence.places, truth, weight), "scan": scan_loss(evidence.logits, truth)}
    total = parts["place"] + _SCAN_WEIGHT * parts["scan"]
    if evidence.organs is not None:
        parts["organ"] = organ_loss(evidence.organs, organs)
        total = total + _ORGAN_WEIGHT * parts["organ"]
    return total, {name: part.detach() for name, part in parts.items()}
