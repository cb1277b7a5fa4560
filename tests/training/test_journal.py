"""The journal has a line for each step told, once, whatever was killed; a board draws the same."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from ai.training.journal import Journal, board_of


class _Board:
    """Remembers what it was told to draw."""

    def __init__(self) -> None:
        self.drawn: list[tuple[str, float, int]] = []

    def add_scalar(self, tag: str, scalar_value: float, global_step: int) -> None:
        """Remember."""
        self.drawn.append((tag, scalar_value, global_step))

    def flush(self) -> None:
        """Do nothing."""


def rows(folder: Path) -> list[list[str]]:
    """Return the lines of the journal."""
    with (folder / "log.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_steps_that_are_taken_again_are_written_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for step in (1, 2, 3):
        journal.write(step, {"loss": step / 10})
    again = Journal(tmp_path)
    again.rewind(1)
    again.write(2, {"loss": 0.25})
    assert rows(tmp_path) == [["step", "loss"], ["1", "0.1"], ["2", "0.25"]]


def test_a_line_that_a_kill_cut_short_goes(tmp_path: Path) -> None:
    Journal(tmp_path).write(1, {"loss": 0.5})
    with (tmp_path / "log.csv").open("a", encoding="utf-8") as file:
        file.write("2")
    Journal(tmp_path).rewind(1)
    assert rows(tmp_path) == [["step", "loss"], ["1", "0.5"]]


def test_a_board_draws_the_same(tmp_path: Path) -> None:
    board = _Board()
    Journal(tmp_path, board).write(7, {"loss": 0.5, "mask": 0.25})
    assert board.drawn == [("loss", 0.5, 7), ("mask", 0.25, 7)]


def test_without_tensorboard_there_is_no_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert board_of(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
