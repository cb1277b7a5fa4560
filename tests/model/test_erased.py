"""Lung that was erased from a scan is told, not read and not measured."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from ai.anatomy import Lungs, find_lungs, resampled, standardised
from ai.model.doubt import ScanDoubted
from ai.model.erased import erased_lung, without_erased
from ai.model.measures.quantities import quantities_of
from ai.model.preparation import prepare
from ai.model.seeing import see
from ai.volume import Volume
from tests.support.bright_network import random_network
from tests.support.thorax import healthy, volume_of

MM = 4.0


def lungs_of(volume: Volume) -> tuple[np.ndarray, Lungs]:
    """Return a scan at 4 mm and its lungs."""
    hu, grid = resampled(*standardised(volume.hu, volume.grid), MM)
    lungs = find_lungs(hu, grid)
    assert lungs is not None
    return hu, lungs


def noisy() -> Volume:
    """Return a thorax with noise, as scans have it."""
    volume = volume_of(healthy())
    rng = np.random.default_rng(1)
    return Volume((volume.hu + rng.normal(0, 20, volume.hu.shape)).clip(-1024, 3071).astype(np.int16), volume.grid)


def erased(volume: Volume, slices: range, sides: tuple[int, ...]) -> tuple[Volume, np.ndarray]:
    """Return the scan with lungs at -1024 HU in some slices, and where that is; slices count from the lungs' lowest."""
    _, lungs = lungs_of(volume)
    first = int(np.flatnonzero(lungs.mask.any(axis=(1, 2)))[0])
    there = np.zeros_like(lungs.mask)
    for k in slices:
        there[first + k] = np.isin(lungs.sides[first + k], sides)
    hu = volume.hu.copy()
    hu[there] = -1024
    return Volume(hu, volume.grid), there


@pytest.mark.parametrize("sides", [(1,), (2,), (1, 2)])
def test_what_was_erased_is_found_and_nothing_else(sides: tuple[int, ...]) -> None:
    volume, there = erased(noisy(), range(12, 18), sides)
    hu, lungs = lungs_of(volume)
    found = erased_lung(hu, lungs)
    high, wanted = (np.flatnonzero(mask.any(axis=(1, 2))) for mask in (found, there))
    assert (high[0], high[-1]) == (wanted[0] - 1, wanted[-1] + 1)  # resampling mixes neighbours with it
    assert (found & there).sum() > 0.9 * there.sum()
    assert not found[np.isin(lungs.sides, [side for side in (1, 2) if side not in sides])].any()


def test_a_whole_scan_has_nothing_erased_and_its_lungs_stay_as_they_are() -> None:
    hu, lungs = lungs_of(noisy())
    kept, doubts = without_erased(hu, lungs)
    assert kept is lungs
    assert doubts == ()


def test_it_is_told_and_is_neither_lung_nor_patient() -> None:
    volume, _ = erased(noisy(), range(12, 18), (2,))
    hu, lungs = lungs_of(volume)
    kept, (doubt,) = without_erased(hu, lungs)
    assert doubt.sentence.startswith("Over 32 mm of its height a lung, or both, hold one value throughout")
    assert not doubt.grave
    gone = erased_lung(hu, lungs)
    assert not kept.sides[gone].any()
    assert not kept.body[gone].any()
    assert np.array_equal(kept.sides[~gone], lungs.sides[~gone])


def test_the_emphysema_index_does_not_count_it() -> None:
    whole, (volume, _) = noisy(), erased(noisy(), range(12, 18), (1, 2))
    measured = []
    for one in (whole, volume):
        ready = prepare(one, 2.0)
        (index,) = (q for q in quantities_of(one, None, ready.lungs) if q.name == "laa_950")
        measured.append(index.value)
    assert measured[0] is not None
    assert measured[1] == pytest.approx(measured[0], abs=1.0)


def test_nothing_is_found_there() -> None:
    volume, there = erased(noisy(), range(12, 18), (1, 2))
    ready = prepare(volume, 2.0)
    assert any("erased" in doubt.sentence for doubt in ready.doubts)
    seen = see(ready, random_network(1), torch.device("cpu"))
    places = seen.grid.points_mm(np.argwhere(seen.heat.max(0) > 0).astype(np.float64))
    spots = np.round(volume.grid.indices(places)).astype(int)
    inside = (spots >= 0).all(1) & (spots < np.array(there.shape)).all(1)
    deep = np.asarray(ndimage.binary_erosion(there))
    assert not deep[tuple(spots[inside].T)].any()


def test_of_lungs_erased_by_more_than_half_findings_are_withheld() -> None:
    _, lungs = lungs_of(noisy())
    height = int(lungs.mask.any(axis=(1, 2)).sum())
    volume, _ = erased(noisy(), range(3, int(0.7 * height)), (2,))
    with pytest.raises(ScanDoubted, match="erased"):
        prepare(volume, 2.0)
