"""The training loop: resumable, measured by steps, the same recipe on two cores and on a GPU."""

from __future__ import annotations

import copy
import csv
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ai.model.deep_network import FEATURES, FINE, WIDTHS, DeepNet
from ai.model.network import EvidenceNet
from ai.progress import QUIET, Progress
from ai.training.ahead import Ahead
from ai.training.averaging import follow
from ai.training.labels import LABELS
from ai.training.losses import total_loss
from ai.training.orthogonal import Orthogonal
from ai.training.sampling import Batch, PatchSampler
from ai.training.schedule import warmed_cosine

_LAST = 0.002
"""Share of the learning rate that is left in the end."""


@dataclass(frozen=True)
class Recipe:
    """How long and how fast to learn.

    ``batches`` take turns from step to step, each so many cubes of so many voxels a side (a multiple of 16): large ones
    show an organ whole, small ones show more small abnormalities in the same time. ``lots`` names labels that are
    sought more often than others. ``compiled`` fuses the network's layers: a fifth faster on two cores, but it needs a
    C++ compiler. ``on_gpu`` times as many patches are learned from at a step on a GPU.
    """

    steps: int = 3000
    batches: tuple[tuple[int, int], ...] = ((2, 80), (8, 48))
    learning_rate: float = 5e-3
    weight_decay: float = 0.02
    warm_up: int = 100
    averaging: float = 0.995
    seed: int = 7
    lots: tuple[tuple[str, float], ...] = (("nodule", 4.0), ("mass", 3.0), ("groundglass", 1.5), ("consolidation", 2.0))
    compiled: bool = False
    on_gpu: int = 4

    def patches(self, step: int, device: torch.device) -> tuple[int, int]:
        """Return how many cubes a step learns from, and their side in voxels."""
        count, side = self.batches[step % len(self.batches)]
        return count * (self.on_gpu if device.type == "cuda" else 1), side

    def rate(self, step: int) -> float:
        """Learning rate at a step: linear warm-up, then a cosine to a five-hundredth.

        The steps of ``Orthogonal`` are as long as the rate says, however small the gradient. After a run that had
        ended at a fiftieth (1e-4), 260 steps that sank to 1e-5 took a third off the loss of cases not learned from.
        """
        return warmed_cosine(step, self.steps, self.warm_up, self.learning_rate, _LAST)


def new_network() -> EvidenceNet:
    """Return the network that is taught, by chance."""
    return DeepNet(len(LABELS), WIDTHS, FEATURES, fine=FINE)


class Learner:
    """Network, its running average, optimiser and place in the recipe; can be put down and taken up again.

    Args:
        recipe: how to learn.
        share: folder of drawn cases.
        run: folder for ``checkpoint.pt`` and ``log.csv``.
        device: torch device.
        start: the network that a new run begins as; by chance without. A run that is taken up goes on with its own
            weights.
    """

    def __init__(self, recipe: Recipe, share: Path, run: Path, device: str, start: EvidenceNet | None = None) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.run, self.device = recipe, run, torch.device(device)
        self.network = new_network().to(self.device)
        if start is not None:
            self.network.load_state_dict(start.state_dict())
            self.network.pooling = start.pooling
        self.average = copy.deepcopy(self.network)
        inner, outer = self._groups()
        self.optimisers = (
            Orthogonal(inner, lr=recipe.learning_rate, weight_decay=recipe.weight_decay),
            torch.optim.AdamW(outer, lr=recipe.learning_rate, weight_decay=0.0),
        )
        self.step = 0
        run.mkdir(parents=True, exist_ok=True)
        self._resume()
        rng = np.random.default_rng(recipe.seed + 1000 * self.step)
        lots = {LABELS.index(label): lot for label, lot in recipe.lots}
        self.sampler = PatchSampler(share, "train", len(LABELS), rng, lots, self.device)
        on_gpu = self.device.type == "cuda"
        self._stream = torch.cuda.Stream(self.device) if on_gpu else None  # type: ignore[no-untyped-call]
        self._features = (
            torch.compile(self.network.features, dynamic=False) if recipe.compiled else self.network.features
        )

    def learn(self, progress: Progress = QUIET) -> EvidenceNet:
        """Go on to the end of the recipe; return the averaged network."""
        self.network.train()
        began, seen = time.monotonic(), self.step
        with Ahead(self._batch, self.step, ahead=1) as batches:
            while self.step < self.recipe.steps:
                parts = self._one_step(self._handed_over(batches.take()))
                self.step += 1
                if self.step % 20 == 0:
                    pace = (time.monotonic() - began) / (self.step - seen)
                    told = {name: float(part) for name, part in parts.items()}
                    self._log(told, pace)
                    progress.report(self.step / self.recipe.steps, f"step {self.step}, {pace:.3g} s a step, {told}")
                if self.step % 200 == 0 or self.step == self.recipe.steps:
                    self.save()
        return self.average

    def _batch(self, step: int) -> Batch:
        """Take a step's patches, on a GPU in a stream of their own, so that they do not wait for the network."""
        if step % 50 == 0 or not self.sampler.cases:
            self.sampler.refresh()
        count, side = self.recipe.patches(step, self.device)
        if self._stream is None:
            return self.sampler.batch(count, (side, side, side))
        with torch.cuda.stream(self._stream):
            batch = self.sampler.batch(count, (side, side, side))
        self._stream.synchronize()
        return batch

    def _handed_over(self, batch: Batch) -> Batch:
        """Return patches that the network's stream may use."""
        if self._stream is not None:
            mine = torch.cuda.current_stream(self.device)
            mine.wait_stream(self._stream)
            for tensor in batch.tensors():
                tensor.record_stream(mine)
        return batch

    def _one_step(self, batch: Batch) -> dict[str, Tensor]:
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.rate(self.step)
        features = self._features(batch.hu.contiguous(memory_format=torch.channels_last_3d), batch.extent)
        evidence = self.network.judge(features)
        loss, parts = total_loss(evidence, batch.truth, batch.weight, batch.organs)
        self.network.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
        follow(self.average, self.network, self.step, self.recipe.averaging)
        return parts

    def _groups(self) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
        """Weights of the layers inside; and what stands at the end or is no weight: heads, gains, biases, norms."""
        network = self.network
        ends = (network.head,) if network.organ_head is None else (network.head, network.organ_head)
        heads = {id(p) for end in ends for p in end.parameters()}
        inner = [p for p in self.network.parameters() if p.ndim > 1 and id(p) not in heads]
        chosen = {id(p) for p in inner}
        return inner, [p for p in self.network.parameters() if id(p) not in chosen]

    def save(self) -> None:
        """Write the checkpoint; it appears whole or not at all."""
        state: dict[str, object] = {
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
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
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.step = int(state["step"])

    def _log(self, parts: dict[str, float], pace: float) -> None:
        path = self.run / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["step", "seconds_per_step", *parts])
            writer.writerow([self.step, round(pace, 3), *(round(v, 5) for v in parts.values())])
