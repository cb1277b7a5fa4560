"""One reading from scan to findings, with a network that finds what is bright: every millimetre can be checked."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from ai.findings import Analysis, sigmoid
from ai.geometry import PointMm
from ai.model import ModelError, analyse
from ai.model.network import EvidenceNet
from ai.progress import Cancelled
from ai.volume import Volume
from tests.support.bright_network import bright_bundle
from tests.support.thorax import distances_mm, healthy, turned, volume_of, water_box

BEAD_MM = 28.0


def bead_place() -> PointMm:
    """Return a place deep in the right lung."""
    canvas = healthy()
    deep = canvas.depth_mm.numpy() * canvas.right.numpy()
    s, r, c = np.unravel_index(int(np.argmax(deep)), canvas.shape)
    return PointMm.of(canvas.grid.points_mm(np.array([[s, r, c]], dtype=np.float64))[0])


def with_bead() -> Volume:
    """Return the drawn thorax with a ball brighter than bone in its lung, no vessel near it."""
    clean = volume_of(healthy())
    away = distances_mm(clean.grid, bead_place())
    cleared = np.where((away < 26) & healthy().lung.numpy(), -860, clean.hu)
    return Volume(np.where(away <= BEAD_MM / 2, 1500, cleared).astype(np.int16), clean.grid)


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """Return what the network set by hand says of the thorax with the bead."""
    return analyse(with_bead(), bright_bundle(), "cpu")


def same(a: Analysis, b: Analysis) -> bool:
    """True where both say the same to the last bit."""
    pairs = list(zip(a.findings, b.findings, strict=True))
    return all(
        f.abnormality == g.abnormality
        and f.logit == g.logit
        and f.probability == g.probability
        and np.array_equal(f.heatmap.values, g.heatmap.values)
        and f.peaks == g.peaks
        and [(x.centre, x.volume_mm3, x.diameters_mm) for x in f.lesions]
        == [(x.centre, x.volume_mm3, x.diameters_mm) for x in g.lesions]
        for f, g in pairs
    )


def test_the_bead_is_found_where_it_is(analysis: Analysis) -> None:
    first = analysis.findings[0]
    assert first.abnormality.name == "nodule"
    assert first.present
    assert first.peaks[0].position.distance_mm(bead_place()) < 8.0
    (lesion,) = first.lesions
    assert lesion.centre.distance_mm(bead_place()) < 2.0  # half a voxel
    assert lesion.diameters_mm == pytest.approx((BEAD_MM, BEAD_MM), abs=4.1)
    assert lesion.location.startswith("right_")


def test_what_is_not_there_stays_at_its_bias(analysis: Analysis) -> None:
    for name in ("mass", "groundglass"):
        finding = analysis.finding(name)
        assert finding is not None
        assert finding.logit == pytest.approx(-3.0, abs=1e-6)
        assert not finding.present
        assert finding.peaks == ()
        assert finding.lesions == ()


def test_figures_agree_with_one_another(analysis: Analysis) -> None:
    for finding in analysis.findings:
        heat = finding.heatmap
        assert 0 <= finding.probability <= 1
        assert finding.probability == pytest.approx(sigmoid(finding.logit))
        assert heat.bias + math.fsum(heat.values.ravel().tolist()) == pytest.approx(finding.logit, abs=1e-4)
        assert (heat.values >= 0).all()
        assert heat.grid.spacing_mm == pytest.approx((8.0, 8.0, 8.0))
    assert analysis.device == "cpu"
    assert analysis.card.identifier == "by-hand"


def test_a_clean_lung_has_no_such_finding() -> None:
    assert not any(f.present for f in analyse(volume_of(healthy()), bright_bundle(), "cpu").findings)


@pytest.mark.parametrize(
    ("order", "flips"),
    [
        ((0, 1, 2), (True, False, False)),
        ((0, 1, 2), (False, True, True)),
        ((2, 0, 1), (False, True, False)),
        ((1, 0, 2), (True, True, True)),
        ((2, 1, 0), (False, False, True)),
    ],
)
def test_the_heat_lies_in_the_patient_not_in_the_array(
    analysis: Analysis, order: tuple[int, int, int], flips: tuple[bool, bool, bool]
) -> None:
    there = analyse(turned(with_bead(), order, flips), bright_bundle(), "cpu").findings[0]
    here = analysis.findings[0]
    assert there.heatmap.grid == here.heatmap.grid
    assert np.array_equal(there.heatmap.values, here.heatmap.values)
    assert there.peaks[0].position.distance_mm(bead_place()) < 8.0
    assert there.lesions[0].centre.distance_mm(here.lesions[0].centre) < 1e-6


def test_the_warmth_lies_on_the_bead(analysis: Analysis) -> None:
    heat = analysis.findings[0].heatmap
    warm = heat.grid.points_mm(np.argwhere(heat.values > 0).astype(np.float64))
    away = np.linalg.norm(warm - bead_place().array(), axis=1)
    assert away.max() <= BEAD_MM / 2 + 2
    centroid = (warm * heat.values[heat.values > 0][:, None]).sum(0) / heat.values.sum()
    assert PointMm.of(centroid).distance_mm(bead_place()) < 2.0


def test_twice_the_same_on_two_threads(analysis: Analysis) -> None:
    torch.set_num_threads(2)
    try:
        bundle = bright_bundle()
        one, two = analyse(with_bead(), bundle, "cpu"), analyse(with_bead(), bundle, "cpu")
    finally:
        torch.set_num_threads(1)
    assert same(one, two)
    assert same(one, analysis)


class _StopsAt:
    """Asks to stop at the n-th report."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.heard: list[float] = []

    def report(self, fraction: float, doing: str) -> None:
        """Count."""
        self.heard.append(fraction)
        if len(self.heard) == self.last:
            raise Cancelled


def test_progress_only_grows_and_is_told_at_every_layer() -> None:
    listener = _StopsAt(10_000)
    bundle = bright_bundle()
    analyse(with_bead(), bundle, "cpu", listener)
    assert isinstance(bundle.network, EvidenceNet)
    heads = (bundle.network.head, bundle.network.organ_head)
    layers = sum(isinstance(m, nn.Conv3d) and m not in heads for m in bundle.network.modules())
    assert listener.heard == sorted(listener.heard)
    assert listener.heard[0] == 0.0
    assert listener.heard[-1] == 1.0
    assert sum(0.25 <= f < 0.8 for f in listener.heard) >= layers - 1


@pytest.mark.parametrize("last", [1, 2, 5, 12, 20])
def test_it_stops_at_the_next_layer(analysis: Analysis, last: int) -> None:
    bundle = bright_bundle()
    listener = _StopsAt(last)
    with pytest.raises(Cancelled):
        analyse(with_bead(), bundle, "cpu", listener)
    assert len(listener.heard) == last
    assert not any(module._forward_hooks for module in bundle.network.modules())


def test_after_a_stop_it_reads_as_before(analysis: Analysis) -> None:
    bundle = bright_bundle()
    with pytest.raises(Cancelled):
        analyse(with_bead(), bundle, "cpu", _StopsAt(7))
    assert same(analyse(with_bead(), bundle, "cpu"), analysis)


def test_refusals_come_before_any_reading() -> None:
    with pytest.raises(ModelError, match="No air-filled lungs"):
        analyse(water_box(), bright_bundle(), "cpu")
    with pytest.raises(ModelError, match="is no device"):
        analyse(water_box(), bright_bundle(), "abacus")
