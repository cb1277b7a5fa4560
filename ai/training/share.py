"""Draws training cases ahead into a folder: ``SPLIT-ANATOMY-SEED.safetensors``. Can be stopped and gone on with.

Splits differ by seed, so no case of one is ever another's: training seeds are below 1 000 000, calibration from there,
evaluation from 2 000 000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from pathlib import Path

from ai.phantom import drawn_case
from ai.phantom.canvas import Canvas
from ai.phantom.side_by_side import side_by_side
from ai.progress import QUIET, Progress
from ai.training.backgrounds import Background, canvas_of, there
from ai.training.labels import LABELS
from ai.training.truth import save_case, training_case

FIRST_SEED = {"train": 0, "calibrate": 1_000_000, "evaluate": 2_000_000}
PROCEDURAL = "procedural"
_ILLNESSES_A_BODY = 3
"""So many training cases are drawn into one procedural thorax: it costs more time than what is drawn into it."""


@dataclass(frozen=True)
class Share:
    """A wish for cases.

    Args:
        split: ``train``, ``calibrate`` or ``evaluate``.
        count: how many in all; real anatomies and procedural thoraxes take turns.
        real_every: of so many cases one is procedural, the rest in real anatomy (where there is any).
        first: number of the first case; a multiple of six keeps cases of one body together.
    """

    split: str
    count: int
    real_every: int = 2
    first: int = 0


@dataclass(frozen=True)
class Order:
    """One case to be drawn: which anatomy, which seed, and the split it is for.

    ``body`` is the seed of a procedural thorax: in training several cases have the same body, ill in different ways.
    """

    split: str
    anatomy: str
    seed: int
    body: int

    @property
    def file_name(self) -> str:
        """Where it is kept."""
        return f"{self.split}-{self.anatomy}-{self.seed}.safetensors"


def orders(wish: Share, scans: Path | None) -> Iterator[Order]:
    """Yield what a share consists of."""
    names = list(_listed(wish.split, scans))
    first = FIRST_SEED[wish.split]
    for number in range(wish.first, wish.first + wish.count):
        seed = first + number
        turn = number - number // wish.real_every - 1
        if names and number % wish.real_every:
            yield Order(wish.split, names[turn % len(names)], seed, seed)
        else:
            illnesses = (_ILLNESSES_A_BODY * wish.real_every if names else _ILLNESSES_A_BODY) if first == 0 else 1
            yield Order(wish.split, PROCEDURAL, seed, seed - number % illnesses)


def draw_share(wish: Share, folder: Path, scans: Path | None, progress: Progress = QUIET, workers: int = 1) -> int:
    """Draw what is missing of a share; return how many files there are now.

    Args:
        wish: what is wanted.
        folder: where cases are kept.
        scans: folder with the real scans of ``backgrounds.toml``; None draws procedural thoraxes only.
        progress: told after each case.
        workers: processes that draw side by side; 1 draws in this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = [order for order in orders(wish, scans) if not (folder / order.file_name).exists()]
    done = wish.count - len(missing)
    groups = [list(group) for _, group in groupby(sorted(missing, key=_group), key=_group)]
    for more in side_by_side(partial(draw, folder=folder, scans=scans), groups, workers):
        done += more
        progress.report(done / wish.count, f"drawing {wish.split} cases ({done} of {wish.count})")
    return len(list(folder.glob(f"{wish.split}-*.safetensors")))


def _group(order: Order) -> tuple[int, str]:
    """Cases of one body are drawn one after the other, by one process."""
    return order.body, order.anatomy


def draw(group: list[Order], folder: Path, scans: Path | None) -> int:
    """Draw cases and keep them; return how many."""
    for order in group:
        case = drawn_case(order.seed, anatomy(order, scans), body=order.body)
        save_case(training_case(case, LABELS), folder / order.file_name)
    return len(group)


def anatomy(order: Order, scans: Path | None) -> Canvas | None:
    """Return the canvas a case is drawn into, None for a procedural thorax."""
    return None if order.anatomy == PROCEDURAL or scans is None else _canvas(order.split, order.anatomy, scans)


@cache
def _canvas(split: str, name: str, scans: Path) -> Canvas:
    return canvas_of(_listed(split, scans)[name], scans, LABELS, own=split == "train")


def _listed(split: str, scans: Path | None) -> dict[str, Background]:
    purpose = "held_out" if split == "evaluate" else "train"
    return {entry.name.split(".")[0]: entry for entry in there(purpose, scans)}
