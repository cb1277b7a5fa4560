"""What the network is given: the lungs with a margin, at its spacing; what it cannot read is refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from ai.geometry import PointMm
from ai.model import ModelError
from ai.model.preparation import MARGIN_MM, Prepared, evidence_grid, prepare
from ai.volume import Volume
from tests.support.thorax import healthy, overlap, turned, volume_of, water_box


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Return a drawn thorax, prepared at 4 mm."""
    return prepare(volume_of(healthy()), 4.0)


def test_sizes_are_multiples_of_16_padded_with_air(prepared: Prepared) -> None:
    shape = tuple(prepared.hu.shape[2:])
    assert all(n % 16 == 0 and 0 <= n - m < 16 for n, m in zip(shape, prepared.grid.shape, strict=True))
    s, r, c = prepared.grid.shape
    outside = prepared.hu[0, 0].numpy().copy()
    outside[:s, :r, :c] = -1024
    assert (outside == -1024).all()


def test_voxels_lie_where_their_grid_says(prepared: Prepared) -> None:
    canvas = healthy()
    s, r, c = prepared.grid.shape
    inside = prepared.hu[0, 0, :s, :r, :c].numpy()
    start = [round(v) for v in canvas.grid.index(PointMm.of(prepared.grid.affine[:3, 3])).array()]
    block = tuple(slice(a, a + n) for a, n in zip(start, (s, r, c), strict=True))
    assert np.abs(inside - canvas.hu.numpy()[block].round().clip(-1024, 3071)).max() < 1e-3


def test_both_lungs_and_a_margin_are_kept(prepared: Prepared) -> None:
    drawn = volume_of(healthy())
    assert prepared.lungs.grid is prepared.grid
    assert prepared.lungs.volume_ml == pytest.approx(np.count_nonzero(healthy().lung.numpy()) * 0.064, rel=0.08)
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        filled = np.flatnonzero(prepared.lungs.mask.any(axis=others))
        cut = prepared.grid.shape[axis] < drawn.grid.shape[axis]
        assert filled[0] <= round(MARGIN_MM / 4)
        assert not cut or filled[0] == round(MARGIN_MM / 4) or prepared.grid.shape[axis] - filled[-1] > 2


@pytest.mark.parametrize(
    ("order", "flips"),
    [((0, 1, 2), (True, False, True)), ((2, 0, 1), (False, True, False)), ((1, 2, 0), (True, True, True))],
)
def test_the_same_whatever_way_it_is_stored(
    prepared: Prepared, order: tuple[int, int, int], flips: tuple[bool, bool, bool]
) -> None:
    again = prepare(turned(volume_of(healthy()), order, flips), 4.0)
    assert again.grid == prepared.grid
    assert np.array_equal(again.hu.numpy(), prepared.hu.numpy())
    assert overlap(again.lungs.mask, prepared.lungs.mask) == 1


@pytest.mark.parametrize("stride", [2, 4])
def test_evidence_cells_lie_over_the_voxels_they_were_made_of(prepared: Prepared, stride: int) -> None:
    grid = evidence_grid(prepared, stride)
    assert np.allclose(grid.spacing_mm, stride * 4.0)
    assert grid.shape == tuple(-(-n // stride) for n in prepared.grid.shape)
    cell = np.array([[3.0, 5.0, 7.0]])
    voxels = np.argwhere(np.ones((stride, stride, stride))) + cell * stride
    assert np.allclose(grid.points_mm(cell)[0], prepared.grid.points_mm(voxels).mean(0))


def test_a_short_scan_is_refused_in_words() -> None:
    whole = volume_of(healthy())
    short = Volume(whole.hu[40:52], whole.grid.crop((40, 0, 0), (12, *whole.grid.shape[1:])))
    with pytest.raises(ModelError, match="only 48 mm from top to bottom; the model needs at least 60 mm"):
        prepare(short, 2.0)


def test_height_is_the_patients_not_the_arrays() -> None:
    whole = volume_of(healthy())
    short = Volume(whole.hu[40:52], whole.grid.crop((40, 0, 0), (12, *whole.grid.shape[1:])))
    with pytest.raises(ModelError, match="only 48 mm"):
        prepare(turned(short, (2, 0, 1), (False, False, False)), 2.0)


def test_a_scan_without_lungs_is_refused_in_words() -> None:
    with pytest.raises(ModelError, match=r"No air-filled lungs are found.*check the series"):
        prepare(water_box(), 4.0)
