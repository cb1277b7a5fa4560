"""Learns from blocks in processes of its own: ``python -m tests.support.learn_blocks FOLDER [KILLED_AT_SCAN]``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import torch

from ai.training.reports.processes import joined
from ai.training.reports.report_learning import ReportLearner
from tests.support.blocks import BLOCKS, Blocks, block_lessons, drawn_too


def main(folder: Path, killed_at: int = -1) -> None:
    """Learn to the end, from drawn cases too if there are, or be killed while the scan of that number is asked for."""
    torch.set_num_threads(1)
    asked = 0

    def watch(key: str) -> None:
        nonlocal asked
        if asked == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        asked += 1

    with joined("cpu") as processes:
        if (folder / "share").exists():
            drawn_too(folder, processes).learn()
            return
        ReportLearner(BLOCKS, BLOCKS.new_network(), block_lessons(), Blocks(watch), folder, processes).learn()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(word) for word in sys.argv[2:]))
