"""The close look sees the right cube, whatever way the scan lies, and answers for each place alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.geometry import PointMm
from ai.model.close_look import SIDE, SPACING_MM, CloseNet, cubes_around
from ai.progress import Cancelled
from ai.volume import Volume, VoxelGrid, axis_aligned
from tests.support.close_network import WIDTHS, candidates_of, random_close_look
from tests.support.thorax import turned

GRID = axis_aligned((60, 70, 80), (1.5, 1.2, 0.9), PointMm(-20, -30, -40))
SLOPES = np.array([3.0, -2.0, 5.0])
"""HU a millimetre to the left, the back, the head."""


def sloping(grid: VoxelGrid) -> Volume:
    """Return a scan whose HU rise evenly along all three axes of the patient."""
    places = grid.points_mm(np.argwhere(np.ones(grid.shape)).astype(np.float64))
    return Volume(np.round(places @ SLOPES).astype(np.int16).reshape(grid.shape), grid)


def expected(place: np.ndarray, side: int) -> np.ndarray:
    """HU of a cube around a place: axes rise to the head, the back, the left."""
    line = (np.arange(side) - (side - 1) / 2) * SPACING_MM
    up, back, left = np.meshgrid(line, line, line, indexing="ij")
    return np.asarray(float(place @ SLOPES) + left * SLOPES[0] + back * SLOPES[1] + up * SLOPES[2])


def test_a_cube_lies_around_its_place_with_standard_axes() -> None:
    place = np.array([15.0, 8.0, 5.0])
    (cube,) = cubes_around(sloping(GRID), place[None], side=12).numpy()
    assert cube == pytest.approx(expected(place, 12), abs=1.0)


def test_it_is_the_same_however_the_scan_was_stored() -> None:
    volume, place = sloping(GRID), np.array([[15.0, 8.0, 5.0]])
    again = turned(volume, (2, 0, 1), (True, False, True))
    assert cubes_around(again, place, 12).numpy() == pytest.approx(cubes_around(volume, place, 12).numpy(), abs=0.6)


def test_fine_voxels_are_averaged() -> None:
    fine = axis_aligned((64, 64, 64), (0.75,) * 3, PointMm(0, 0, 0))
    noise = np.random.default_rng(1).normal(0, 100, fine.shape)
    (cube,) = cubes_around(Volume(noise.astype(np.int16), fine), np.full((1, 3), 24.0), 12).numpy()
    assert float(cube.std()) < 60  # a single voxel's is 100, the mean of eight about 35


def test_beyond_the_scan_its_outermost_voxels_go_on() -> None:
    volume = Volume(np.full((30, 30, 30), -500, dtype=np.int16), axis_aligned((30,) * 3, (1.0,) * 3, PointMm(0, 0, 0)))
    cubes = cubes_around(volume, np.array([[0.0, 0.0, 0.0], [200.0, 10.0, 10.0]]))
    assert cubes.shape == (2, SIDE, SIDE, SIDE)
    assert cubes.numpy() == pytest.approx(-500, abs=1e-3)


def test_each_place_is_answered_alone_and_none_asked_gives_none() -> None:
    look, volume = random_close_look(), sloping(GRID)
    places = np.array([[15.0, 8.0, 5.0], [5.0, 0.0, 0.0]] * 10)
    logits = np.linspace(-4, 1, len(places))
    together = look.logits(volume, places, candidates_of(logits))
    alone = [
        float(look.logits(volume, places[n : n + 1], candidates_of(logits[n : n + 1]))[0]) for n in range(len(places))
    ]
    assert together.tolist() == pytest.approx(alone, abs=1e-5)
    assert len(set(together.tolist())) == len(places)
    assert look.logits(volume, places[:0], candidates_of(logits[:0])).shape == (0,)


def test_it_can_be_cancelled() -> None:
    class Stop:
        def report(self, fraction: float, doing: str) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        random_close_look().logits(sloping(GRID), np.zeros((3, 3)), candidates_of(np.zeros(3)), Stop())


def test_the_networks_word_counts() -> None:
    network = CloseNet(WIDTHS).eval()
    hu = torch.full((2, 1, SIDE, SIDE, SIDE), -800.0)
    with torch.no_grad():
        one, other = network(hu, torch.tensor([-5.0, 3.0])).tolist()
    assert one != other


def test_answers_and_peaks_are_weighed() -> None:
    look, volume, places = random_close_look(), sloping(GRID), np.array([[15.0, 8.0, 5.0]])
    found = candidates_of(np.array([-2.0]))
    alone = replace(look, weighing=(1.0, 0.0, 0.0)).logits(volume, places, found)
    assert look.logits(volume, places, found) == pytest.approx(0.9 * alone + 0.2 * -1.0 - 0.1)
