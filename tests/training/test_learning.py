"""The loop learns, is put down and taken up at the same step, and runs nothing it reads."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from pickle import UnpicklingError

import pytest
import torch

from ai.phantom import CATALOGUE
from ai.training.labels import LABELS
from ai.training.learning import Learner, Recipe
from ai.training.losses import total_loss
from ai.training.recipe_run import averaged
from ai.training.truth import save_case
from ai.vocabulary import abnormality
from tests.support.drawn_cases import cube_case

SMALL = Recipe(steps=4, batches=((2, 32),), warm_up=2)


class _Harm:
    """What a hostile checkpoint would do when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (Path.touch, (self.mark,))  # type: ignore[return-value]


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Return a folder with two cases."""
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(2):
        save_case(cube_case(number), folder / f"train-procedural-{number}.safetensors")
    return folder


def test_it_goes_to_the_end_and_keeps_a_checkpoint_and_a_log(share: Path, tmp_path: Path) -> None:
    recipe = Recipe(steps=20, batches=((2, 16),), warm_up=2)
    learner = Learner(recipe, share, tmp_path / "run", "cpu")
    network = learner.learn()
    assert learner.step == 20
    assert network is learner.average
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == ["checkpoint.pt", "log.csv"]
    rows = list(csv.DictReader((tmp_path / "run" / "log.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["step"] for row in rows] == ["20"]
    assert all(float(rows[0][name]) > 0 for name in ("seconds_per_step", "place", "scan", "organ"))


def test_it_is_taken_up_where_it_was_put_down(share: Path, tmp_path: Path) -> None:
    one = Learner(SMALL, share, tmp_path / "run", "cpu")
    one.learn()
    two = Learner(Recipe(steps=6, batches=((2, 32),), warm_up=2), share, tmp_path / "run", "cpu")
    assert two.step == 4
    for mine, theirs in ((one.network, two.network), (one.average, two.average)):
        for name, value in mine.state_dict().items():
            assert torch.equal(value, theirs.state_dict()[name]), name
    for before, after, moment in zip(one.optimisers, two.optimisers, ("momentum", "exp_avg"), strict=True):
        moments = [state[moment] for state in before.state.values()]
        again = [state[moment] for state in after.state.values()]
        assert len(moments) == len(again) > 0
        assert all(torch.equal(a, b) for a, b in zip(moments, again, strict=True))
    two.learn()
    assert two.step == 6


def test_the_finished_network_is_the_average(share: Path, tmp_path: Path) -> None:
    learner = Learner(SMALL, share, tmp_path / "run", "cpu")
    network = learner.learn()
    kept = averaged(tmp_path / "run" / "checkpoint.pt")
    for name, value in network.state_dict().items():
        assert torch.equal(value, kept.state_dict()[name]), name
    assert any(not torch.equal(a, b) for a, b in zip(network.parameters(), learner.network.parameters(), strict=True))


def test_the_same_recipe_learns_the_same(share: Path, tmp_path: Path) -> None:
    short = Recipe(steps=2, batches=((1, 32),))
    one, two = (Learner(short, share, tmp_path / name, "cpu").learn() for name in ("a", "b"))
    for name, value in one.state_dict().items():
        assert torch.equal(value, two.state_dict()[name]), name


def test_the_loss_of_a_batch_falls_when_it_is_learned(share: Path, tmp_path: Path) -> None:
    learner = Learner(Recipe(steps=1, batches=((2, 32),)), share, tmp_path / "run", "cpu")
    learner.sampler.refresh()
    batch = learner.sampler.batch(2, (32, 32, 32))
    losses = []
    for _ in range(8):
        evidence = learner.network(batch.hu, batch.extent)
        loss, _ = total_loss(evidence, batch.truth, batch.weight, batch.organs)
        losses.append(float(loss.detach()))
        learner.network.zero_grad()
        torch.autograd.backward(loss)
        for optimiser in learner.optimisers:
            optimiser.step()
    assert losses[-1] < 0.8 * losses[0]


def test_every_parameter_is_learned_and_only_weights_inside_decay(share: Path, tmp_path: Path) -> None:
    learner = Learner(SMALL, share, tmp_path / "run", "cpu")
    (inner,), (outer,) = (optimiser.param_groups for optimiser in learner.optimisers)
    count = sum(len(group["params"]) for group in (inner, outer))
    assert count == len(list(learner.network.parameters()))
    assert inner["weight_decay"] == SMALL.weight_decay
    assert outer["weight_decay"] == 0
    ids = {id(p) for p in outer["params"]}
    assert {id(learner.network.bias), id(learner.network.log_gain), id(learner.network.head.weight)} <= ids
    assert all(p.ndim > 1 for p in inner["params"])


def test_a_checkpoint_runs_no_code(share: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    mark = tmp_path / "harmed"
    torch.save({"network": _Harm(mark), "average": _Harm(mark)}, tmp_path / "run" / "checkpoint.pt")
    with pytest.raises(UnpicklingError):
        Learner(SMALL, share, tmp_path / "run", "cpu")
    with pytest.raises(UnpicklingError):
        averaged(tmp_path / "run" / "checkpoint.pt")
    assert not mark.exists()


def test_a_half_written_checkpoint_is_not_taken_up(
    share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    learner = Learner(SMALL, share, tmp_path / "run", "cpu")
    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OSError, match="No space left"):
        learner.save()
    assert not (tmp_path / "run" / "checkpoint.pt").exists()
    assert Learner(SMALL, share, tmp_path / "run", "cpu").step == 0


def test_the_rate_warms_up_and_sinks() -> None:
    recipe = Recipe(steps=1000, warm_up=100, learning_rate=1e-2)
    rates = [recipe.rate(step) for step in range(1000)]
    assert rates[0] == pytest.approx(1e-4)
    assert max(rates) == pytest.approx(1e-2)
    assert rates.index(max(rates)) in (99, 100)
    assert all(a >= b for a, b in itertools.pairwise(rates[100:]))
    assert recipe.rate(5000) == pytest.approx(2e-5)


def test_labels_are_the_vocabularys_and_can_all_be_drawn() -> None:
    assert set(LABELS) <= {label for thing in CATALOGUE for label in thing.labels}
    assert len(set(LABELS)) == len(LABELS)
    assert all(abnormality(name).name == name for name in LABELS)
