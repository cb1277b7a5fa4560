"""A head of parts: its heat is its evidence, by HiResCAM too, whatever it is told; bundle and reading keep to it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ai.model.attention import hirescam
from ai.model.bundle import load_bundle, save_bundle
from ai.model.chest_parts import PARTS
from ai.model.network import EvidenceNet
from ai.model.part_head import POWERS, PartHead, told_of
from ai.model.preparation import Prepared, prepare
from ai.model.seeing import features_of, parts_of_scan, see
from tests.support.bright_network import described, random_network
from tests.support.filter_network import random_filter_network
from tests.support.thorax import healthy, volume_of

CPU = torch.device("cpu")


def head_of(labels: int, channels: int) -> PartHead:
    """Return one of random weights."""
    head = PartHead(labels, channels)
    head.weight.normal_(generator=torch.Generator().manual_seed(1))
    head.lobe_weight.normal_(generator=torch.Generator().manual_seed(5))
    return head


def features_and_parts() -> tuple[Tensor, Tensor]:
    """Return noise, and parts that overlap and leave cells out."""
    chance = torch.Generator().manual_seed(2)
    parts = torch.rand((len(PARTS), 6, 7, 8), generator=chance)
    return torch.randn((5, 6, 7, 8), generator=chance), parts * (parts > 0.6)


def test_a_part_is_told_by_its_mean_and_by_norms_that_rise_to_its_strongest_cell() -> None:
    features, parts = features_and_parts()
    told = told_of(features, parts)
    assert told.shape == (len(PARTS), len(POWERS), 10)
    bright, share = features[3].clamp_min(0), parts[4] / parts[4].sum()
    assert float(told[4, 0, 3]) == pytest.approx(float((bright * share).sum()), rel=1e-5)
    dark = (-features[3]).clamp_min(0)
    assert float(told[4, 1, 8]) == pytest.approx(float((dark**4 * share).sum() ** 0.25), rel=1e-5)
    assert (told.diff(dim=1) >= -1e-6).all()
    assert float(told.max()) <= float(features.abs().max())


def test_its_heat_adds_up_and_is_hirescam() -> None:
    (features, parts), head = features_and_parts(), head_of(3, 5)
    heat, evidence = head.heat(features, parts), head.evidence(told_of(features, parts))
    assert float(evidence.abs().min()) > 1
    torch.testing.assert_close(heat.double().sum((1, 2, 3)), evidence, rtol=0, atol=1e-4)
    by_autograd = hirescam(features[None], lambda a: head.evidence(told_of(a[0], parts))[1])
    torch.testing.assert_close(heat[1], by_autograd, rtol=1e-3, atol=1e-4)


def test_one_lobe_is_enough_and_one_that_is_not_there_does_not_count() -> None:
    head, told = PartHead(1, 2), torch.zeros(2, len(PARTS), len(POWERS), 4)
    head.lobe_weight[0, 0, 1] = -2.0
    told[0, :5, 0, 1] = torch.tensor([3.0, 1.0, 5.0, 2.0, 0.0])  # the last is not there
    assert head.evidence(told).tolist() == [[-2.0], [0.0]]


def test_an_empty_part_says_nothing() -> None:
    (features, parts), head = features_and_parts(), head_of(3, 5)
    parts[:] = 0
    assert not told_of(features, parts).any()
    assert not head.heat(features, parts).any()


def test_what_is_faint_beside_the_rest_is_told_all_the_same() -> None:
    features, parts = torch.zeros(1, 2, 2, 2), torch.zeros(len(PARTS), 2, 2, 2)
    features[0, 0, 0], features[0, 1, 1] = torch.tensor([1e4, 1e4]), torch.tensor([1e-2, 1e-2])
    parts[0, 0, 0], parts[1, 1, 1] = 1, 1
    told = told_of(features, parts)
    torch.testing.assert_close(told[:2, :, 0], torch.tensor([[1e4], [1e-2]]).expand(2, len(POWERS)))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Return a prepared thorax."""
    return prepare(volume_of(healthy()), 3.0)


def with_parts(network: EvidenceNet) -> EvidenceNet:
    """Put a head of random weights beside a network's others."""
    network.add_part_head().weight.normal_(generator=torch.Generator().manual_seed(4))
    return network


@pytest.mark.parametrize("network", [random_network(1), random_filter_network(1)], ids=["deep", "filters"])
def test_read_with_it_bias_and_heat_are_the_logit(prepared: Prepared, network: EvidenceNet) -> None:
    network.add_part_head()  # which knows nothing yet
    alone = see(prepared, network, CPU)
    seen = see(prepared, with_parts(network), CPU)
    head = network.part_head
    assert head is not None
    with torch.inference_mode():
        told = told_of(features_of(network, prepared)[0], parts_of_scan(prepared))
        evidence = head.evidence(told).numpy()
    more = (seen.heat - alone.heat).sum(axis=(1, 2, 3), dtype=np.float64)
    assert np.abs(more).min() > 1e-3
    assert more == pytest.approx(seen.gain * evidence, rel=1e-4, abs=1e-4)
    np.testing.assert_array_equal(seen.spots, alone.spots)  # instances are sought where places speak


def test_a_bundle_keeps_it(tmp_path: Path) -> None:
    network = with_parts(random_network(1))
    save_bundle(network, replace(described(), parts=True), tmp_path)
    loaded = load_bundle(tmp_path)
    assert isinstance(loaded.network, EvidenceNet)
    assert loaded.network.part_head is not None
    assert network.part_head is not None
    assert torch.equal(loaded.network.part_head.weight, network.part_head.weight)
