"""The scanner: what it adds is what the protocol says, and the truth goes where the picture goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai.phantom.canvas import Canvas, Instance
from ai.phantom.landmarks import HeartShape, Landmarks
from ai.phantom.physics.noise import coloured_noise
from ai.phantom.scanner import Protocol, scan_of, scanned

QUIET = Protocol(0.1, 1.0, 0.01, 1.2, streaks=0.0)


def rng(seed: int = 1) -> np.random.Generator:
    """Return a source of chance."""
    return np.random.default_rng(seed)


def body(shape: tuple[int, int, int] = (24, 60, 60), hu: float = 40.0) -> Canvas:
    """Return a cylinder of tissue in air with a small finding in it."""
    down, right = torch.meshgrid(torch.arange(shape[1]) - 30.0, torch.arange(shape[2]) - 30.0, indexing="ij")
    inside = (torch.sqrt(down**2 + right**2) < 26).expand(shape)
    canvas = Canvas(
        torch.where(inside, hu, -1000.0), torch.full(shape, -5.0), torch.zeros(shape, dtype=torch.bool), 2.0
    )
    finding = torch.zeros(shape)
    finding[10:13, 28:32, 28:32] = 1.0
    canvas.paint(finding, 900.0)
    canvas.mark("calcification", finding)
    canvas.instances.append(Instance("calcification", (22.0, 59.0, 59.0), 8.0, 384.0, "calcification"))
    return canvas


def test_noise_is_coloured() -> None:
    noise = coloured_noise((8, 64, 60), 0.3, torch.Generator().manual_seed(3))
    assert float(noise.std()) == pytest.approx(1.0, abs=0.05)
    power = (torch.fft.fft2(noise).abs() ** 2).mean(0)
    middle = float(power[4:12, 4:12].mean())
    assert float(power[0, 1:3].mean()) < 0.5 * middle
    assert float(power[28:36, 26:34].mean()) < 0.2 * middle


def test_noise_is_louder_along_long_paths() -> None:
    hu = torch.full((8, 80, 240), -1000.0)
    hu[:, 10:30, 20:220] = 40.0
    hu[:, 50:70, 90:150] = 40.0
    taken = scanned(hu, 2.0, Protocol(0.1, 1.0, 10.0, 1.2, shoulders=1.0, streaks=0.0), rng()).float()
    assert float(taken[:, 14:26, 100:140].std()) > 1.3 * float(taken[:, 54:66, 100:140].std())


def test_a_sharp_kernel_overshoots_at_edges_and_a_soft_one_does_not() -> None:
    hu = torch.full((4, 40, 40), -800.0)
    hu[:, :, 20:] = 40.0
    soft = scanned(hu, 1.0, replace(QUIET, blur_mm=1.6), rng())
    sharp = scanned(hu, 1.0, replace(QUIET, blur_mm=1.6, edge=0.8), rng())
    assert int(soft.max()) <= 41
    assert int(sharp.max()) > 60
    assert int(sharp[:, :, 30:].float().mean()) == pytest.approx(40, abs=2)


def test_slices_far_apart_are_interpolated() -> None:
    hu = torch.full((30, 10, 10), -800.0)
    hu[15] = 700.0
    taken = scanned(hu, 1.0, replace(QUIET, thickness_mm=5.0, increment_mm=5.0), rng()).float().mean((1, 2))
    around = taken[8:23]
    assert float(taken.max()) <= -800 + 1500 / 5 + 5
    assert int((around > -790).sum()) >= 5


def test_metal_throws_streaks_that_fall_with_distance() -> None:
    canvas = body()
    canvas.hu[12, 26:34, 24:36] = 6000.0
    clean = scanned(canvas.hu, 2.0, QUIET, rng()).float()
    streaked = scanned(canvas.hu, 2.0, replace(QUIET, streaks=1.0), rng()).float()
    difference = (streaked - clean).abs()
    assert float(difference[11].max()) < 1
    near, far = difference[12, 18:42, 18:42], difference[12, :8]
    assert float(near.max()) > 80
    assert float(far.max()) < 0.5 * float(near.max())
    assert float(difference.max()) < 500


def test_bone_throws_no_streaks() -> None:
    canvas = body()
    assert torch.equal(
        scanned(canvas.hu, 2.0, QUIET, rng()), scanned(canvas.hu, 2.0, replace(QUIET, streaks=1.0), rng())
    )


def test_a_breath_moves_picture_and_truth_alike() -> None:
    seen = 0
    for seed in range(12):
        canvas = body()
        taken = scan_of(canvas, replace(QUIET, breath_mm=8.0), rng(seed)).float()
        truth = canvas.truth["calcification"]
        sure = taken[truth > 0.9]
        seen += len(sure)
        assert bool((sure > 500).all())
        assert float(taken[truth < 0.01].max()) < 200
    assert seen > 0


def test_the_heart_beats_only_where_it_is() -> None:
    canvas = body()
    still = canvas.hu.clone()
    scan_of(canvas, replace(QUIET, heartbeat=0.1), rng())
    assert torch.equal(canvas.hu, still)
    canvas.landmarks = Landmarks(heart=HeartShape((24.0, 70.0, 80.0), (14.0, 14.0, 14.0)))
    scan_of(canvas, replace(QUIET, heartbeat=0.1), rng())
    changed = (canvas.hu - still).abs() > 1
    assert bool(changed.any())
    places = torch.nonzero(changed).float() * 2.0 - torch.tensor([24.0, 70.0, 80.0])
    assert float(places.norm(dim=1).max()) < 40


def test_outside_the_field_there_is_nothing_and_no_truth() -> None:
    canvas = body()
    protocol = replace(QUIET, field_mm=40.0, field_middle=(0.1, 0.1))
    taken = scan_of(canvas, protocol, rng())
    assert int(taken[:, 40:, 40:].max()) == -1024
    assert float(canvas.truth["calcification"].max()) == 0
    assert canvas.instances == []
    inside = body()
    scan_of(inside, replace(QUIET, field_mm=90.0), rng())
    assert len(inside.instances) == 1


def test_calibration_may_be_off() -> None:
    canvas = body()
    right, off = (scanned(canvas.hu, 2.0, replace(QUIET, offset_hu=o), rng()).float() for o in (0.0, 6.0))
    assert float((off - right)[:, 20:27, 20:27].mean()) == pytest.approx(6, abs=0.2)


def test_the_anatomy_handed_in_is_not_changed() -> None:
    canvas = body()
    canvas.hu[12, 26:34, 24:36] = 6000.0
    before = canvas.hu.clone()
    scanned(canvas.hu, 2.0, Protocol.drawn(rng(3)), rng())
    assert torch.equal(canvas.hu, before)


def test_protocols_of_chance_are_ordinary_and_fully_decide() -> None:
    drawn = [Protocol.drawn(rng(seed)) for seed in range(80)]
    assert {p.kernel for p in drawn} == {"soft", "standard", "sharp"}
    assert all(0.6 <= p.thickness_mm <= 5 and abs(p.offset_hu) <= 8 and 5 <= p.noise_hu <= 60 for p in drawn)
    for mishap in ("breath_mm", "field_mm", "hardening_hu", "heartbeat"):
        share = np.mean([getattr(p, mishap) > 0 for p in drawn])
        assert 0 < share < 1
    sharp, soft = ([p.noise_hu for p in drawn if p.kernel == kernel] for kernel in ("sharp", "soft"))
    assert np.mean(sharp) > 1.3 * np.mean(soft)
    canvas = body()
    assert torch.equal(scanned(canvas.hu, 2.0, drawn[5], rng(2)), scanned(canvas.hu, 2.0, drawn[5], rng(2)))


def test_over_a_real_scan_little_is_added() -> None:
    whole = Protocol.drawn(rng(4))
    little = whole.over_real()
    assert little.noise_hu == pytest.approx(0.4 * whole.noise_hu)
    assert little.blur_mm <= 0.5
    assert little.heartbeat == 0
    assert little.field_mm == 0
