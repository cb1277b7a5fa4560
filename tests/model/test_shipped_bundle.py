"""The bundles that are shipped keep the promises of every bundle."""

from __future__ import annotations

import json
import math
from functools import partial

import pytest
import torch

from ai.findings import Analysis
from ai.model import Bundle, analyse, load_bundle
from ai.model.attention import hirescam
from ai.model.bundle import SHIPPED
from ai.model.network import EvidenceNet
from tests.support.thorax import healthy, volume_of


@pytest.fixture(scope="module", params=sorted(path.parent.name for path in SHIPPED.parent.glob("*/bundle.json")))
def bundle(request: pytest.FixtureRequest) -> Bundle:
    """Return each bundle of resources/models: the one the window uses, and any other."""
    return load_bundle(SHIPPED.parent / str(request.param))


@pytest.fixture(scope="module")
def analysis(bundle: Bundle) -> Analysis:
    """Return what it says of a healthy drawn thorax."""
    return analyse(volume_of(healthy()), bundle, "cpu")


def test_heat_adds_up_and_probabilities_are_probabilities(analysis: Analysis) -> None:
    for finding in analysis.findings:
        heat = finding.heatmap
        assert heat.additive
        assert 0 <= finding.probability <= 1
        total = math.fsum(heat.values.ravel().tolist())
        assert finding.logit - heat.bias == pytest.approx(total, abs=1e-4)


def test_heat_is_hirescam(bundle: Bundle) -> None:
    hu = torch.randn((1, 1, 48, 48, 48), generator=torch.Generator().manual_seed(2)) * 300 - 600
    network = bundle.network
    assert isinstance(network, EvidenceNet)
    with torch.no_grad():
        evidence = network(hu)

    def logit(label: int, features: torch.Tensor) -> torch.Tensor:
        return network.explain(features)[1][0, label]

    heats = network.pooling.heat(evidence.places[0], network.log_gain.exp())
    for label, heat in enumerate(heats):
        by_autograd = hirescam(evidence.features, partial(logit, label))
        assert float((heat - by_autograd).abs().max()) <= 1e-5 * max(1e-6, float(heat.max()))


def test_the_card_says_what_it_learned_from_and_what_it_was_measured_to_do(bundle: Bundle) -> None:
    said = bundle.description
    assert len(said.labels) == len(said.thresholds)
    assert said.licence
    assert said.limits
    assert said.trained_on == bundle.card.trained_on
    assert any("procedural" in table for table in said.measured)
    assert "NaN" not in json.dumps(said.measured)
