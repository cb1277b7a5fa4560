"""An optimiser that turns every step of a weight into one of equal strength in all directions.

Momentum, made orthogonal by a Newton–Schulz iteration (Jordan et al., "Muon", 2024; scaled to the strength of AdamW's
steps as in Liu et al., arXiv:2502.16982). PyTorch's own takes matrices only; a convolution is one here, (out, in · k³).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

_QUINTIC = (3.4445, -4.7750, 2.0315)
"""Coefficients of the odd polynomial that drives singular values towards 1 (Jordan et al.)."""
_ITERATIONS = 5
_STRENGTH = 0.2
"""Root mean square of AdamW's steps, in learning rates (Liu et al.)."""


class Orthogonal(Optimizer):
    """Momentum with orthogonal steps, for weights of two and more axes.

    Args:
        params: parameters, or groups of them.
        lr: learning rate, on AdamW's scale.
        momentum: share of the past that is kept.
        weight_decay: share of a weight, times ``lr``, that is lost at each step.
    """

    def __init__(
        self, params: Iterable[Tensor], lr: float = 2e-3, momentum: float = 0.95, weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Take one step; ``closure`` is not used."""
        for group in self.param_groups:
            for weight in group["params"]:
                self._step(weight, group)

    def _step(self, weight: Tensor, group: dict[str, Any]) -> None:
        if weight.grad is None:
            return
        state = self.state[weight]
        if not state:
            state["momentum"] = torch.zeros_like(weight)
        past = state["momentum"].mul_(group["momentum"]).add_(weight.grad)
        ahead = weight.grad + group["momentum"] * past
        matrix = ahead.reshape(len(weight), -1)
        strength = _STRENGTH * max(matrix.shape) ** 0.5
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.add_(orthogonal(matrix).reshape(weight.shape), alpha=-group["lr"] * strength)


def orthogonal(matrix: Tensor) -> Tensor:
    """Return nearly U·Vᵀ of a matrix U·S·Vᵀ: its singular values become about 1 (0.7 to 1.2)."""
    a, b, c = _QUINTIC
    tall = matrix.shape[0] > matrix.shape[1]
    x: Tensor = (matrix.T if tall else matrix) / (torch.linalg.vector_norm(matrix) + 1e-7)
    for _ in range(_ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x
