"""How truth is stored: shares in half per cent, 255 where nobody may say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ai.phantom import Case
from ai.phantom.canvas import Canvas
from ai.training import truth as room
from ai.training.truth import UNKNOWN, TrainingCase, load_case, save_case, share_of, training_case

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
    return Case(torch.full(size, -700, dtype=torch.int16), canvas)


def test_cells_hold_the_mean_share() -> None:
    case = training_case(small(), LABELS)
    assert case.truth.dtype == torch.uint8
    assert int(case.truth[0, 2, 4, 5]) == 200
    assert int(case.truth[1, 5, 5, 5]) == round(0.5 / 8 * 200)
    assert int((case.truth[1] > 0).sum()) == 1


def test_unknown_only_where_no_truth_was_drawn() -> None:
    case = training_case(small(), LABELS)
    assert int(case.truth[0, 0, 0, 0]) == UNKNOWN
    assert int((case.truth == UNKNOWN).sum()) == 1
    assert (case.truth[case.truth != UNKNOWN] <= 200).all()


def test_sizes_are_padded_to_16_with_air() -> None:
    case = training_case(small(), LABELS)
    assert tuple(case.hu.shape) == (32, 32, 48)
    assert tuple(case.truth.shape) == (2, 16, 16, 24)
    assert (case.hu[:20, :, :34] == -700).all()
    assert (case.hu[20:] == -1024).all()
    assert (case.hu[:, :, 34:] == -1024).all()


def test_present_absent_undecided() -> None:
    truth = torch.zeros((4, 2, 2, 2), dtype=torch.uint8)
    truth[0, 0, 0, 0] = 60
    truth[1, 0, 0, 0] = 10
    truth[2, 0, 0, 0] = UNKNOWN
    present = TrainingCase(torch.zeros((4, 4, 4), dtype=torch.int16), truth).present()
    assert present[0] == 1
    assert np.isnan(present[1])
    assert np.isnan(present[2])
    assert present[3] == 0


def test_share_and_known() -> None:
    share, known = share_of(torch.tensor([0, 100, 200, UNKNOWN], dtype=torch.uint8))
    assert share.tolist() == [0, 0.5, 1, 0]
    assert known.tolist() == [True, True, True, False]


def test_it_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    case = training_case(small(), LABELS)
    save_case(case, tmp_path / "train-procedural-1.safetensors")
    again = load_case(tmp_path / "train-procedural-1.safetensors")
    assert torch.equal(again.hu, case.hu)
    assert torch.equal(again.truth, case.truth)
    assert again.hu.dtype == torch.int16


def test_a_half_written_case_never_bears_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(tensors: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "save_file", full)
    with pytest.raises(OSError, match="No space left"):
        save_case(training_case(small(), LABELS), tmp_path / "train-procedural-1.safetensors")
    assert list(tmp_path.glob("*.safetensors")) == []
