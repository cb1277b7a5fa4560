"""Scans of 16 × 16 × 32 voxels with a bright block or without, and lessons of them: the least to learn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ai.model.network import EvidenceNet
from ai.training.labels import LABELS
from ai.training.reports.crops import Crop
from ai.training.reports.drawn import DrawnPatches
from ai.training.reports.kept_features import Features
from ai.training.reports.lesson import Lesson
from ai.training.reports.processes import Processes
from ai.training.reports.recipe import ReportRecipe
from ai.training.reports.regions import Allowed, Region
from ai.training.reports.report_learning import ReportLearner

BLOCKS = ReportRecipe(
    steps=6, scans_a_step=2, warm_up=2, labels=("nodule", "mass"), widths=(8, 8, 8, 8), features=8,
    told_every=1, kept_every=2,
)  # fmt: skip
RIGHT_ONLY = Allowed(side=Region.RIGHT)


def block_lessons(count: int = 6, labels: int = 2) -> list[Lesson]:
    """Return lessons: even scans have the first label, on the right; the second is in none, and each scan but the first
    of three follows the one before and has more of the first label.
    """
    lessons = []
    for number in range(count):
        follows = number % 3 > 0
        target, rises = torch.zeros(labels), torch.zeros(labels)
        target[0], rises[0] = float(number % 2 == 0), float(follows)
        before = str(number - 1) if follows else ""
        places = (RIGHT_ONLY, *[Allowed()] * (labels - 1))
        lessons.append(Lesson(str(number), str(number // 3), target, torch.ones(labels), places, rises, before))
    return lessons


class Blocks:
    """Gives the scans of ``block_lessons``; the block lies on the right, and so do all cells of smaller columns."""

    def __init__(self, watch: Callable[[str], None] = lambda key: None) -> None:
        self._watch = watch

    def load(self, key: str) -> Crop:
        """Return a scan; ``watch`` is told which."""
        self._watch(key)
        noise = torch.Generator().manual_seed(int(key))
        hu = (-850 + 20 * torch.randn(16, 16, 32, generator=noise)).to(torch.int16)
        if int(key) % 2 == 0:
            hu[4:10, 4:10, 4:12] = 60
        regions = torch.full((8, 8, 16), int(Region.LEFT), dtype=torch.int16)
        regions[:, :, :8] = int(Region.RIGHT)
        return Crop(hu, regions)


class SeenBlocks:
    """The same scans as heads see them, by the network that the recipe begins with, amplified: by chance it whispers.

    Args:
        watch: told which scan is asked for.
    """

    def __init__(self, watch: Callable[[str], None] = lambda key: None) -> None:
        self._blocks, self._network = Blocks(watch), BLOCKS.new_network().eval()

    def load(self, key: str) -> Features:
        """Return a scan."""
        crop = self._blocks.load(key)
        with torch.no_grad():
            values = self._network.features(crop.hu.float()[None, None])[0]
        values[:-1] *= 100
        return Features(values.to(torch.float16), crop.regions)


def drawn_too(folder: Path, processes: Processes | None = None) -> ReportLearner:
    """Return a learner of blocks and of the drawn cases of ``folder/share``, which runs in ``folder``."""
    recipe = replace(BLOCKS, labels=LABELS)
    drawn = DrawnPatches(folder / "share", LABELS, recipe.spacing_mm, side=32)
    lessons = block_lessons(labels=len(LABELS))
    return ReportLearner(recipe, recipe.new_network(organs=True), lessons, Blocks(), folder, processes, drawn)


def same(one: EvidenceNet, other: EvidenceNet) -> bool:
    """Return whether two networks agree to the bit, running statistics included."""
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(value, theirs[name]) for name, value in mine.items())
