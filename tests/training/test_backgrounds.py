"""What is really wrong with a patient is unknown label by label: anywhere, in balls, in organs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ai.phantom.canvas import Canvas
from ai.training import backgrounds
from ai.training.backgrounds import ALL, Background, Diseased, Doubtful, Own, canvas_of, listed
from ai.training.labels import LABELS
from ai.volume import Volume
from tests.support.thorax import healthy, volume_of


class Read:
    """Stands for a scan that was read."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume


@pytest.fixture(autouse=True)
def thorax(monkeypatch: pytest.MonkeyPatch) -> Canvas:
    """Every scan is the same drawn thorax with its organs."""
    canvas = healthy()
    monkeypatch.setattr(backgrounds, "read", lambda path: Read(volume_of(canvas)))
    monkeypatch.setattr(backgrounds, "real_thorax", lambda volume, what: canvas.copy())
    return canvas


def test_a_label_may_be_unknown_anywhere(tmp_path: Path) -> None:
    entry = Background("a", "drawn", (), unknown=("calcification",))
    canvas = canvas_of(entry, tmp_path, ("nodule", "calcification"))
    assert set(canvas.unknown) == {"calcification"}
    assert bool(canvas.unknown["calcification"].all())


def test_a_ball_may_be_of_some_labels_only(thorax: Canvas, tmp_path: Path) -> None:
    place = thorax.grid.centre
    ball = Diseased((place.left, place.posterior, place.superior), 20.0, ("mass", "hernia"))
    canvas = canvas_of(Background("a", "drawn", (ball,)), tmp_path, ("nodule", "mass"))
    assert set(canvas.unknown) == {"mass"}
    volume = float(canvas.unknown["mass"].sum()) * canvas.spacing_mm**3
    assert volume == pytest.approx(4 / 3 * 3.1416 * 20**3, rel=0.2)


def test_an_organ_and_its_surroundings_may_be_doubtful(thorax: Canvas, tmp_path: Path) -> None:
    entry = Background("a", "drawn", (), doubtful=(Doubtful(("aorta",), 8.0, ("calcification",)),))
    where = canvas_of(entry, tmp_path, ("nodule", "calcification")).unknown["calcification"]
    aorta = thorax.organ("aorta")
    assert aorta is not None
    assert bool((where | ~aorta).all())
    assert int(where.sum()) > int(aorta.sum())
    assert float(where.float().mean()) < 0.1


def test_only_what_is_denser_may_be_doubtful(thorax: Canvas, tmp_path: Path) -> None:
    """What is not denser than blood is known to be no calcium."""
    aorta = thorax.organ("aorta")
    assert aorta is not None
    thorax.hu[aorta] = 40.0
    place = tuple(torch.nonzero(aorta)[0])
    thorax.hu[place] = 300.0
    entry = Background("a", "drawn", (), doubtful=(Doubtful(("aorta",), 0.0, ("calcification",), 130.0),))
    where = canvas_of(entry, tmp_path, ("calcification",)).unknown["calcification"]
    assert bool(where[place])
    assert int(where.sum()) == 1


def test_without_organs_the_doubt_is_everywhere(
    thorax: Canvas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bare(volume: Volume, what: object) -> Canvas:
        canvas = thorax.copy()
        canvas.organs = None
        return canvas

    monkeypatch.setattr(backgrounds, "real_thorax", bare)
    entry = Background("a", "drawn", (), doubtful=(Doubtful(("aorta",), 8.0, ("calcification",)),))
    assert bool(canvas_of(entry, tmp_path, ("calcification",)).unknown["calcification"].all())


def test_a_patients_own_lesion_is_truth_in_training_and_unknown_elsewhere(thorax: Canvas, tmp_path: Path) -> None:
    place = thorax.grid.centre
    centre = (place.left, place.posterior, place.superior)
    thorax.hu[:] = -850.0
    thorax.paint(soft_ball(thorax, 9.0), 40.0)
    own = Own(("mass",), centre, (12.0, 12.0, 16.0), ("consolidation",))
    entry = Background("a", "drawn", (Diseased(centre, 30.0),), own=(own,))
    labels = ("mass", "nodule", "consolidation")
    there = canvas_of(entry, tmp_path, labels, own=True)
    lesion = there.truth["mass"] > 0.5
    assert bool((there.hu[lesion] > -350).all())
    assert int(lesion.sum()) == int((there.hu > -350).sum())
    assert not bool((there.unknown["mass"] | there.unknown["consolidation"])[lesion].any())
    assert bool(there.unknown["nodule"][lesion].all())
    measured_on = canvas_of(entry, tmp_path, labels)
    assert "mass" not in measured_on.truth
    assert bool(measured_on.unknown["mass"][lesion].all())


def soft_ball(canvas: Canvas, radius_mm: float) -> Tensor:
    """Return 1 in a ball around the canvas's middle, 0 elsewhere."""
    middle = tuple((n - 1) / 2 * canvas.spacing_mm for n in canvas.shape)
    region = canvas.region((middle[0], middle[1], middle[2]), radius_mm)
    ball = torch.zeros(canvas.shape)
    ball[region.block] = (region.radius <= radius_mm).float()
    return ball


def test_all_means_every_label_asked_for(tmp_path: Path) -> None:
    entry = Background("a", "drawn", (), unknown=(ALL,))
    assert set(canvas_of(entry, tmp_path, ("nodule", "cyst")).unknown) == {"nodule", "cyst"}


def test_the_list_names_labels_of_the_model_only() -> None:
    for entry in (*listed("train"), *listed("held_out")):
        named = {*entry.unknown}
        for ball in entry.diseased:
            named |= set(ball.labels)
        for organs in entry.doubtful:
            named |= set(organs.labels)
        for lesion in entry.own:
            named |= {*lesion.labels, *lesion.absent}
        assert named <= {*LABELS, ALL}, entry.name


def test_no_scan_set_aside_tells_its_own_lesions() -> None:
    assert not any(entry.own for entry in listed("held_out"))


def test_the_normal_scans_calcium_is_no_mistake_of_the_models() -> None:
    (normal,) = (entry for entry in listed("held_out") if entry.name.startswith("normal001"))
    assert {"atherosclerosis", "calcification"} <= set(normal.unknown)
