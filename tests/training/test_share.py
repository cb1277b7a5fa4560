"""Shares of cases: no seed in two splits, gone on with where they stopped, real anatomies kept apart."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from ai.phantom import Case
from ai.phantom.canvas import Canvas
from ai.scan import write_volume
from ai.training import backgrounds
from ai.training import share as room
from ai.training.backgrounds import Background, Diseased, canvas_of, listed
from ai.training.share import FIRST_SEED, Share, draw_share, orders
from tests.support.drawn_cases import small_case
from tests.support.thorax import distances_mm, healthy, volume_of


class _Drawing:
    """Draws small cases and remembers from what."""

    def __init__(self) -> None:
        self.drawn: list[tuple[int, bool]] = []

    def __call__(self, seed: int, anatomy: Canvas | None, body: int) -> Case:
        """Draw."""
        self.drawn.append((seed, anatomy is not None))
        return small_case(seed, anatomy)


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> _Drawing:
    """Draw small cases in place of whole ones."""
    drawing = _Drawing()
    monkeypatch.setattr(room, "drawn_case", drawing)
    return drawing


def test_no_seed_is_in_two_splits(tmp_path: Path, drawing: _Drawing) -> None:
    for split in FIRST_SEED:
        assert draw_share(Share(split, 2), tmp_path, None) == 2
    seeds = [int(path.stem.rsplit("-", 1)[1]) for path in tmp_path.glob("*.safetensors")]
    assert len(set(seeds)) == len(seeds) == 6
    assert {seed for seed, _ in drawing.drawn} == set(seeds)


def test_the_splits_lie_a_million_apart() -> None:
    seeds = sorted(FIRST_SEED.values())
    assert min(b - a for a, b in itertools.pairwise(seeds)) >= 1_000_000


def test_it_goes_on_where_it_stopped(tmp_path: Path, drawing: _Drawing) -> None:
    draw_share(Share("train", 2), tmp_path, None)
    first = {p.name: p.stat().st_mtime_ns for p in tmp_path.glob("*.safetensors")}
    assert draw_share(Share("train", 3), tmp_path, None) == 3
    assert len(drawing.drawn) == 3
    assert all((tmp_path / name).stat().st_mtime_ns == when for name, when in first.items())


def test_real_anatomies_and_procedural_ones_take_turns(
    tmp_path: Path, drawing: _Drawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    purposes = []

    def some(purpose: str) -> tuple[Background, ...]:
        purposes.append(purpose)
        return (Background(f"{purpose}-scan.nii.gz", "drawn", ()), Background("absent.nii.gz", "nowhere", ()))

    monkeypatch.setattr(backgrounds, "listed", some)
    monkeypatch.setattr(room, "canvas_of", lambda entry, folder, labels, own: healthy())
    scans = tmp_path / "scans"
    scans.mkdir()
    for purpose in ("train", "held_out"):
        (scans / f"{purpose}-scan.nii.gz").touch()
    draw_share(Share("train", 3, real_every=3), tmp_path / "share", scans)
    draw_share(Share("evaluate", 2, real_every=2), tmp_path / "share", scans)
    names = {path.stem for path in (tmp_path / "share").glob("*.safetensors")}
    assert names == {
        "train-procedural-0", "train-train-scan-1", "train-train-scan-2",
        "evaluate-procedural-2000000", "evaluate-held_out-scan-2000001",
    }  # fmt: skip
    assert set(purposes) == {"train", "held_out"}
    assert [real for _, real in drawing.drawn] == [False, True, True, False, True]


def test_what_a_share_consists_of() -> None:
    orders = list(room.orders(Share("train", 3), None))
    assert [order.file_name for order in orders] == [f"train-procedural-{n}.safetensors" for n in range(3)]
    assert {order.seed for order in room.orders(Share("evaluate", 2), None)} == {2_000_000, 2_000_001}


def test_only_training_shares_bodies() -> None:
    assert [order.body for order in room.orders(Share("train", 7), None)] == [0, 0, 0, 3, 3, 3, 6]
    for split in ("calibrate", "evaluate"):
        assert all(order.body == order.seed for order in room.orders(Share(split, 4), None))


def test_no_anatomy_is_both_learned_from_and_held_out() -> None:
    trained, held_out = ({entry.name for entry in listed(purpose)} for purpose in ("train", "held_out"))
    assert trained
    assert held_out
    assert not trained & held_out


def test_a_scans_own_disease_is_unknown_where_it_lies(tmp_path: Path) -> None:
    volume = volume_of(healthy())
    write_volume(tmp_path / "a.nii.gz", volume.hu, volume.grid)
    place = volume.grid.centre.moved(left=-60.0, superior=20.0)
    ball = Diseased((place.left, place.posterior, place.superior), 24.0)
    canvas = canvas_of(Background("a.nii.gz", "drawn", (ball,)), tmp_path, ("nodule", "mass"))
    expected = distances_mm(canvas.grid, place) <= 24.0
    assert expected.any()
    for label in ("nodule", "mass"):
        assert (canvas.unknown[label].numpy() == expected).mean() > 0.9999


def test_a_scan_without_disease_is_known_everywhere(tmp_path: Path) -> None:
    volume = volume_of(healthy())
    write_volume(tmp_path / "a.nii.gz", volume.hu, volume.grid)
    canvas = canvas_of(Background("a.nii.gz", "drawn", ()), tmp_path, ("nodule",))
    assert canvas.unknown == {}


def test_a_run_that_goes_on_draws_cases_nobody_has_seen() -> None:
    before = {order.seed for order in orders(Share("train", 12), None)}
    after = list(orders(Share("train", 12, first=12), None))
    assert before.isdisjoint(order.seed for order in after)
    assert len({order.body for order in after}) == len({order.body for order in orders(Share("train", 12), None)})
