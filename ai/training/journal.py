"""How learning goes, line by line: a CSV file, and TensorBoard where it is installed."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

LOG, BOARD = "log.csv", "board"


class Board(Protocol):
    """What draws curves."""

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """Add a place to a curve."""

    def flush(self) -> None:
        """Write what was added."""


def board_of(folder: Path) -> Board | None:
    """Return TensorBoard's writer; None where it is not installed (extra ``board``)."""
    try:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415
    except ImportError:
        return None
    writer: Board = SummaryWriter(str(folder / BOARD))
    return writer


class Journal:
    """Writes figures by step.

    Args:
        folder: of the run.
        board: draws the same as curves; None for none.
    """

    def __init__(self, folder: Path, board: Board | None = None) -> None:
        self._path, self._board = folder / LOG, board

    def rewind(self, step: int) -> None:
        """Forget what was written after a step: a killed run takes these steps again."""
        if not self._path.exists():
            return
        with self._path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        kept = rows[:1] + [row for row in rows[1:] if row and row[0].isdigit() and int(row[0]) <= step]
        with self._path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(kept)

    def write(self, step: int, figures: Mapping[str, float]) -> None:
        """Add a line; the first names the figures."""
        fresh = not self._path.exists()
        with self._path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(["step", *figures])
            writer.writerow([step, *(f"{value:.6g}" for value in figures.values())])
        if self._board is not None:
            for name, value in figures.items():
                self._board.add_scalar(name, value, step)
            self._board.flush()
