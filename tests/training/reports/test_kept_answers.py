"""Kept answers are what the filters answer to the scan as the network reads it, with the regions of its places."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from ai.model.filters import ANSWERS, filtered
from ai.model.seeing import see
from ai.training.cohort import Cohort
from ai.training.reports.crops import prepared, regions_of_scan
from ai.training.reports.errors import ReportsError
from ai.training.reports.kept_answers import KeptAnswers
from ai.training.reports.regions import Region
from tests.support.filter_network import random_filter_network
from tests.support.tiny_cohort import SPACING_MM, guide, tiny_cohort


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Return a hospital of two patients."""
    return tiny_cohort(tmp_path_factory.mktemp("hospital") / "cohort", patients=2)


@pytest.fixture(scope="module")
def kept(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> KeptAnswers:
    """Return the answers of all its scans."""
    answers = KeptAnswers(tmp_path_factory.mktemp("kept"), cohort, SPACING_MM, guide())
    answers.make(cohort.scans)
    return answers


def test_they_are_the_filters(cohort: Cohort, kept: KeptAnswers) -> None:
    scan = cohort.scans[0]
    found = kept.load(scan.key)
    whole = filtered(prepared(cohort, scan, SPACING_MM).hu)[0]
    s, r, c = found.regions.shape
    assert found.values.shape == (ANSWERS, s, r, c)
    torch.testing.assert_close(found.values.float(), whole[:, :s, :r, :c], rtol=2e-3, atol=2e-3)


def test_a_network_says_of_them_what_it_says_of_the_scan_padding_and_all(cohort: Cohort, tmp_path: Path) -> None:
    spacing_mm = 2.3  # 32 voxels of 4 mm become 56 and are padded to 64
    answers = KeptAnswers(tmp_path, cohort, spacing_mm, guide())
    answers.make(cohort.scans[:1])
    network, ready = random_filter_network(7), prepared(cohort, cohort.scans[0], spacing_mm)
    answers.settle(network, cohort.scans[:1])
    with torch.no_grad():
        cast(torch.Tensor, network.layers[0].weight)[:, ANSWERS:] *= 20  # where a place lies decides most
    assert ready.hu.shape[2:] != ready.grid.shape
    seen = see(ready, network, torch.device("cpu"), places_of=(1,)).places[1]
    with torch.inference_mode():
        kept = network.judge_places(answers.load(cohort.scans[0].key).values[None].float()).places[0, 1]
    told = kept.repeat_interleave(2, 0).repeat_interleave(2, 1).repeat_interleave(2, 2).numpy()
    s, r, c = seen.shape
    there = np.isfinite(seen)
    assert there.mean() > 0.5
    assert seen[there].std() > 0.1
    np.testing.assert_allclose(told[:s, :r, :c][there], seen[there], rtol=0.05, atol=0.05)


def test_a_place_has_the_regions_of_all_its_cells(cohort: Cohort, kept: KeptAnswers) -> None:
    scan = cohort.scans[0]
    cells = regions_of_scan(cohort, scan, SPACING_MM, guide())
    places = kept.load(scan.key).regions.numpy().view(np.uint16)
    for bit in (Region.RIGHT, Region.LEFT, Region.OUTSIDE_LUNGS):
        here = (cells & int(bit)) != 0
        s, r, c = (n // 2 for n in here.shape)
        whole = here[: 2 * s, : 2 * r, : 2 * c].reshape(s, 2, r, 2, c, 2).any((1, 3, 5))
        assert np.array_equal((places[:s, :r, :c] & int(bit)) != 0, whole)
        assert whole.any()


def test_the_same_scans_settle_a_network_alike_in_any_order(cohort: Cohort, kept: KeptAnswers) -> None:
    one, other = random_filter_network(1), random_filter_network(1)
    kept.settle(one, cohort.scans)
    kept.settle(other, cohort.scans[::-1])
    assert torch.equal(one.mean, other.mean)
    assert torch.equal(one.deviation, other.deviation)
    assert float((one.mean - random_filter_network(1).mean).abs().max()) > 0.1


def test_what_cannot_be_read_is_named(cohort: Cohort, kept: KeptAnswers) -> None:
    path = kept.shelf.path(cohort.scans[-1].key)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ReportsError, match=path.stem):
        kept.load(cohort.scans[-1].key)
