"""How fast a network learns at each step."""

from __future__ import annotations

import math


def warmed_cosine(step: int, steps: int, warm_up: int, peak: float, last: float) -> float:
    """Return the learning rate: a linear warm-up, then a cosine from ``peak`` down to a share ``last`` of it."""
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min(1.0, (step - warm_up) / max(1, steps - warm_up))
    return peak * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * done)))
