"""The training loop: resumable, measured by steps, the same recipe on two cores and on a GPU."""

from __future__ import annotations

import csv
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ai.model.network import EvidenceNet
from ai.progress import QUIET, Progress
from ai.training.labels import LABELS
from ai.training.losses import total_loss
from ai.training.sampling import PatchSampler


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn.

    ``batches`` take turns from step to step, each so many cubes of so many voxels a side (a multiple of 16): large ones
    show an organ whole, small ones show more small abnormalities in the same time.
    """

    steps: int = 4000
    batches: tuple[tuple[int, int], ...] = ((2, 80), (8, 48))
    learning_rate: float = 2e-3
    weight_decay: float = 1e-4
    warm_up: int = 100
    averaging: float = 0.995
    seed: int = 7

    def rate(self, step: int) -> float:
        """Learning rate at a step: linear warm-up, then a cosine to a fiftieth."""
        if step < self.warm_up:
            return self.learning_rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.learning_rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


class Learner:
    """Network, its running average, optimiser and place in the recipe; can be put down and taken up again.

    Args:
        recipe: how to learn.
        share: folder of drawn cases.
        run: folder for ``checkpoint.pt`` and ``log.csv``.
        device: torch device.
    """

    def __init__(self, recipe: Recipe, share: Path, run: Path, device: str) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.run, self.device = recipe, run, torch.device(device)
        self.network = EvidenceNet(len(LABELS)).to(self.device)
        self.average = EvidenceNet(len(LABELS)).to(self.device)
        self.average.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(self._groups(), lr=recipe.learning_rate)
        self.step = 0
        run.mkdir(parents=True, exist_ok=True)
        self._resume()
        self.sampler = PatchSampler(share, "train", len(LABELS), np.random.default_rng(recipe.seed + 1000 * self.step))

    def learn(self, progress: Progress = QUIET) -> EvidenceNet:
        """Go on to the end of the recipe; return the averaged network."""
        self.network.train()
        began, seen = time.monotonic(), self.step
        while self.step < self.recipe.steps:
            if self.step % 50 == 0 or not self.sampler.cases:
                self.sampler.refresh()
            parts = self._one_step()
            self.step += 1
            if self.step % 20 == 0:
                pace = (time.monotonic() - began) / (self.step - seen)
                self._log(parts, pace)
                progress.report(self.step / self.recipe.steps, f"step {self.step}, {pace:.2f} s a step, {parts}")
            if self.step % 200 == 0 or self.step == self.recipe.steps:
                self.save()
        return self.average

    def _one_step(self) -> dict[str, float]:
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate(self.step)
        count, side = self.recipe.batches[self.step % len(self.recipe.batches)]
        batch = self.sampler.batch(count, (side, side, side))
        hu = batch.hu.to(self.device, memory_format=torch.channels_last_3d)
        loss, parts = total_loss(self.network(hu), batch.truth.to(self.device), batch.organs.to(self.device))
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self._follow()
        return parts

    def _follow(self) -> None:
        """Let the average follow the network; young averages follow faster."""
        keep = min(self.recipe.averaging, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            mine = self.average.state_dict()
            for name, value in self.network.state_dict().items():
                if value.dtype.is_floating_point:
                    mine[name].lerp_(value, 1 - keep)
                else:
                    mine[name].copy_(value)

    def _groups(self) -> list[dict[str, object]]:
        """Weights decay, gains, biases and norms do not."""
        decaying = [p for p in self.network.parameters() if p.ndim > 1]
        others = [p for p in self.network.parameters() if p.ndim <= 1]
        return [
            {"params": decaying, "weight_decay": self.recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]

    def save(self) -> None:
        """Write the checkpoint; it appears whole or not at all."""
        state: dict[str, object] = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "recipe": asdict(self.recipe),
        }
        draft = self.run / "checkpoint.part"
        torch.save(state, draft)
        draft.replace(self.run / "checkpoint.pt")

    def _resume(self) -> None:
        path = self.run / "checkpoint.pt"
        if not path.exists():
            return
        state: dict[str, dict[str, Tensor]] = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])  # type: ignore[call-overload]

    def _log(self, parts: dict[str, float], pace: float) -> None:
        path = self.run / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["step", "seconds_per_step", *parts])
            writer.writerow([self.step, round(pace, 3), *(round(v, 5) for v in parts.values())])
