"""Learning from reports goes exactly on after any kill, and is the same by one process and by two."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from ai.model.network import EvidenceNet
from ai.training.reports.errors import ReportsError
from ai.training.reports.processes import Processes, joined
from ai.training.reports.recipe import Learns
from ai.training.reports.report_learning import ReportLearner
from ai.training.truth import save_case
from tests.support.blocks import (
    BLOCKS,
    Blocks,
    SeenBlocks,
    block_lessons,
    drawn_too,
    same,
)
from tests.support.drawn_cases import cube_case

ROOT = Path(__file__).resolve().parents[3]


class _Killed(Exception):
    """Stands for a kill that nothing can answer."""


def killed_after(scans: int) -> Callable[[str], None]:
    """Return what dies when one scan more is asked for."""

    asked = count()

    def watch(key: str) -> None:
        if next(asked) == scans:
            raise _Killed

    return watch


def learner(folder: Path, scans: Blocks | None = None, **changes: object) -> ReportLearner:
    """Return a learner of blocks in a folder."""
    recipe = BLOCKS if not changes else BLOCKS.__class__(**{**BLOCKS.__dict__, **changes})
    return ReportLearner(recipe, recipe.new_network(), block_lessons(), scans or Blocks(), folder)


def curve(folder: Path, part: str = "loss") -> dict[int, float]:
    """Return the loss, or a part of it, by step."""
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["step"]): float(row[part]) for row in csv.DictReader(file)}


def outside(folder: Path, *words: str, launch: tuple[str, ...] = ()) -> int:
    """Learn in other processes; return their exit status."""
    command = [sys.executable, *launch, "-m", "tests.support.learn_blocks", str(folder), *words]
    alone = {key: value for key, value in os.environ.items() if key not in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    settings = {**alone, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, timeout=240, check=False).returncode


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> ReportLearner:
    """Return a learner that came to its end without a stop."""
    made = learner(tmp_path_factory.mktemp("whole"))
    made.learn()
    return made


def test_ten_killed_and_resumed_runs_end_with_the_very_weights_of_one_that_never_stopped(
    whole: ReportLearner, tmp_path: Path
) -> None:
    rng = np.random.default_rng(3)
    for run in range(10):
        folder, left = tmp_path / str(run), int(rng.integers(0, 2 * BLOCKS.steps))
        with pytest.raises(_Killed):
            learner(folder, Blocks(killed_after(left))).learn()
        again = learner(folder)
        assert again.step < BLOCKS.steps
        assert same(again.learn(), whole.average)
        assert same(again.network, whole.network)
        assert torch.equal(again.bank.logits, whole.bank.logits)
        assert len(curve(folder)) == BLOCKS.steps


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_process_killed_by_the_system_is_taken_up_to_the_same_weights(whole: ReportLearner, tmp_path: Path) -> None:
    assert outside(tmp_path, "7") == -signal.SIGKILL
    again = learner(tmp_path)
    assert again.step == 2
    assert same(again.learn(), whole.average)


def test_two_processes_have_the_loss_curve_of_one_drawn_cases_and_all(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "share").mkdir(parents=True)
        for number in range(2):
            save_case(cube_case(number), tmp_path / name / "share" / f"train-procedural-{number}.safetensors")
    drawn_too(tmp_path / "one").learn()
    launch = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
    assert outside(tmp_path / "two", launch=launch) == 0
    for part in ("loss", "scan", "drawn"):
        one, two = (curve(tmp_path / name, part) for name in ("one", "two"))
        assert one.keys() == two.keys() == set(range(1, BLOCKS.steps + 1))
        assert len({round(loss, 3) for loss in one.values()}) > 1, part
        assert all(abs(one[step] - two[step]) < 1e-3 for step in one), part


def test_a_run_with_other_drawn_cases_is_not_taken_up(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    save_case(cube_case(0), tmp_path / "share" / "train-procedural-0.safetensors")
    drawn_too(tmp_path).save()
    save_case(cube_case(1), tmp_path / "share" / "train-procedural-1.safetensors")
    with pytest.raises(ReportsError, match="other drawn cases"):
        drawn_too(tmp_path)


def test_the_mask_loss_raises_the_share_of_heat_where_the_report_says(tmp_path: Path) -> None:
    shares = []
    for weight in (0.0, 2.0):
        made = learner(tmp_path / str(weight), steps=24, mask=weight, kept_every=1000, told_every=1000)
        made.learn()
        shares.append(np.mean([_share(made, key) for key in ("0", "2", "4")]))
    assert shares[1] > 1.3 * shares[0]


def _share(made: ReportLearner, key: str) -> float:
    crop = Blocks().load(key)
    with torch.inference_mode():
        heat = made.network(crop.hu.float()[None, None]).places[0, 0].clamp_min(0)
    return float(heat[:, :, :8].sum() / heat.sum().clamp_min(1e-6))


def heads(folder: Path, scans: SeenBlocks | None = None) -> ReportLearner:
    """Return a learner of heads alone."""
    recipe = replace(BLOCKS, learns=Learns.HEADS, steps=60, learning_rate=0.2)
    return ReportLearner(recipe, recipe.new_network(), block_lessons(), scans or SeenBlocks(), folder)


def test_heads_alone_learn_what_is_there_and_a_stop_changes_nothing(tmp_path: Path) -> None:
    made = heads(tmp_path / "whole")
    learned = made.learn()
    assert _apart(learned) > _apart(BLOCKS.new_network()) + 0.5
    before, after = BLOCKS.new_network().state_dict(), made.network.state_dict()
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == {"head.weight", "log_gain", "bias"}
    with pytest.raises(_Killed):
        heads(tmp_path / "stopped", SeenBlocks(killed_after(45))).learn()
    assert same(heads(tmp_path / "stopped").learn(), learned)


def _apart(network: EvidenceNet) -> float:
    """How much higher the first label's lowest logit is where it is there than its highest where it is not."""
    with torch.inference_mode():
        said = [float(network.judge(SeenBlocks().load(str(n)).values[None].float()).logits[0, 0]) for n in range(6)]
    return min(said[::2]) - max(said[1::2])


def test_a_run_is_not_taken_up_by_another(whole: ReportLearner, tmp_path: Path) -> None:
    learner(tmp_path, steps=2).learn()
    with pytest.raises(ReportsError, match="another recipe"):
        learner(tmp_path, steps=2, seed=8)
    with pytest.raises(ReportsError, match="other scans"):
        recipe = BLOCKS.__class__(**{**BLOCKS.__dict__, "steps": 2})
        ReportLearner(recipe, recipe.new_network(), block_lessons(5), Blocks(), tmp_path)


def test_scans_that_cannot_be_shared_evenly_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportsError, match="cannot be shared by 3 processes"):
        ReportLearner(BLOCKS, BLOCKS.new_network(), block_lessons(), Blocks(), tmp_path, Processes(0, 3))


def test_alone_unless_torchrun_says_otherwise() -> None:
    for told in ({}, {"WORLD_SIZE": "1", "RANK": "0"}):
        with joined("cpu", told) as processes:
            assert (processes.first, processes.count, processes.device) == (True, 1, "cpu")
