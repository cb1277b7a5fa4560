"""Noise makes no emphysema where it is averaged out; holes stay."""

from __future__ import annotations

import numpy as np
import pytest

from ai.anatomy import Lungs
from ai.findings import Quantity
from ai.geometry import PointMm
from ai.model.measures import quantities_of
from ai.model.measures.even_density import NAME
from ai.model.preparation import Prepared, prepare
from ai.volume import Volume, axis_aligned
from tests.support.thorax import healthy, volume_of

FINER = 4
"""Voxels of 1 mm, so that eight make a cube of 2 mm."""


def noisy(noise_hu: float, holes: bool) -> tuple[dict[str, Quantity], Prepared]:
    """Return what is measured of a thorax of 1 mm voxels, and the thorax as prepared at 2 mm."""
    thorax = volume_of(healthy())
    hu = thorax.hu.astype(np.float64)
    lung = hu < -700
    if holes:
        hu[:, : hu.shape[1] // 2][lung[:, : hu.shape[1] // 2]] = -990
    rng = np.random.default_rng(2)
    coarse = np.repeat(np.repeat(np.repeat(hu, FINER, 0), FINER, 1), FINER, 2)
    fine = coarse + rng.normal(0, noise_hu, coarse.shape)
    spacing_mm = thorax.grid.spacing_mm[0] / FINER
    first = thorax.grid.points_mm(np.zeros((1, 3)))[0]
    grid = axis_aligned((fine.shape[0], fine.shape[1], fine.shape[2]), (spacing_mm,) * 3, PointMm(*first))
    volume = Volume(fine.round().clip(-1024, 3071).astype(np.int16), grid)
    ready = prepare(volume, 2.0)
    return {q.name: q for q in quantities_of(volume, None, ready.lungs, even=ready.unpadded)}, ready


def test_noise_alone_is_emphysema_of_voxels_and_none_when_averaged() -> None:
    found, _ = noisy(90.0, holes=False)
    voxels, even = found["laa_950"].value, found[NAME].value
    assert voxels is not None
    assert even is not None
    assert voxels > 5
    assert even < 0.2 * voxels


def test_holes_stay_and_are_told_by_side() -> None:
    found, _ = noisy(30.0, holes=True)
    even = found[NAME]
    assert even.value is not None
    assert even.value == pytest.approx(found["laa_950"].value, rel=0.15)
    assert {name for name, _ in even.per_organ} == {"right_lung", "left_lung"}
    assert "2 mm" in even.caveat
    names = list(found)
    assert names.index(NAME) == names.index("laa_950") + 1


def test_too_little_lung_has_no_value() -> None:
    _, ready = noisy(10.0, holes=False)
    sides = np.zeros_like(ready.lungs.sides)
    sides[0, 0, :5] = 1
    bare = Lungs(sides, ready.lungs.body, ready.lungs.grid)
    found = {q.name: q for q in quantities_of(volume_of(healthy()), None, bare, even=ready.unpadded)}
    assert found[NAME].value is None
    assert "Too little" in found[NAME].caveat
