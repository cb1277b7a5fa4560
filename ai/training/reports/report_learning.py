"""Learning from reports: a whole scan at a time, by as many processes as there are, and exactly on after any kill.

A network with batch normalisation sees each scan alone, as when it reads, whichever process has it; the statistics of
a step's scans are averaged. So a step is the same whether one process takes its scans in turn or several side by side.
Order and chance follow from seed and step; a checkpoint holds all else. A killed run that is taken up ends with the
very weights of one that never stopped, on the same kind of machine with as many threads.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from ai.model.network import Evidence, EvidenceNet
from ai.progress import QUIET, Progress
from ai.training.averaging import follow
from ai.training.journal import Journal, board_of
from ai.training.reports.bank import Bank
from ai.training.reports.checkpoint import Checkpoint
from ai.training.reports.company import Company, set_statistics, statistics, touched
from ai.training.reports.crops import Crop
from ai.training.reports.drawn import DrawnPatches
from ai.training.reports.kept_features import Features
from ai.training.reports.lesson import Lesson, balance
from ai.training.reports.order import Order
from ai.training.reports.processes import Processes
from ai.training.reports.recipe import Learns, ReportRecipe
from ai.training.reports.report_losses import (
    allowed_cells,
    course_loss,
    mask_loss,
    scan_loss,
    somewhere_loss,
)

PARTS = ("scan", "somewhere", "mask", "course", "drawn")
_STEEPEST = 5.0
"""Norm to which a step's gradient is cut."""


class Loads(Protocol):
    """Where scans come from: ``Crops``, or for heads alone ``KeptFeatures``."""

    def load(self, key: str) -> Crop | Features:
        """Return a scan."""


class ReportLearner:
    """Network, its running average, optimisers and place in the recipe.

    Args:
        recipe: how to learn.
        network: begins with these weights; changed.
        lessons: of the scans to learn from.
        scans: where they come from.
        run: folder for the checkpoint and the journal.
        processes: which of how many this one is.
        drawn: patches with pixel truth to mix in; None for none.

    Raises:
        ReportsError: the checkpoint in the folder is of other scans or another recipe; no scans.
    """

    def __init__(
        self,
        recipe: ReportRecipe,
        network: EvidenceNet,
        lessons: Sequence[Lesson],
        scans: Loads,
        run: Path,
        processes: Processes | None = None,
        drawn: DrawnPatches | None = None,
    ) -> None:
        self.recipe, self.lessons, self.drawn = recipe, lessons, drawn
        self.processes = processes or Processes()
        self._scans, self._device = scans, torch.device(self.processes.device)
        self.network = network.to(self._device)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimisers = recipe.optimisers_of(self.network)
        self.bank = Bank(lessons, len(network.bias))
        self._counts = balance(lessons).to(self._device)
        self._order = Order(len(lessons), recipe.seed, recipe.slots(self.processes.count))
        self.step = 0
        run.mkdir(parents=True, exist_ok=True)
        names = () if drawn is None else drawn.names
        self._checkpoint = Checkpoint(run, recipe, [lesson.key for lesson in lessons], names)
        self._resume()
        self._journal = Journal(run, board_of(run)) if self.processes.first else None
        if self._journal is not None:
            self._journal.rewind(self.step)
        self._company = Company(self.network, recipe.learns is Learns.HEADS, self.processes, recipe.varied)

    def learn(self, progress: Progress = QUIET) -> EvidenceNet:
        """Go on to the end of the recipe; return the averaged network."""
        self.network.train(self.recipe.learns is Learns.ALL)
        began, first = time.monotonic(), self.step
        while self.step < self.recipe.steps:
            parts = self._one_step()
            self.step += 1
            last = self.step == self.recipe.steps
            if last or self.step % self.recipe.told_every == 0:
                self._tell(parts, (time.monotonic() - began) / (self.step - first), progress)
            if last or self.step % self.recipe.kept_every == 0:
                self.save()
        return self.average

    def save(self) -> None:
        """Write the checkpoint; it appears whole or not at all. Only the first process does."""
        if self.processes.first:
            self._checkpoint.write(
                {
                    "network": self.network.state_dict(),
                    "average": self.average.state_dict(),
                    "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
                    "bank": self.bank.logits,
                    "step": self.step,
                }
            )
        self.processes.wait()

    def _resume(self) -> None:
        state = self._checkpoint.read(self._device)
        if state is None:
            return
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.bank.logits = state["bank"].cpu()
        self.step = int(state["step"])

    def _one_step(self) -> Tensor:
        """Learn from this process's share of a step's scans; return the loss and its parts, (1 + parts,)."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.rate(self.step)
        self.network.zero_grad(set_to_none=True)
        told = self._gradients(range(self.processes.rank, self._order.slots, self.processes.count))
        nn.utils.clip_grad_norm_(self.network.parameters(), _STEEPEST)
        for optimiser in self.optimisers:
            optimiser.step()
        follow(self.average, self.network, self.step, self.recipe.averaging)
        return told

    def _gradients(self, slots: range) -> Tensor:
        before = statistics(self.network)
        after, told = torch.zeros_like(before), torch.zeros(1 + len(PARTS))
        rows = []
        for slot in slots:
            set_statistics(self.network, before)
            with self._company.apart(slot != slots[-1]):
                loss, parts, row = self._slot(slot)
                torch.autograd.backward(loss / len(slots))
            after += statistics(self.network) / len(slots)
            told += torch.stack([loss.detach().cpu(), *parts]) / len(slots)
            rows.append(row)
        set_statistics(self.network, self.processes.average(after))
        seen = self.processes.gathered(torch.stack(rows).to(self._device)).transpose(0, 1).flatten(0, 1).cpu()
        self.bank.remember(seen[:, 0], seen[:, 1:])
        return self.processes.average(told.to(self._device)).cpu()

    def _slot(self, slot: int) -> tuple[Tensor, list[Tensor], Tensor]:
        """Return the loss of a slot, its parts, and (1 + L,): which scan, and what was said of it."""
        scan, chance = self._order.scan(self.step, slot), self._order.chance(self.step, slot)
        told = self._scans.load(self.lessons[scan].key)
        evidence = self._company.scan(told, chance)
        terms = self._terms(evidence, told.regions, scan)
        if self.drawn is not None:
            batch = self.drawn.batch(chance)
            terms["drawn"] = self.drawn.loss(self._company.block(batch.hu, batch.extent, batch.organs), batch)
        weights = (1.0, *(getattr(self.recipe, name) for name in PARTS[1:]))
        loss = touched(evidence)
        for name, weight in zip(PARTS, weights, strict=True):
            loss = loss + weight * terms.get(name, 0.0)
        parts = [torch.as_tensor(terms.get(name, 0.0)).detach().float().cpu() for name in PARTS]
        said = evidence.logits[0].detach().float().cpu()
        return loss.float(), parts, torch.cat([torch.tensor([float(scan)]), said])

    def _terms(self, evidence: Evidence, regions: Tensor, scan: int) -> dict[str, Tensor]:
        lesson, places, logits = self.lessons[scan], evidence.places[0], evidence.logits[0]
        recipe = self.recipe
        inside = allowed_cells(lesson, regions, self._device) if recipe.mask > 0 else {}
        terms = {"scan": scan_loss(logits, lesson, self._counts)}
        if recipe.somewhere:
            terms["somewhere"] = somewhere_loss(places, lesson, self._counts, inside)
        if recipe.mask:
            terms["mask"] = mask_loss(places, lesson, inside)
        for other in self.bank.others(scan):
            theirs = other.logits.to(self._device)
            pair = (logits, theirs) if other.later else (theirs, logits)
            terms["course"] = terms.get("course", 0.0) + course_loss(*pair, other.rises.to(self._device))
        return terms

    def _tell(self, told: Tensor, pace_s: float, progress: Progress) -> None:
        if self._journal is None:
            return
        figures = dict(zip(("loss", *PARTS), told.tolist(), strict=True))
        self._journal.write(self.step, {**figures, "seconds_per_step": pace_s})
        progress.report(
            self.step / self.recipe.steps, f"step {self.step}, {pace_s:.2f} s a step, loss {figures['loss']:.3f}"
        )
