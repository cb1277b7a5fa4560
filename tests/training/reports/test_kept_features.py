"""Kept features are what the network sees, with the regions that its guide names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model import Bundle
from ai.model.network import EvidenceNet
from ai.training.cohort import Cohort
from ai.training.reports.crops import prepared, regions_of_scan
from ai.training.reports.errors import ReportsError
from ai.training.reports.kept_features import KeptFeatures
from ai.training.reports.kept_organs import FOLDER
from tests.support.bright_network import random_network
from tests.support.tiny_cohort import SPACING_MM, guide, tiny_cohort


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Return a hospital of one patient."""
    return tiny_cohort(tmp_path / "cohort", patients=1)


def learner(seed: int = 5) -> Bundle:
    """Return a bundle whose heads may be taught."""
    bundle = guide()
    return replace(bundle, network=random_network(seed), card=replace(bundle.card, sha256=f"{seed:02x}" * 32))


def kept(folder: Path, cohort: Cohort, bundle: Bundle) -> KeptFeatures:
    """Return the kept features of a bundle, of all scans."""
    assert isinstance(bundle.network, EvidenceNet)
    features = KeptFeatures(folder, cohort, bundle, bundle.network, guide())
    features.make(cohort.scans)
    return features


def test_heads_say_of_them_what_the_whole_network_says(cohort: Cohort, tmp_path: Path) -> None:
    bundle, scan = learner(), cohort.scans[0]
    found = kept(tmp_path / "kept", cohort, bundle).load(scan.key)
    network = random_network(5)
    with torch.inference_mode():
        whole = network(prepared(cohort, scan, SPACING_MM).hu).places
        heads = network.judge(found.values[None].float()).places
    s, r, c = heads.shape[2:]
    assert float(heads.std()) > 0.01
    torch.testing.assert_close(heads, whole[:, :, :s, :r, :c], rtol=5e-3, atol=5e-3)


def test_regions_are_the_guides_whether_it_was_asked_before_or_not(cohort: Cohort, tmp_path: Path) -> None:
    scan = cohort.scans[0]
    own = kept(tmp_path / "own", cohort, guide()).load(scan.key).regions.numpy().view(np.uint16)
    for file in (cohort.folder / FOLDER).rglob("*.npz"):
        file.unlink()
    asked = regions_of_scan(cohort, scan, SPACING_MM, guide())
    assert asked.any()
    assert np.array_equal(own, asked)
    assert np.array_equal(kept(tmp_path / "kept", cohort, learner()).load(scan.key).regions.numpy().view("u2"), asked)


def test_another_network_has_others(cohort: Cohort, tmp_path: Path) -> None:
    key = cohort.scans[0].key
    one, other = (kept(tmp_path, cohort, learner(seed)).load(key).values for seed in (5, 6))
    assert not torch.equal(one, other)


def test_what_cannot_be_read_is_named(cohort: Cohort, tmp_path: Path) -> None:
    features = kept(tmp_path, cohort, learner())
    path = features.shelf.path(cohort.scans[0].key)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ReportsError, match="delete it"):
        features.load(cohort.scans[0].key)
