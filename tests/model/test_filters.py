"""Fixed filters answer to what is there: density, form, brightness; and to nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ai.model.filters import ANSWERS, AROUND_CELLS, BINS_HU, VOXELS, filtered

SIDE = 32
FORMS_BEGIN = (1 + len(AROUND_CELLS)) * len(BINS_HU)
OF_FORM = 10


def scan(value_hu: float = -850.0) -> Tensor:
    """Return a uniform scan."""
    return torch.full((1, 1, SIDE, SIDE, SIDE), value_hu)


def test_a_cell_is_two_voxels_wide_and_has_all_answers() -> None:
    answers = filtered(torch.randn(2, 1, 16, 32, 48) * 300 - 500)
    assert answers.shape == (2, ANSWERS, 16 // VOXELS, 32 // VOXELS, 48 // VOXELS)
    assert bool(answers.isfinite().all())
    assert float(answers.min()) >= 0


@pytest.mark.parametrize("number", range(0, len(BINS_HU), 3))
def test_the_histogram_knows_how_dense_a_scan_is(number: int) -> None:
    bins = filtered(scan(BINS_HU[number]))[0, : len(BINS_HU), 8, 8, 8]
    expected = torch.zeros(len(BINS_HU))
    expected[number] = 1
    torch.testing.assert_close(bins, expected, rtol=0, atol=1e-4)


def test_between_two_bins_a_voxel_counts_for_both() -> None:
    bins = filtered(scan((BINS_HU[3] + BINS_HU[4]) / 2))[0, : len(BINS_HU), 8, 8, 8]
    assert float((bins**2).sum()) == pytest.approx(1.0, abs=1e-4)
    assert float(bins[3]) == pytest.approx(float(bins[4]), abs=1e-4)


def test_where_nothing_changes_there_is_no_form() -> None:
    flat = filtered(scan(-850.0))[0, FORMS_BEGIN:, 8, 8, 8]
    assert float(flat.max()) < 0.01


def drawn(*widths: float, bright: bool = True) -> Tensor:
    """Return a scan of something in the middle of cell 8, so wide along each axis; infinite: it goes on to the ends."""
    line = torch.arange(SIDE) - (8 + 0.5) * VOXELS + 0.5
    axes = torch.meshgrid(line, line, line, indexing="ij")
    near = sum((axis / width) ** 2 for axis, width in zip(axes, widths, strict=True))
    assert isinstance(near, Tensor)
    there = torch.exp(-near / 2)
    return (-850 + 500 * there if bright else -350 - 500 * there)[None, None]


@pytest.mark.parametrize("bright", [True, False])
def test_blob_cord_and_sheet_are_told_apart_bright_and_dark(bright: bool) -> None:
    forever = float("inf")
    for number, widths in enumerate([(2.0, 2.0, 2.0), (2.0, forever, 2.0), (forever, 2.0, forever)]):
        first = filtered(drawn(*widths, bright=bright))[0, FORMS_BEGIN:][:OF_FORM, 8, 8, 8]
        shapes = first[-6:]
        assert int(shapes.argmax()) == number + (0 if bright else 3)
        assert float(shapes.sort().values[-2]) < 0.5 * float(shapes.max())
        dark, light = first[2], first[3]
        assert bool(light > dark) == bright


@pytest.mark.parametrize(
    "turn",
    [lambda x: x.flip(2), lambda x: x.flip(4), lambda x: x.transpose(2, 3), lambda x: x.transpose(3, 4).flip(3)],
)
def test_a_scan_turned_answers_the_same_turned(turn: Callable[[Tensor], Tensor]) -> None:
    torch.manual_seed(3)
    hu = torch.randn(1, 1, SIDE, SIDE, SIDE) * 200 - 600
    torch.testing.assert_close(filtered(turn(hu)), turn(filtered(hu)), rtol=1e-3, atol=2e-3)


def test_what_is_elsewhere_is_not_told_here() -> None:
    plain, with_ball = scan(), scan()
    with_ball[..., -6:, -6:, -6:] = 40.0
    near, far = (0, slice(None), -1, -1, -1), (0, slice(None), 0, 0, 0)
    one, other = filtered(plain), filtered(with_ball)
    assert float((one[near] - other[near]).abs().max()) > 0.3
    assert float((one[far] - other[far]).abs().max()) < 0.02
