"""Draws training cases ahead into a folder: ``SPLIT-ANATOMY-SEED.safetensors``. Can be stopped and gone on with.

Splits differ by seed, so no case of one is ever another's: training seeds are below 1 000 000, calibration from there,
evaluation from 2 000 000.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from ai.phantom import drawn_case
from ai.phantom.canvas import Canvas
from ai.progress import QUIET, Progress
from ai.training.backgrounds import canvas_of, there
from ai.training.truth import save_case, training_case

FIRST_SEED = {"train": 0, "calibrate": 1_000_000, "evaluate": 2_000_000}
PROCEDURAL = "procedural"


@dataclass(frozen=True)
class Share:
    """A wish for cases.

    Args:
        split: ``train``, ``calibrate`` or ``evaluate``.
        count: how many in all; real anatomies and procedural thoraxes take turns.
        real_every: of so many cases one is procedural, the rest in real anatomy (where there is any).
    """

    split: str
    count: int
    real_every: int = 2


def draw_share(
    wish: Share, folder: Path, labels: tuple[str, ...], scans: Path | None, progress: Progress = QUIET
) -> int:
    """Draw what is missing of a share; return how many files there are now.

    Args:
        wish: what is wanted.
        folder: where cases are kept.
        labels: order of the truth layers.
        scans: folder with the real scans of ``backgrounds.toml``; None draws procedural thoraxes only.
        progress: told after each case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    real = _anatomies(wish.split, scans, labels)
    names = list(real)
    for number in range(wish.count):
        procedural = not names or number % wish.real_every == 0
        name = PROCEDURAL if procedural else names[(number // wish.real_every) % len(names)]
        seed = FIRST_SEED[wish.split] + number
        path = folder / f"{wish.split}-{name}-{seed}.safetensors"
        if not path.exists():
            anatomy = None if procedural else real[name]
            with torch.no_grad():
                save_case(training_case(drawn_case(seed, anatomy), labels), path)
        progress.report((number + 1) / wish.count, f"drawing {wish.split} cases ({number + 1} of {wish.count})")
    return len(list(folder.glob(f"{wish.split}-*.safetensors")))


def _anatomies(split: str, scans: Path | None, labels: tuple[str, ...]) -> dict[str, Canvas]:
    if scans is None:
        return {}
    purpose = "held_out" if split == "evaluate" else "train"
    return {entry.name.split(".")[0]: canvas_of(entry, scans, labels) for entry in there(purpose, scans)}
