"""Cubes are kept whole, drawn by lot in fixed shares, and varied without losing what is in their middle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ai.model.close_look import SIDE
from ai.training.nodules.lessons import KEPT, SPARE, Cubes, Lots, middle_of, varied


def cubes(nodules: int, others: int) -> Cubes:
    """Return cubes of 100 HU (nodules) and −800 HU, the later the likelier."""
    count = nodules + others
    present = torch.cat([torch.ones(nodules), torch.zeros(others)]).to(torch.uint8)
    hu = torch.where(present.bool(), 100, -800)[:, None, None, None].expand(count, KEPT, KEPT, KEPT).to(torch.int16)
    places = torch.arange(count, dtype=torch.float32) - count
    return Cubes(hu, places, places + 1, present, present * 8.0, torch.ones(count, dtype=torch.uint8))


def test_they_come_back_as_they_were_kept(tmp_path: Path) -> None:
    one, other = cubes(2, 3), cubes(1, 1)
    one.save(tmp_path / "cubes.safetensors")
    joined = Cubes.joined([Cubes.load(tmp_path / "cubes.safetensors"), other])
    assert joined.present.tolist() == [1, 1, 0, 0, 0, 1, 0]
    assert torch.equal(joined.hu[:5], one.hu)
    assert not list(tmp_path.glob("*.part"))


def test_two_fifths_of_a_batch_are_nodules_and_what_is_likely_comes_more_often() -> None:
    lots = Lots(cubes(4, 40), np.random.default_rng(1))
    hu, places, present = lots.batch(200)
    assert (hu.shape, hu.dtype) == ((200, 1, SIDE, SIDE, SIDE), torch.float32)
    assert int(present.sum()) == 80
    assert bool((hu[present == 1].mean((1, 2, 3, 4)) > hu[present == 0].mean((1, 2, 3, 4)).max()).all())
    told = places[(present == 0) & (places != -3.0)]
    assert float((told >= -11).float().mean()) > 0.5  # a quarter of the others; half of them by lot


def test_a_varied_cube_still_holds_its_middle() -> None:
    kept = torch.full((KEPT, KEPT, KEPT), -850, dtype=torch.int16)
    middle = slice(KEPT // 2 - 2, KEPT // 2 + 2)
    kept[middle, middle, middle] = 400
    seen = set()
    for seed in range(12):
        cube = varied(kept, np.random.default_rng(seed))
        assert cube.shape == (SIDE, SIDE, SIDE)
        bright = torch.nonzero(cube > 0).float().mean(0)
        assert float((bright - (SIDE - 1) / 2).abs().max()) <= SPARE + 0.5
        seen.add(tuple(bright.round().tolist()))
    assert len(seen) > 4


def test_the_middle_is_cut_without_change() -> None:
    kept = torch.arange(KEPT**3, dtype=torch.int32).reshape(1, KEPT, KEPT, KEPT) % 1000
    assert torch.equal(middle_of(kept.to(torch.int16))[0], kept[0, SPARE:-SPARE, SPARE:-SPARE, SPARE:-SPARE].float())
