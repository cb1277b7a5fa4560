"""HiResCAM: which places made a logit what it is (Draelos & Carin 2020, arXiv:2011.08891).

For a head that is homogeneous of degree one in A, as ``EvidenceNet``'s, gradient ⊙ features summed over
channels is known in closed form for all labels after one forward pass (``ai.model.pooling``), and it adds up.
``hirescam`` computes the same by autograd, for any head.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ai.model.network import Evidence, EvidenceNet


def heat_of(network: EvidenceNet, evidence: Evidence) -> Tensor:
    """Return the heat of every label, (L, s, r, c), logit points: ``logit = bias + heat.sum()``."""
    return network.pooling.heat(evidence.places[0], network.log_gain.exp())


def hirescam(features: Tensor, logit: Callable[[Tensor], Tensor]) -> Tensor:
    """Return Σ_k (∂logit/∂A_k) ⊙ A_k for one logit.

    Args:
        features: A, (1, K, s, r, c).
        logit: from A to a scalar.

    Returns:
        (s, r, c).
    """
    with torch.enable_grad():
        a = features.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(logit(a), a)
    return (gradient * a).sum(1)[0].detach()
