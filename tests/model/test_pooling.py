"""Places become a logit by a sum or by a norm; whichever it is, heat is HiResCAM and adds up."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai.model.attention import heat_of, hirescam
from ai.model.pooling import SUM, Pooling
from ai.model.preparation import prepare
from ai.model.seeing import see
from tests.support.bright_network import random_network
from tests.support.thorax import healthy, volume_of

POOLINGS = [SUM, Pooling(1, 1.5), Pooling(2), Pooling(4, 1), Pooling(8, 2)]


def places(seed: int = 0) -> torch.Tensor:
    """Return logits of two labels' places; the second has no evidence at all."""
    z = torch.randn((1, 2, 6, 7, 8), generator=torch.Generator().manual_seed(seed)) * 2
    z[0, 1] = -20
    return z


def test_a_norm_is_what_it_is_called() -> None:
    z = places()
    e = np.maximum(z[0, 0].double().numpy() + 1.5, 0)
    for power in (1, 2, 5):
        total = Pooling(power, 1.5).total(z)[0]
        assert float(total[0]) == pytest.approx(float((e**power).sum() ** (1 / power)), rel=1e-5)
        assert float(total[1]) == pytest.approx(0, abs=1e-9)


def test_a_high_power_heeds_the_strongest_place_and_a_low_one_all_of_them() -> None:
    spread, peaked = torch.full((1, 1, 8, 8, 8), 0.1), torch.zeros((1, 1, 8, 8, 8))
    peaked[0, 0, 4, 4, 4] = 5.0
    assert SUM.total(spread) > SUM.total(peaked)
    assert Pooling(6).total(spread) < Pooling(6).total(peaked)


@pytest.mark.parametrize("pooling", POOLINGS)
def test_heat_is_hirescam_and_adds_up(pooling: Pooling) -> None:
    network = random_network(2)
    network.pooling = pooling
    hu = torch.randn((1, 1, 32, 48, 32), generator=torch.Generator().manual_seed(1)) * 500 - 400
    with torch.no_grad():
        evidence = network(hu)
        heat = heat_of(network, evidence)
    total = network.bias.double() + heat.double().sum((1, 2, 3))
    assert torch.allclose(total, evidence.logits[0].double(), rtol=0, atol=1e-4)
    for label in range(3):
        by_autograd = hirescam(evidence.features, lambda a, n=label: network.explain(a)[1][0, n])  # type: ignore[misc]
        assert float((heat[label] - by_autograd).abs().max()) <= 1e-5 * float(heat[label].abs().max())


def test_where_nothing_is_evidence_there_is_neither_heat_nor_a_gradient_that_is_no_number() -> None:
    z = places()[:, 1:].requires_grad_(True)
    (gradient,) = torch.autograd.grad(Pooling(4).total(z).sum(), z)
    assert bool((gradient == 0).all())
    assert bool((Pooling(4).heat(z[0].detach(), torch.ones(1)) == 0).all())
    assert float(Pooling(4).total(torch.zeros((1, 0, 1, 1)))) == 0


@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_scan_s_heat_adds_up_within_the_patient_and_spots_keep_to_what_is_likelier_than_not(pooling: Pooling) -> None:
    network, ready = random_network(1), prepare(volume_of(healthy()), 2.0)
    plain = see(ready, network, torch.device("cpu"), places_of=(0, 1, 2))
    network.pooling = pooling
    seen = see(ready, network, torch.device("cpu"), places_of=(0,))
    inside = torch.from_numpy(np.stack([plain.places[n] for n in range(3)]))
    logits = network.bias.double() + network.log_gain.double().exp() * pooling.total(inside)
    assert seen.bias + seen.heat.sum((1, 2, 3), dtype=np.float64) == pytest.approx(logits.detach().numpy(), rel=1e-5)
    assert np.array_equal(seen.spots > 0, plain.heat > 0)
    assert seen.spots == pytest.approx(plain.heat, rel=1e-5)
    assert np.array_equal(seen.places[0], plain.places[0])


@pytest.mark.parametrize("wrong", [Pooling(0.5), Pooling(40), Pooling(2, -1), Pooling(2, 20), Pooling(float("nan"))])
def test_what_cannot_be_is_said(wrong: Pooling) -> None:
    assert wrong.fault
    assert not any(pooling.fault for pooling in POOLINGS)
