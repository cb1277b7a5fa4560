"""Whether a reconstruction kernel is sharp or smooth, by the makers' names."""

from __future__ import annotations

import re

_SHARP_WORDS = ("LUNG", "BONE", "EDGE", "SHARP", "HR")
_SHARP_PHILIPS = frozenset({"D", "E", "L", "YB", "YC", "YD"})
_SIEMENS = re.compile(r"^[BIQHTUD][A-Z]?(\d{2})")
_SIEMENS_SHARP = 50
"""Siemens kernels are numbered by sharpness: B30f is smooth, B50f to B80f, Br59, Bl57 are sharp."""
_CANON = re.compile(r"^FC(\d{2})")
_CANON_SHARP = (range(30, 40), range(50, 60), range(80, 90))
"""Canon: FC3x for bone, FC5x for lung, FC8x for high resolution."""


def sharp(kernel: str) -> bool | None:
    """Return whether a kernel enhances edges; None where nothing is known of it."""
    name = kernel.strip().upper()
    if not name:
        return None
    siemens, canon = _SIEMENS.match(name), _CANON.match(name)
    if siemens:
        return int(siemens.group(1)) >= _SIEMENS_SHARP
    if canon:
        return any(int(canon.group(1)) in numbers for numbers in _CANON_SHARP)
    return name in _SHARP_PHILIPS or any(word in name for word in _SHARP_WORDS)


def too_different(one: str, other: str) -> bool:
    """Return whether one is known to be sharp and the other known not to be."""
    kinds = {sharp(one), sharp(other)}
    return kinds == {True, False}
