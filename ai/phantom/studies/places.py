"""Where in the thorax something lies, in a report's words."""

from __future__ import annotations

import torch

from ai.organs import LOBES
from ai.phantom.canvas import Canvas, Instance

_TITLES = {
    "right_upper": "right upper lobe",
    "right_mid": "middle lobe",
    "right_lower": "right lower lobe",
    "left_upper": "left upper lobe",
    "left_lower": "left lower lobe",
}
_NEAR_MM = 14.0
_SHARE = 0.15
"""A lobe is named where at least this share of a finding lies in it."""


def lobe_of(canvas: Canvas, one: Instance) -> str:
    """Return the lobe (``ai.organs.LOBES``) in which or beside which a lesion lies; empty if none is near or known."""
    if canvas.organs is None:
        return ""
    region = canvas.region(one.centre, _NEAR_MM)
    codes = canvas.organs[region.block]
    lobes = (codes >= 1) & (codes <= len(LOBES))
    if not bool(lobes.any()):
        return ""
    away = torch.where(lobes, region.radius, torch.tensor(1e6))
    return LOBES[int(codes.flatten()[int(away.argmin())]) - 1]


def side_of(canvas: Canvas, one: Instance) -> str:
    """Return ``right`` or ``left``."""
    s, r, c = (min(max(0, round(p / canvas.spacing_mm)), n - 1) for p, n in zip(one.centre, canvas.shape, strict=True))
    return "right" if bool(canvas.right[s, r, c]) else "left"


def lobes_with(canvas: Canvas, label: str) -> tuple[str, ...]:
    """Return the lobes that hold a notable share of a finding."""
    if canvas.organs is None or label not in canvas.truth:
        return ()
    drawn = canvas.truth[label]
    amounts = [float(drawn[canvas.organs == code].sum()) for code in range(1, len(LOBES) + 1)]
    total = sum(amounts)
    return tuple(name for name, amount in zip(LOBES, amounts, strict=True) if total > 0 and amount >= _SHARE * total)


def in_lung(canvas: Canvas, one: Instance, alone: bool) -> str:
    """Say where a lung lesion lies; ``alone``: all of its label's truth belongs to it."""
    lobes = lobes_with(canvas, one.label) if alone else ()
    if len(lobes) >= 4:
        return "in both lungs"
    if len(lobes) in (2, 3):
        return "in the " + ", ".join(_TITLES[name] for name in lobes[:-1]) + " and the " + _TITLES[lobes[-1]]
    name = lobes[0] if lobes else lobe_of(canvas, one)
    return f"in the {_TITLES[name]}" if name else f"in the {side_of(canvas, one)} lung"
