"""Patches: truth and voxels move together, and lesions are met more often than chance would."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from ai.training.sampling import PatchSampler
from ai.training.truth import UNKNOWN, TrainingCase, rarity_of, save_case
from tests.support.drawn_cases import cube_case

SIZE = (32, 32, 32)
LABELS = 6


def sampler_of(case: TrainingCase, folder: Path, seed: int = 0) -> PatchSampler:
    """Return a sampler over one case."""
    save_case(case, folder / "train-procedural-1.safetensors")
    sampler = PatchSampler(folder, "train", LABELS, np.random.default_rng(seed))
    assert sampler.refresh() == 1
    return sampler


def nothing_true(cells: tuple[int, int, int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return labels, truth and rarity of a case in which nothing is abnormal."""
    none = torch.zeros((0, *cells), dtype=torch.uint8)
    return torch.zeros(0, dtype=torch.int64), none, none


def test_sizes_are_as_asked(tmp_path: Path) -> None:
    batch = sampler_of(cube_case(), tmp_path).batch(3, SIZE)
    assert tuple(batch.hu.shape) == (3, 1, 32, 32, 32)
    assert tuple(batch.truth.shape) == (3, 6, 16, 16, 16)
    assert batch.hu.dtype == torch.float32
    assert batch.truth.dtype == torch.uint8
    assert tuple(batch.organs.shape) == (3, 16, 16, 16)


def test_lesions_are_sought(tmp_path: Path) -> None:
    met = sum(bool((b > 0).any()) for b in sampler_of(cube_case(2), tmp_path).batch(60, SIZE).truth)
    # Patches of chance meet the cube in about one of four; three of four look for it.
    assert met > 60 * 0.65


def test_a_marked_voxel_stays_with_its_truth(tmp_path: Path) -> None:
    """After flips, blur, noise and change of contrast the dense cube still lies exactly under its truth."""
    batch = sampler_of(cube_case(), tmp_path, seed=3).batch(40, SIZE)
    whole = 0
    for hu, truth in zip(batch.hu[:, 0], batch.truth[:, 0], strict=True):
        cells = functional.avg_pool3d(hu[None, None], 2)[0, 0]
        inside = truth > 0
        if not bool(inside.any()):
            assert float(cells.max()) < -500
            continue
        whole += 1
        assert float(cells[inside].min()) > -350
        assert float(cells[~inside].max()) < -350
    assert whole > 15


def test_both_ways_round_are_met(tmp_path: Path) -> None:
    hu = torch.arange(32, dtype=torch.int16)[None, None, :].expand(32, 32, 32) * 50 - 1000
    organs = torch.full((16, 16, 16), 5, dtype=torch.uint8)
    case = TrainingCase(hu.contiguous(), *nothing_true((16, 16, 16)), organs, torch.zeros((0, 6)))
    batch = sampler_of(case, tmp_path).batch(40, SIZE)
    rising = [bool(p[:, :, -4:].mean() > p[:, :, :4].mean()) for p in batch.hu[:, 0]]
    assert 20 < sum(rising) < 38
    for right_way, organ in zip(rising, batch.organs, strict=True):
        assert (organ == (5 if right_way else UNKNOWN)).all()


def test_a_small_case_is_filled_up_with_air_and_without_truth(tmp_path: Path) -> None:
    case = TrainingCase(
        torch.full((16, 48, 48), 500, dtype=torch.int16),
        torch.arange(6),
        torch.full((6, 8, 24, 24), 200, dtype=torch.uint8),
        torch.full((6, 8, 24, 24), 90, dtype=torch.uint8),
        torch.full((8, 24, 24), 2, dtype=torch.uint8),
        torch.zeros((0, 6)),
    )
    batch = sampler_of(case, tmp_path).batch(4, SIZE)
    assert (batch.truth[:, :, 8:] == 0).all()
    assert (batch.truth[:, :, :8] == 200).all()
    assert float(batch.hu[:, :, 20:].mean()) < -900 < 300 < float(batch.hu[:, :, :12].mean())


def test_the_same_seed_takes_the_same_patches(tmp_path: Path) -> None:
    one, two = (sampler_of(cube_case(), tmp_path, seed=8).batch(4, SIZE) for _ in range(2))
    assert torch.equal(one.hu, two.hu)
    assert torch.equal(one.truth, two.truth)


def test_cases_that_appear_later_are_used_and_other_splits_are_not(tmp_path: Path) -> None:
    sampler = sampler_of(cube_case(), tmp_path)
    save_case(cube_case(), tmp_path / "evaluate-procedural-2000000.safetensors")
    save_case(cube_case(), tmp_path / "train-procedural-2.safetensors")
    (tmp_path / "train-procedural-3.part").write_bytes(b"half")
    assert sampler.refresh() == 2


def test_rare_labels_are_sought_as_often_as_frequent_ones(tmp_path: Path) -> None:
    for number in range(8):
        save_case(cube_case(1 if number == 0 else 0), tmp_path / f"train-procedural-{number}.safetensors")
    sampler = PatchSampler(tmp_path, "train", LABELS, np.random.default_rng(1))
    sampler.refresh()
    truth = sampler.batch(120, SIZE).truth
    rare, frequent = (int((truth[:, label] > 0).flatten(1).any(1).sum()) for label in (1, 0))
    assert rare > 0.5 * frequent


def test_a_small_lesion_is_sought_beside_a_large_one(tmp_path: Path) -> None:
    truth = torch.zeros((1, 64, 32, 32), dtype=torch.uint8)
    truth[0, 4:20, 8:24, 8:24], truth[0, 58:60, 15:17, 15:17] = 200, 200
    organs, instances = torch.zeros((64, 32, 32), dtype=torch.uint8), torch.zeros((0, 6))
    hu = torch.full((128, 64, 64), -800, dtype=torch.int16)
    case = TrainingCase(hu, torch.zeros(1, dtype=torch.int64), truth, rarity_of(truth), organs, instances)
    met = (sampler_of(case, tmp_path).batch(100, SIZE).truth[:, 0] > 0).flatten(1).sum(1)
    # Its patches show 8 cells or fewer; an eighth of the sought ones by width, one of 513 by cells.
    assert 3 <= int(((met > 0) & (met <= 8)).sum()) <= 25


def test_a_patch_knows_where_in_its_case_it_lies(tmp_path: Path) -> None:
    """Voxels that rise along each axis tell a patch's place; what it is told lies near it, mirrored or not."""
    shape = (64, 64, 64)
    up, _, left = torch.meshgrid(*(torch.arange(n) for n in shape), indexing="ij")
    cells = (32, 32, 32)
    organs = torch.zeros(cells, dtype=torch.uint8)
    for axis, hu in ((0, up), (2, left)):
        case = TrainingCase((hu * 10).to(torch.int16), *nothing_true(cells), organs, torch.zeros((0, 6)))
        batch = sampler_of(case, tmp_path, seed=axis).batch(40, SIZE)
        assert tuple(batch.extent.shape) == (40, 3, 2)
        at = [hu[4:-4, 4:-4, 4:-4].mean() / 320 - 1 for hu in batch.hu[:, 0]]
        told = batch.extent[:, axis].mean(1)
        apart = (told - torch.stack(at)).abs()
        assert 0.02 < float(apart.mean()) < 0.15
        assert float(apart.max()) < 0.4
        backwards = (batch.extent[:, 2, 0] > batch.extent[:, 2, 1]).float().mean()
        assert 0.1 < float(backwards) < 0.5


def test_a_label_with_more_lots_is_sought_more_often(tmp_path: Path) -> None:
    case = cube_case()
    two = TrainingCase(
        case.hu,
        torch.tensor([0, 1]),
        torch.stack([case.truth[0], case.truth[0].flip(0, 1, 2)]),
        torch.stack([case.rarity[0], case.rarity[0].flip(0, 1, 2)]),
        case.organs,
        case.instances,
    )
    save_case(two, tmp_path / "train-procedural-1.safetensors")
    met = []
    for lots in (None, {1: 20.0}):
        sampler = PatchSampler(tmp_path, "train", LABELS, np.random.default_rng(4), lots)
        sampler.refresh()
        met.append(float((sampler.batch(80, (16, 16, 16)).truth[:, 1] > 0).flatten(1).any(1).float().mean()))
    assert met[1] > 1.3 * met[0]
