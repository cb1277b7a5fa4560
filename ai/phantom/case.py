"""One case: an anatomy, what is wrong with it, what resembles something wrong, and the scanner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.conspicuity import forget_hidden
from ai.phantom.drawable import Drawable
from ai.phantom.illness import chosen, forms_of
from ai.phantom.scanner import Protocol, scan_of
from ai.phantom.thorax import build_thorax

_LOOKALIKE_SHARE = 0.5
"""In a case of findings asked for, look-alikes are half as frequent as by chance."""


@dataclass(frozen=True, eq=False)
class Case:
    """A finished synthetic scan with its truth.

    ``hu`` is int16 on ``canvas.grid``; truth, unknown places and instances are the canvas's. ``drawn`` names what was
    drawn, in that order; ``protocol`` is how it was scanned.
    """

    hu: Tensor
    canvas: Canvas
    drawn: tuple[str, ...]
    protocol: Protocol


def drawn_case(
    seed: int,
    anatomy: Canvas | None = None,
    findings: frozenset[str] | None = None,
    spacing_mm: float = 2.0,
    body: int | None = None,
) -> Case:
    """Draw a case.

    Args:
        seed: decides everything.
        anatomy: a real scan's canvas (not changed), or None for a procedural thorax.
        findings: exactly these abnormalities (with what cannot be without them), or None to let chance decide.
        spacing_mm: voxel size of a procedural thorax.
        body: seed of a procedural thorax where it is not the case's own: the same body, ill in another way.

    Returns:
        The scan and its truth.
    """
    with torch.no_grad():
        healthy = thorax_of(seed if body is None else body, spacing_mm) if anatomy is None else anatomy
        canvas, drawn = drawn_patient(seed, healthy, plan_of(seed, findings))
        rng = np.random.default_rng([seed, 1])
        protocol = Protocol.drawn(rng)
        if anatomy is not None:
            protocol = protocol.over_real()
        return Case(scan_of(canvas, protocol, rng), canvas, drawn, protocol)


def plan_of(seed: int, findings: frozenset[str] | None = None) -> frozenset[str]:
    """Return the names of what the case of a seed has drawn; see ``drawn_case``."""
    rng = np.random.default_rng([seed, 2])
    if findings is None:
        return chosen(CATALOGUE, rng)
    resembling = {
        thing.name for thing in CATALOGUE if not thing.labels and rng.random() < thing.share * _LOOKALIKE_SHARE
    }
    return forms_of(CATALOGUE, findings, rng) | resembling


@lru_cache(maxsize=1)
def thorax_of(seed: int, spacing_mm: float = 2.0) -> Canvas:
    """Return the healthy procedural thorax of a seed; not to be drawn on."""
    rng = np.random.default_rng([seed, 0])
    return build_thorax(Body.drawn(rng), rng, spacing_mm)


def drawn_patient(
    seed: int, healthy: Canvas, plan: frozenset[str], before: Callable[[Canvas, Drawable], None] | None = None
) -> tuple[Canvas, tuple[str, ...]]:
    """Draw a patient before the scanner.

    Args:
        seed: of each thing's own chance: leaving a thing out changes no other.
        healthy: the thorax before, not changed.
        plan: names of the catalogue.
        before: called before each thing is drawn.

    Returns:
        The canvas, and the names of what could really be drawn.
    """
    canvas = healthy.copy()
    drawn = []
    for thing in CATALOGUE:
        if thing.name not in plan:
            continue
        if before is not None:
            before(canvas, thing)
        if thing.draw(canvas, thing.chance(seed)):
            drawn.append(thing.name)
    forget_hidden(canvas)
    return canvas, tuple(drawn)
