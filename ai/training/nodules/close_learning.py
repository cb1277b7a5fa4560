"""Teaches the close look; can be put down and taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ai.model.close_look import CloseNet
from ai.progress import QUIET, Progress
from ai.training.ahead import Ahead
from ai.training.averaging import follow
from ai.training.journal import Journal
from ai.training.nodules.lessons import Cubes, Lots
from ai.training.orthogonal import Orthogonal
from ai.training.schedule import warmed_cosine

_LAST = 0.01
"""Share of the learning rate that is left in the end."""
_SAID, _SAVED = 20, 200


@dataclass(frozen=True)
class CloseRecipe:
    """How long and how fast to learn."""

    steps: int = 4000
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    averaging: float = 0.995
    seed: int = 7

    def rate(self, step: int) -> float:
        """Learning rate at a step: linear warm-up, then a cosine to a hundredth."""
        return warmed_cosine(step, self.steps, self.warm_up, self.learning_rate, _LAST)


class CloseLearner:
    """Network, its running average, optimisers and place in the recipe.

    Args:
        recipe: how to learn.
        cubes: to learn from.
        run: folder for ``close.pt`` and the journal.
    """

    def __init__(self, recipe: CloseRecipe, cubes: Cubes, run: Path) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.run = recipe, run
        self._cubes = cubes
        self.network, self.average = CloseNet(), CloseNet()
        self.average.load_state_dict(self.network.state_dict())
        inner = [p for name, p in self.network.named_parameters() if p.ndim > 1 and not name.startswith("answer")]
        chosen = {id(p) for p in inner}
        outer = [p for p in self.network.parameters() if id(p) not in chosen]
        self._optimisers = (
            Orthogonal(inner, lr=recipe.learning_rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(outer, lr=recipe.learning_rate, weight_decay=0.0),
        )
        self.step = 0
        run.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(run)
        self._resume()
        self._journal.rewind(self.step)

    def learn(self, progress: Progress = QUIET) -> CloseNet:
        """Go on to the end of the recipe; return the averaged network, in evaluation mode."""
        self.network.train()
        lots = Lots(self._cubes, np.random.default_rng([self.recipe.seed, self.step]))
        losses: list[float] = []
        with Ahead(lambda _: lots.batch(self.recipe.batch), self.step, ahead=1) as batches:
            while self.step < self.recipe.steps:
                losses.append(self._one_step(*batches.take()))
                self.step += 1
                if self.step % _SAID == 0:
                    mean = float(np.mean(losses[-_SAID:]))
                    self._journal.write(self.step, {"loss": mean, "learning_rate": self.recipe.rate(self.step)})
                    progress.report(self.step / self.recipe.steps, f"close look, step {self.step}, loss {mean:.3f}")
                if self.step % _SAVED == 0 or self.step == self.recipe.steps:
                    self.save()
        return self.average.eval()

    def _one_step(self, hu: torch.Tensor, places: torch.Tensor, present: torch.Tensor) -> float:
        for optimiser in self._optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.rate(self.step)
        loss = functional.binary_cross_entropy_with_logits(self.network(hu, places), present)
        self.network.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        for optimiser in self._optimisers:
            optimiser.step()
        follow(self.average, self.network, self.step, self.recipe.averaging)
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint; it appears whole or not at all."""
        state: dict[str, object] = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self._optimisers],
            "step": self.step,
        }
        draft = self.run / "close.part"
        torch.save(state, draft)
        draft.replace(self.run / "close.pt")

    def _resume(self) -> None:
        path = self.run / "close.pt"
        if not path.exists():
            return
        state: dict[str, Any] = torch.load(path, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimiser, kept in zip(self._optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.step = int(state["step"])
