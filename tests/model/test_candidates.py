"""Candidates are local maxima, strongest first, and those that nobody need look at are left out."""

from __future__ import annotations

import numpy as np

from ai.model.candidates import blobs_in, candidates_in, with_blobs


def places(*peaks: tuple[tuple[int, int, int], float]) -> np.ndarray:
    """Return −12 everywhere but at the peaks."""
    field = np.full((20, 20, 20), -20.0, dtype=np.float32)
    for cell, logit in peaks:
        field[cell] = logit
    return field


def test_each_peak_is_one_strongest_first() -> None:
    found = candidates_in(places(((5, 5, 5), 30.0), ((5, 12, 5), 40.0), ((15, 5, 15), 35.0)))
    assert found.cells.tolist() == [[5, 12, 5], [15, 5, 15], [5, 5, 5]]
    assert (np.diff(found.logits) < 0).all()
    assert found.peaks.tolist() == [40.0, 35.0, 30.0]


def test_two_cells_of_one_body_are_one_candidate() -> None:
    found = candidates_in(places(((5, 5, 5), 40.0), ((5, 5, 6), 39.0)))
    assert len(found.cells) == 1


def test_only_so_many_and_none_that_is_too_faint() -> None:
    many = places(*(((4 * (n // 4) + 2, 4 * (n % 4) + 2, 10), 30.0 + n) for n in range(16)))
    assert len(candidates_in(many, most=5).cells) == 5
    assert len(candidates_in(places()).cells) == 0


def lung_with_balls(*balls: tuple[tuple[int, int, int], float]) -> np.ndarray:
    """Return 80 mm of lung at 2 mm with balls of soft tissue (middle voxel, radius in voxels)."""
    hu = np.full((40, 40, 40), -850.0, dtype=np.float32)
    for middle, radius in balls:
        away = np.linalg.norm(np.indices(hu.shape).T - np.array(middle), axis=-1).T
        hu[away <= radius] = 40.0
    return hu


def test_dense_balls_of_any_size_are_blobs_at_their_middle() -> None:
    middles = [((10, 10, 10), 1.5), ((28, 12, 20), 3.0), ((20, 30, 28), 5.0)]
    found = blobs_in(lung_with_balls(*middles))
    for middle, _ in middles:
        assert np.linalg.norm(found - np.array(middle), axis=1).min() <= 1.0
    assert len(blobs_in(lung_with_balls())) == 0


def test_what_lies_in_a_dense_wall_is_none() -> None:
    hu = np.full((40, 40, 40), 20.0, dtype=np.float32)
    hu[20:24, 20:24, 20:24] = 90.0
    assert len(blobs_in(hu)) == 0


def test_blobs_come_after_the_peaks_and_none_twice() -> None:
    field = places(((5, 5, 5), 30.0), ((2, 15, 15), 20.0))
    peaks = candidates_in(field)
    hu = lung_with_balls(((10, 10, 10), 2.0), ((28, 12, 20), 2.0))
    found = with_blobs(peaks, field, hu)
    assert found.cells.tolist() == [[5, 5, 5], [2, 15, 15], [14, 6, 10]]
    assert found.logits[:2].tolist() == peaks.logits.tolist()
    assert found.logits[2] == found.peaks[2] == -12.0
    assert len(with_blobs(peaks, field, hu, most=0).cells) == 2


def test_blobs_in_the_padding_stay_inside() -> None:
    field = np.full((19, 20, 20), -20.0, dtype=np.float32)
    found = with_blobs(candidates_in(field), field, lung_with_balls(((38, 10, 10), 1.5)))
    assert found.cells.max(0).tolist() <= [18, 19, 19]


def test_where_nobody_is_asked_there_is_no_candidate() -> None:
    field = places(((5, 5, 5), 30.0))
    hu = lung_with_balls(((24, 12, 20), 2.0), ((10, 10, 10), 2.0))
    assert [12, 6, 10] in with_blobs(candidates_in(field), field, hu).cells.tolist()
    field[11:] = -np.inf
    field[5, 5, 5] = -np.inf
    assert with_blobs(candidates_in(field), field, hu).cells.tolist() == []
