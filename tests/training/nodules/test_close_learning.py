"""The close look learns, and goes on where it was put down."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ai.training.nodules.close_learning import CloseLearner, CloseRecipe
from ai.training.nodules.close_run import calibrated
from ai.training.nodules.lessons import KEPT, Cubes, middle_of


def balls(count: int, seed: int) -> Cubes:
    """Return cubes of noisy lung, every other with a ball of 9 mm in its middle."""
    chance = torch.Generator().manual_seed(seed)
    hu = -850 + 40 * torch.randn((count, KEPT, KEPT, KEPT), generator=chance)
    line = torch.arange(KEPT) - (KEPT - 1) / 2
    inside = (line[:, None, None] ** 2 + line[None, :, None] ** 2 + line**2) <= 3.0**2
    present = torch.arange(count) % 2 == 0
    hu += inside * present[:, None, None, None] * 850
    return Cubes(
        hu.to(torch.int16),
        torch.full((count,), -3.0),
        torch.full((count,), -2.0),
        present.to(torch.uint8),
        present * 9.0,
        torch.ones(count, dtype=torch.uint8),
    )


def test_it_learns_to_tell_a_ball_from_none_and_its_answers_mean_what_they_say(tmp_path: Path) -> None:
    recipe = CloseRecipe(steps=24, batch=16, warm_up=4, averaging=0.8)
    network = CloseLearner(recipe, balls(24, 1), tmp_path).learn()
    fresh = [balls(20, seed) for seed in (2, 3)]
    look = calibrated(network, fresh, "balls")
    own, peak, added = look.weighing
    assert look.thresholds.in_order
    with torch.no_grad():
        answers = network(middle_of(fresh[0].hu)[:, None], fresh[0].places)
    said = torch.sigmoid(own * answers + peak * fresh[0].peaks + added)
    assert said[fresh[0].present == 1].min() > said[fresh[0].present == 0].max()
    assert float(said.mean()) == pytest.approx(0.5, abs=0.1)
    assert (tmp_path / "log.csv").read_text(encoding="utf-8").startswith("step,loss,learning_rate\n20,")


def test_put_down_and_taken_up_it_goes_on(tmp_path: Path) -> None:
    lessons = balls(12, 1)
    CloseLearner(CloseRecipe(steps=2, batch=8), lessons, tmp_path).learn()
    again = CloseLearner(CloseRecipe(steps=3, batch=8), lessons, tmp_path)
    assert again.step == 2
    again.learn()
    assert again.step == 3
    assert CloseLearner(CloseRecipe(steps=3, batch=8), lessons, tmp_path).step == 3
