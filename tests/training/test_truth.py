"""How truth is stored: shares in half per cent, 255 where nobody may say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ai.phantom import Case
from ai.phantom.canvas import Canvas, Instance
from ai.phantom.scanner import Protocol
from ai.training import truth as room
from ai.training.truth import (
    UNKNOWN,
    TrainingCase,
    bodies,
    load_case,
    rarity_of,
    save_case,
    share_of,
    training_case,
    weight_of,
)
from tests.support.drawn_cases import cube_case

LABELS = ("nodule", "mass")


def small(size: tuple[int, int, int] = (20, 32, 34)) -> Case:
    """Return a case with a nodule of 2×2×2 voxels, half a voxel of mass, and an undecided corner for the nodule."""
    canvas = Canvas(torch.zeros(size), torch.ones(size), torch.ones(size, dtype=torch.bool), 2.0)
    nodule = torch.zeros(size)
    nodule[4:6, 8:10, 10:12] = 1.0
    canvas.mark("nodule", nodule)
    mass = torch.zeros(size)
    mass[10, 10, 10] = 0.5
    canvas.mark("mass", mass)
    vague = torch.zeros(size, dtype=torch.bool)
    vague[4, 8, 10] = vague[0, 0, 0] = True
    canvas.mark_unknown("nodule", vague)
    canvas.organs = torch.zeros(size, dtype=torch.uint8)
    canvas.organs[2:9, :, :] = 3
    canvas.instances.append(Instance("nodule", (9.0, 17.0, 21.0), 4.96, 64.0, "solid nodule of 5 mm"))
    canvas.instances.append(Instance("boredom", (0.0, 0.0, 0.0), 1.0, 1.0, "not learned"))
    return Case(torch.full(size, -700, dtype=torch.int16), canvas, (), Protocol(1.0, 1.0, 1.0, 1.0))


def test_cells_hold_the_share_of_their_strongest_voxel() -> None:
    case = training_case(small(), LABELS)
    layers = case.layers(2)
    assert layers.dtype == torch.uint8
    assert case.labels.tolist() == [0, 1]
    assert int(layers[0, 2, 4, 5]) == 200
    assert int(layers[1, 5, 5, 5]) == 100
    assert int((layers[1] > 0).sum()) == 1


def test_a_label_that_was_not_drawn_has_no_layer() -> None:
    case = training_case(small(), ("emphysema", "mass"))
    assert case.labels.tolist() == [1]
    assert tuple(case.truth.shape) == (1, 16, 16, 24)
    assert not case.layers(2)[0].any()


def test_unknown_only_where_no_truth_was_drawn() -> None:
    layers = training_case(small(), LABELS).layers(2)
    assert int(layers[0, 0, 0, 0]) == UNKNOWN
    assert int((layers == UNKNOWN).sum()) == 1
    assert (layers[layers != UNKNOWN] <= 200).all()


def test_a_cell_belongs_to_the_organ_of_most_of_it() -> None:
    organs = training_case(small(), LABELS).organs
    assert organs[:, 0, 0].tolist() == [0, 3, 3, 3] + [organs[4, 0, 0].item()] + [0] * 11
    unknown = small()
    unknown.canvas.organs = None
    assert (training_case(unknown, LABELS).organs == UNKNOWN).all()


def test_instances_of_learned_labels_are_kept() -> None:
    assert training_case(small(), LABELS).instances.tolist() == [pytest.approx([0.0, 9.0, 17.0, 21.0, 4.96, 64.0])]


def test_sizes_are_padded_to_16_with_air() -> None:
    case = training_case(small(), LABELS)
    assert tuple(case.hu.shape) == (32, 32, 48)
    assert tuple(case.truth.shape) == (2, 16, 16, 24)
    assert tuple(case.organs.shape) == (16, 16, 24)
    assert (case.hu[:20, :, :34] == -700).all()
    assert (case.hu[20:] == -1024).all()
    assert (case.hu[:, :, 34:] == -1024).all()


def test_present_absent_undecided() -> None:
    truth = torch.zeros((3, 2, 2, 2), dtype=torch.uint8)
    truth[0, 0, 0, 0] = 100
    truth[1, 0, 0, 0] = 98
    truth[2, 0, 0, 0] = UNKNOWN
    nothing = torch.zeros((0, 6))
    case = TrainingCase(torch.zeros((4, 4, 4)), torch.tensor([0, 1, 3]), truth, rarity_of(truth), truth[0], nothing)
    present = case.present(4)
    assert present[0] == 1
    assert np.isnan(present[1])
    assert present[2] == 0
    assert np.isnan(present[3])


def test_share_and_known() -> None:
    share, known = share_of(torch.tensor([0, 50, 100, 200, UNKNOWN], dtype=torch.uint8))
    assert share.tolist() == [0, 0.5, 1, 1, 0]
    assert known.tolist() == [True, True, True, True, False]


def test_it_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    case = training_case(small(), LABELS)
    save_case(case, tmp_path / "train-procedural-1.safetensors")
    again = load_case(tmp_path / "train-procedural-1.safetensors")
    assert torch.equal(again.hu, case.hu)
    for name in ("labels", "truth", "organs", "instances"):
        assert torch.equal(getattr(again, name), getattr(case, name))
    assert again.hu.dtype == torch.int16


def test_a_half_written_case_never_bears_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(tensors: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        save_case(training_case(small(), LABELS), tmp_path / "train-procedural-1.safetensors")
    assert list(tmp_path.glob("*.safetensors")) == []


def test_bodies_that_touch_by_a_corner_are_one() -> None:
    layer = torch.zeros((6, 6, 6), dtype=torch.uint8)
    layer[0, 0, 0], layer[1, 1, 1], layer[4, 4, 4], layer[4, 4, 5] = 200, 3, 200, UNKNOWN
    numbers, count = bodies(layer)
    assert count == 2
    assert numbers[0, 0, 0] == numbers[1, 1, 1] != numbers[4, 4, 4]
    assert numbers[4, 4, 5] == 0


def test_a_body_weighs_as_much_as_it_is_wide() -> None:
    truth = torch.zeros((2, 2, 12, 12, 12), dtype=torch.uint8)
    truth[1, 0, 1:4, 1:4, 1:4] = 200
    truth[1, 0, 6, 6, 6] = 200
    truth[0, 1] = UNKNOWN
    weight = torch.stack([weight_of(rarity_of(rows)) for rows in truth])
    assert float(weight[1, 0, 1:4, 1:4, 1:4].sum()) == pytest.approx(3, rel=0.02)
    assert float(weight[1, 0, 6, 6, 6]) == 1
    assert (weight[truth != 200] == 1).all()


def test_a_case_keeps_how_little_its_cells_weigh(tmp_path: Path) -> None:
    case = cube_case()
    save_case(case, tmp_path / "case.safetensors")
    assert torch.equal(load_case(tmp_path / "case.safetensors").rarity, rarity_of(case.truth))
    assert int(case.rarity.max()) > 0


def test_the_widest_body_keeps_a_weight() -> None:
    truth = torch.full((1, 60, 60, 60), 200, dtype=torch.uint8)
    weight = weight_of(rarity_of(truth))
    assert float(weight.sum()) == pytest.approx(60, rel=0.02)
