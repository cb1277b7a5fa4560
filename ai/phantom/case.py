"""One case: an anatomy, what is wrong with it, what resembles something wrong, and the scanner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.lesions.consolidation import draw_consolidation
from ai.phantom.lesions.effusion import draw_effusion
from ai.phantom.lesions.emphysema import draw_emphysema
from ai.phantom.lesions.focal import draw_focal, drawn_mass, drawn_nodule
from ai.phantom.lesions.groundglass import draw_groundglass
from ai.phantom.lesions.lookalikes import LOOKALIKES
from ai.phantom.scanner import Protocol, scanned
from ai.phantom.thorax import build_thorax

Draw = Callable[[Canvas, np.random.Generator], None]


@dataclass(frozen=True, eq=False)
class Case:
    """A finished synthetic scan with its truth.

    ``hu`` is int16 on ``canvas.grid``; truth, unknown places and instances are the canvas's.
    """

    hu: Tensor
    canvas: Canvas


def draw_nodules(canvas: Canvas, rng: np.random.Generator) -> None:
    """One to five nodules."""
    for _ in range(int(rng.integers(1, 6))):
        nodule = drawn_nodule(canvas, rng)
        if nodule is not None:
            draw_focal(canvas, nodule)


def draw_masses(canvas: Canvas, rng: np.random.Generator) -> None:
    """One mass, rarely two."""
    for _ in range(1 if rng.random() < 0.85 else 2):
        mass = drawn_mass(canvas, rng)
        if mass is not None:
            draw_focal(canvas, mass)


FINDINGS: dict[str, tuple[Draw, float]] = {
    "emphysema": (draw_emphysema, 0.25),
    "groundglass": (draw_groundglass, 0.33),
    "consolidation": (draw_consolidation, 0.33),
    "mass": (draw_masses, 0.3),
    "nodule": (draw_nodules, 0.42),
    "pleural_effusion": (draw_effusion, 0.25),
}
"""What can be drawn, in the order of drawing, and in what share of cases of unguided chance."""


def drawn_case(rng: np.random.Generator, anatomy: Canvas | None = None, findings: frozenset[str] | None = None) -> Case:
    """Draw a case.

    Args:
        rng: decides everything.
        anatomy: a real scan's canvas (not changed), or None for a procedural thorax.
        findings: exactly these abnormalities, or None to let chance decide; one case in eight is then clear.

    Returns:
        The scan and its truth.
    """
    canvas = build_thorax(Body.drawn(rng), rng) if anatomy is None else anatomy.copy()
    for draw, share in LOOKALIKES:
        if rng.random() < share:
            draw(canvas, rng)
    clear = rng.random() < 0.12
    for name, (draw_finding, share) in FINDINGS.items():
        chance = rng.random() < share and not clear
        if chance if findings is None else name in findings:
            draw_finding(canvas, rng)
    protocol = Protocol.drawn(rng)
    if anatomy is not None:  # a real scan has its own blur; only little is added
        protocol = Protocol(0.5, 1.0, protocol.noise_hu * 0.4, protocol.grain_mm)
    with torch.no_grad():
        return Case(scanned(canvas.hu, canvas.spacing_mm, protocol, rng), canvas)
