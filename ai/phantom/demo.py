"""The demo study: one synthetic patient, a prior and a follow-up a hundred days later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ai.phantom.body import Body
from ai.phantom.canvas import Canvas, Vector
from ai.phantom.lesions.effusion import draw_effusion
from ai.phantom.lesions.emphysema import draw_emphysema
from ai.phantom.lesions.focal import Density, FocalLesion, Margin, draw_focal
from ai.phantom.lesions.lookalikes import draw_dependent_density
from ai.phantom.scanner import Protocol, scanned
from ai.phantom.thorax import build_thorax
from ai.progress import QUIET, Part, Progress
from ai.series import FileWindow, Patient, Scan, Series, Study
from ai.volume import Volume

_SPACING_MM = 1.5
_PRIOR, _CURRENT = date(2026, 5, 4), date(2026, 8, 12)
_PATIENT = Patient("Demo^Interval", "INTERVAL-DEMO", date(1958, 3, 21), "F", "068Y")


def demo_study(progress: Progress = QUIET) -> tuple[Scan, Scan]:
    """Draw the demo patient's prior and follow-up; the same on every machine.

    Then: emphysema, a nodule of 17 mm that grows to 23 mm, one of 16 mm that stays, one of 22 mm that goes. Now also a
    mass of 45 mm and a pleural effusion. The follow-up lies 9 mm higher and 6 mm further back, is turned by 2°, and is
    taken in a less deep breath.
    """
    with torch.no_grad():
        progress.report(0.0, "building the demo patient")
        rng = np.random.default_rng(20260504)
        anatomy = build_thorax(replace(Body.drawn(rng), female=True), rng, _SPACING_MM)
        draw_emphysema(anatomy, np.random.default_rng(11))
        draw_dependent_density(anatomy, np.random.default_rng(12))
        growing, steady, going, mass = _places(anatomy)
        progress.report(0.5, "drawing the prior")
        prior = anatomy.copy()
        for lesion in (growing, steady, going):
            draw_focal(prior, lesion)
        then = _scan(prior, _PRIOR, "Chest CT, prior", 31, lambda hu: hu, (0.0, 0.0, 0.0))
        part = Part(progress, 0.7, 1.0)
        part.report(0.0, "drawing the follow-up")
        for lesion in (replace(growing, diameter_mm=23.0), steady, mass):
            draw_focal(anatomy, lesion)
        draw_effusion(anatomy, np.random.default_rng(16))
        now = _scan(anatomy, _CURRENT, "Chest CT, follow-up", 32, _moved, (3.0, 6.0, 9.0))
        part.report(1.0, "drawn")
    return then, now


def _places(canvas: Canvas) -> tuple[FocalLesion, FocalLesion, FocalLesion, FocalLesion]:
    rng = np.random.default_rng(13)
    up, back, left = canvas.axes()
    deep = canvas.depth_mm > 16

    def at(right: bool, low: float, high: float) -> Vector:
        height = (up > low * float(up.max())) & (up < high * float(up.max()))
        spot = canvas.place(deep & height & (canvas.right == right), rng)
        return spot or (float(up.mean()), float(back.mean()), float(left.mean()))

    return (
        FocalLesion(at(True, 0.62, 0.72), 17.0, Density.SOLID, Margin.SPICULATED, 21),
        FocalLesion(at(False, 0.55, 0.65), 16.0, Density.SOLID, Margin.ROUND, 22),
        FocalLesion(at(False, 0.70, 0.80), 22.0, Density.SOLID, Margin.LOBULATED, 23),
        FocalLesion(at(True, 0.42, 0.50), 45.0, Density.SOLID, Margin.LOBULATED, 24),
    )


def _moved(hu: Tensor) -> Tensor:
    """Turn by 2° in the axial plane and shrink in height by 2 %: another day, another breath."""
    turn = np.deg2rad(2.0)
    c, s = float(np.cos(turn)), float(np.sin(turn))
    # affine_grid takes (x, y, z) = (left, back, up) in units of half the field: sizes undo its stretching.
    _, rows, columns = hu.shape
    ratio = rows / columns
    theta = torch.tensor([[c, -s * ratio, 0.0, 0.0], [s / ratio, c, 0.0, 0.0], [0.0, 0.0, 1.02, 0.0]])
    grid = functional.affine_grid(theta[None], [1, 1, *hu.shape], align_corners=False)
    return functional.grid_sample(hu[None, None], grid, padding_mode="border", align_corners=False)[0, 0]


def _scan(
    canvas: Canvas, day: date, description: str, seed: int, moved: Callable[[Tensor], Tensor], shift_mm: Vector
) -> Scan:
    protocol = Protocol(1.6, _SPACING_MM, 14.0, 1.2)
    hu = scanned(moved(canvas.hu), canvas.spacing_mm, protocol, np.random.default_rng(seed))
    left, posterior, superior = shift_mm
    canvas.origin = canvas.origin.moved(left, posterior, superior)
    volume = Volume(np.ascontiguousarray(hu.numpy()), canvas.grid)
    study = Study(f"2.25.{7_000_000 + seed}", day, description, "Interval synthetic thorax", _PATIENT)
    series = Series(
        f"2.25.{7_100_000 + seed}", Path(f"demo-{day:%Y%m%d}"), study, "CT", 2, "Thorax 1.5 mm", "SYNTHETIC",
        _SPACING_MM, volume.grid.shape, (FileWindow(1500, -600, "LUNG"), FileWindow(400, 40, "MEDIASTINUM")),
    )  # fmt: skip
    return Scan(volume, series)
