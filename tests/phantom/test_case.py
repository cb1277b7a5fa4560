"""A case is decided by its seed, shows what was asked for, and leaves the anatomy it was drawn into alone."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from ai.phantom import FINDINGS, Case, drawn_case
from ai.phantom import case as room
from ai.phantom.lesions.lookalikes import LOOKALIKES
from ai.phantom.scanner import Protocol, scanned
from ai.phantom.thorax import build_thorax
from tests.support.thorax import healthy


def case(seed: int, findings: frozenset[str] | None = None) -> Case:
    """Draw into the small thorax."""
    return drawn_case(np.random.default_rng(seed), healthy(), findings)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_same_seed_draws_the_same_case(seed: int) -> None:
    one, two = case(seed), case(seed)
    assert torch.equal(one.hu, two.hu)
    assert one.canvas.instances == two.canvas.instances
    for name in set(one.canvas.truth) | set(two.canvas.truth):
        assert torch.equal(one.canvas.truth[name], two.canvas.truth[name])
    for name in set(one.canvas.unknown) | set(two.canvas.unknown):
        assert torch.equal(one.canvas.unknown[name], two.canvas.unknown[name])


def test_another_seed_draws_another_case() -> None:
    assert not torch.equal(case(0).hu, case(1).hu)


def test_the_whole_patient_comes_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "build_thorax", partial(build_thorax, spacing_mm=4.0))
    one, two, other = (drawn_case(np.random.default_rng(s), None, frozenset()) for s in (9, 9, 10))
    assert torch.equal(one.hu, two.hu)
    assert one.canvas.origin == two.canvas.origin
    assert one.canvas.shape != other.canvas.shape or not torch.equal(one.hu, other.hu)


def test_the_anatomy_is_not_changed() -> None:
    anatomy, untouched = healthy(), healthy()
    anatomy.mark_unknown("nodule", torch.zeros(anatomy.shape, dtype=torch.bool))
    drawn_case(np.random.default_rng(3), anatomy, frozenset(FINDINGS))
    assert torch.equal(anatomy.hu, untouched.hu)
    assert torch.equal(anatomy.depth_mm, untouched.depth_mm)
    assert torch.equal(anatomy.right, untouched.right)
    assert anatomy.truth == {}
    assert anatomy.instances == []
    assert not bool(anatomy.unknown["nodule"].any())


@pytest.mark.parametrize("name", FINDINGS)
def test_what_is_asked_for_is_drawn_and_nothing_else(name: str) -> None:
    labels = {instance.label for seed in range(3) for instance in case(seed, frozenset({name})).canvas.instances}
    assert labels == {name}


def test_no_findings_no_truth_but_what_resembles() -> None:
    for seed in range(6):
        clear = case(seed, frozenset()).canvas
        assert clear.instances == []
        assert set(clear.truth) <= {"atelectasis"}


def test_some_cases_are_clear_and_no_finding_is_in_all() -> None:
    present = [{i.label for i in case(seed).canvas.instances} for seed in range(24)]
    assert any(not labels for labels in present)
    for name in FINDINGS:
        assert 0 < sum(name in labels for labels in present) < len(present)


@pytest.mark.parametrize("number", range(len(LOOKALIKES)))
def test_a_look_alike_is_never_the_truth_of_a_finding(number: int) -> None:
    for seed in range(3):
        canvas = healthy()
        with torch.no_grad():
            LOOKALIKES[number][0](canvas, np.random.default_rng(seed))
        assert not set(canvas.truth) & set(FINDINGS)
        assert not torch.equal(canvas.hu, healthy().hu)


def test_the_scan_is_ct_like() -> None:
    hu = case(2).hu
    assert hu.dtype == torch.int16
    assert int(hu.min()) >= -1024
    assert int(hu.max()) <= 3071
    assert float((hu < -900).float().mean()) > 0.05


def test_the_scanner_blurs_and_adds_the_noise_it_says() -> None:
    protocol = Protocol(2.0, 5.0, 20.0, 1.2)
    flat = torch.full((20, 60, 60), 40.0)
    taken = scanned(flat, 2.0, protocol, np.random.default_rng(1)).float()
    assert float(taken.mean()) == pytest.approx(40, abs=2)
    assert float(taken.std()) == pytest.approx(20, rel=0.1)
    step = torch.full((20, 60, 60), -800.0)
    step[10:] = 0.0
    soft = scanned(step, 2.0, Protocol(0.5, 5.0, 0.01, 1.2), np.random.default_rng(1)).float().mean((1, 2))
    assert -800 < float(soft[9]) < -400 < float(soft[10]) < 0
    assert float(soft[7]) == pytest.approx(-800, abs=1)
