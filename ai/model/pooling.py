"""How the places of a label become its logit: the sum of their evidence, or a norm that the strongest places decide.

With z a place's own logit and e = relu(z + lowered), the logit is ``bias + gain · (Σ e^power)^(1/power)``. Power 1 is
the sum, in which a breath of evidence everywhere weighs as much as one sure place; the higher the power, the more the
strongest places decide (generalised mean pooling: Radenović et al., IEEE Trans Pattern Anal Mach Intell 2019;41:1655).
A norm is homogeneous of degree one in the features, whose constant channel carries ``lowered``; so gradient ⊙ features
adds up to it exactly (Euler), and HiResCAM stays the logit's whole story whatever the power.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_SPACE = (-3, -2, -1)
_TINY = 1e-30
MOST_POWER, MOST_LOWERED = 16.0, 8.0


@dataclass(frozen=True)
class Pooling:
    """See the module's text.

    Args:
        power: 1 for the sum … 16.
        lowered: logit points by which a place counts before it is likelier than not, 0 … 8.
    """

    power: float = 1.0
    lowered: float = 0.0

    @property
    def fault(self) -> str:
        """Say what cannot be; empty where all can."""
        for value, least, most, what in (
            (self.power, 1, MOST_POWER, "its power of pooling is"),
            (self.lowered, 0, MOST_LOWERED, "its bar of evidence is lowered by"),
        ):
            if not isinstance(value, int | float) or not least <= value <= most:
                return f"{what} {value}, not {least} to {most:g}"
        return ""

    @property
    def is_sum(self) -> bool:
        """True where evidence is summed as it is."""
        return self.power == 1 and self.lowered == 0

    def total(self, places: Tensor, ones: Tensor | None = None) -> Tensor:
        """Return the norm of each label's evidence, float64 (…, L).

        Args:
            places: (…, L, s, r, c) logits; −∞ where nobody is asked.
            ones: the features' constant channel, where a gradient at the features is wanted: the bar hangs on it.
        """
        evidence = self._evidence(places, ones)
        if self.power == 1:
            return evidence.sum(dim=_SPACE, dtype=torch.float64)
        if not evidence.numel():
            return evidence.sum(dim=_SPACE, dtype=torch.float64)
        top = evidence.detach().amax(dim=_SPACE, keepdim=True).clamp_min(_TINY)
        whole = (evidence / top).pow(self.power).sum(dim=_SPACE, dtype=torch.float64).clamp_min(_TINY)
        return top[..., 0, 0, 0].double() * whole.pow(1 / self.power)

    def heat(self, places: Tensor, gain: Tensor) -> Tensor:
        """Return what each place gives to its label's logit, (L, s, r, c): it adds up to ``gain · total``.

        Args:
            places: (L, s, r, c) logits; −∞ where nobody is asked.
            gain: (L,).
        """
        evidence = self._evidence(places)
        if self.power == 1:
            return evidence.mul_(gain.to(evidence.dtype)[:, None, None, None])
        top = evidence.amax(dim=_SPACE, keepdim=True).clamp_min(_TINY)
        shares = evidence.div_(top).pow_(self.power)
        whole = shares.sum(dim=_SPACE, keepdim=True, dtype=torch.float64).clamp_min(_TINY)
        scale = gain[:, None, None, None].double() * top.double() * whole.pow(1 / self.power - 1)
        return shares.mul_(scale.to(shares.dtype))

    def _evidence(self, places: Tensor, ones: Tensor | None = None) -> Tensor:
        if not self.lowered:
            return functional.relu(places)
        return functional.relu(places + (self.lowered if ones is None else self.lowered * ones))


SUM = Pooling()
