"""What grows pushes the lung around it aside; the chest wall does not give way."""

from __future__ import annotations

from dataclasses import replace

import torch

from ai.phantom.canvas import Canvas, Vector
from ai.phantom.landmarks import Landmarks
from ai.phantom.warping import warp


def push(canvas: Canvas, centre: Vector, radius_mm: float, strength: float, wall_gives: bool = False) -> None:
    """Move what lay in a ball outwards, into a shell about as thick as the ball's radius.

    Args:
        canvas: changed.
        centre: the ball's middle.
        radius_mm: the ball's radius.
        strength: 0…1: how much of the ball's radius is emptied.
        wall_gives: whether what is not lung moves too (nodes among vessels do push them).
    """
    reach = radius_mm * 2.1
    region = canvas.region(centre, reach)
    r = region.radius.clamp_min(1e-3)
    inner = radius_mm * (1 - strength)
    outside = inner + (r - radius_mm) * (reach - inner) / (reach - radius_mm)
    source = torch.where(r < radius_mm, r * (1 - strength), outside)
    share = torch.where(r < reach, (source - r) / r, torch.zeros(()))
    if not wall_gives:
        share = share * (canvas.depth_mm[region.block] / (2 * canvas.spacing_mm)).clamp(0, 1)
    offset = torch.stack([share * region.up, share * region.back, share * region.left])
    marks = canvas.landmarks
    # Branches of vessels and airways move by less than they are known; the few large courses are worth the time.
    canvas.landmarks = replace(marks, airways=(), arteries=(), veins=(), ribs=()) if wall_gives else Landmarks()
    warp(canvas, region.block, offset)
    moved = canvas.landmarks
    kept = (marks.airways, marks.arteries, marks.veins, marks.ribs)
    canvas.landmarks = (
        replace(moved, airways=kept[0], arteries=kept[1], veins=kept[2], ribs=kept[3]) if wall_gives else marks
    )
