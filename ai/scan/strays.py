"""Slices that a series names its own but that fit on no stack with the others: a scout, another plane, or damage."""

from __future__ import annotations

from collections.abc import Sequence

from ai.scan.grouping import Picture, fit_together
from ai.scan.stacking import normal_of
from ai.series import Notice

FEW = 2
"""A stack of so few slices is no reconstruction of its own."""
PARALLEL = 0.9


def strays(stack: Sequence[Picture], stacks: Sequence[Sequence[Picture]]) -> tuple[Notice, ...]:
    """Return what must be said of slices of the same series that are listed apart; nothing where there are none.

    Grave where a few slices lie in the same plane as the others: they may be missing in the stack.
    """
    uid, first = stack[0].header.series_uid, stack[0].slice
    apart = [other for other in stacks if other[0].header.series_uid == uid and not fit_together(first, other[0].slice)]
    if not uid or not apart:
        return ()
    count = sum(map(len, apart))
    parallel = [other for other in apart if abs(normal_of(first) @ normal_of(other[0].slice)) > PARALLEL]
    text = (
        f"{count} {'slice' if count == 1 else 'slices'} of the same series, of another size, pixel spacing or "
        f"orientation, {'is' if count == 1 else 'are'} listed apart."
    )
    return (Notice(text, grave=any(min(len(other), len(stack)) <= FEW for other in parallel)),)
