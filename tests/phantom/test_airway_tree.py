"""Airways are found in air by the way from the trachea: as many branches as there are, where they are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ai.phantom.airway_tree import airway_tree

SPACING_MM = 1.5
CARINA = np.array((70.0, 60.0, 75.0))
ENDS = {"right": np.array((40.0, 64.0, 30.0)), "left": np.array((36.0, 66.0, 122.0))}


def rod(shape: tuple[int, int, int], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of every voxel to a line."""
    grid = np.stack(np.meshgrid(*(np.arange(n) * SPACING_MM for n in shape), indexing="ij"), -1)
    along = end - start
    share = np.clip((grid - start) @ along / (along @ along), 0, 1)
    return np.asarray(np.linalg.norm(grid - start - share[..., None] * along, axis=-1))


@pytest.fixture(scope="module")
def forked() -> NDArray[np.float32]:
    """Return a windpipe of 16 mm that forks into two bronchi of 10 mm, in soft tissue."""
    shape = (90, 80, 100)
    hu = np.full(shape, 40.0, dtype=np.float32)
    hu[rod(shape, np.array((140.0, 60.0, 75.0)), CARINA) < 8] = -990
    for end in ENDS.values():
        hu[rod(shape, CARINA, end) < 5] = -990
    return hu


def test_trachea_and_both_bronchi_are_found(forked: NDArray[np.float32]) -> None:
    trachea, *bronchi = airway_tree(forked, SPACING_MM, 75.0)
    assert trachea.generation == 0
    assert trachea.parent == -1
    assert np.median(trachea.course.radii_mm) == pytest.approx(8.0, abs=1.2)
    assert np.linalg.norm(np.array(trachea.course.points[-1]) - CARINA) < 14
    assert [b.generation for b in bronchi] == [1, 1]
    assert [b.parent for b in bronchi] == [0, 0]
    found = sorted((b.course for b in bronchi), key=lambda course: course.points[-1][2])
    for course, end in zip(found, (ENDS["right"], ENDS["left"]), strict=True):
        assert np.linalg.norm(np.array(course.points[-1]) - end) < 8
        assert np.median(course.radii_mm) == pytest.approx(5.0, abs=1.2)


def test_a_leak_into_the_lung_is_not_followed(forked: NDArray[np.float32]) -> None:
    leaking = forked.copy()
    leaking[10:40, 10:70, 5:45] = np.where(leaking[10:40, 10:70, 5:45] > 0, -860, leaking[10:40, 10:70, 5:45])
    lengths = [airway.course.length_mm for airway in airway_tree(leaking, SPACING_MM, 75.0)]
    assert len(lengths) == 3
    assert max(lengths) < 90


def test_no_trachea_no_airways() -> None:
    assert airway_tree(np.full((60, 40, 40), 40.0, dtype=np.float32), SPACING_MM, 30.0) == ()
