"""Another breath: lung that takes less room is denser, so that what is not air stays as much as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas
from ai.phantom.studies.posture import compression, pose
from tests.support.thorax import healthy


def squeezed(canvas: Canvas, share: float) -> torch.Tensor:
    """Return a displacement that presses everything together along the body's axis about its middle."""
    s, r, c = canvas.shape
    up = (torch.arange(s, dtype=torch.float32) - s / 2) * canvas.spacing_mm
    field = torch.zeros((3, s, r, c))
    field[0] = (share * up)[:, None, None]
    return field


def tissue_of(canvas: Canvas) -> tuple[float, float]:
    """Return (voxels of lung, how much of them is not air)."""
    inside = canvas.lung
    return float(inside.sum()), float(((canvas.hu[inside] + 1000) / 1000).clamp(min=0).sum())


@pytest.mark.parametrize("share", [0.1, -0.1])
def test_lung_keeps_its_tissue_and_soft_tissue_its_density(share: float) -> None:
    canvas = healthy()
    room, tissue = tissue_of(canvas)
    moved = canvas.copy()
    pose(moved, squeezed(moved, share))
    less, same = tissue_of(moved)
    assert less / room == pytest.approx(1 / (1 + share), rel=0.02)
    assert same / tissue == pytest.approx(1.0, abs=0.04)
    by_sponge = (tissue / room) * (room / less) * 1000 - 1000
    assert same / less * 1000 - 1000 == pytest.approx(by_sponge, abs=8)
    heart = moved.organ("heart")
    before = canvas.organ("heart")
    assert heart is not None
    assert before is not None
    assert float(moved.hu[heart].median()) == pytest.approx(float(canvas.hu[before].median()), abs=10)


def test_the_air_of_the_airways_stays_air() -> None:
    canvas = healthy()
    canvas.hu[:] = -1000.0
    pose(canvas, squeezed(canvas, 0.2))
    assert float(canvas.hu.max()) == pytest.approx(-1000, abs=0.1)


def test_compression_is_the_change_of_room() -> None:
    canvas = healthy()
    assert compression(squeezed(canvas, 0.15), canvas.spacing_mm).numpy() == pytest.approx(1.15, abs=1e-3)
    assert compression(torch.zeros((3, 20, 20, 20)), 4.0).numpy() == pytest.approx(1.0, abs=1e-6)
    turned = torch.zeros((3, 20, 22, 24))
    angle = np.deg2rad(10)
    back, left = (torch.arange(n, dtype=torch.float32) * 4.0 for n in (22, 24))
    turned[1] = (np.cos(angle) - 1) * back[None, :, None] - np.sin(angle) * left[None, None]
    turned[2] = np.sin(angle) * back[None, :, None] + (np.cos(angle) - 1) * left[None, None]
    assert compression(turned, 4.0).numpy() == pytest.approx(1.0, abs=1e-3)
