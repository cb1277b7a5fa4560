"""``main.py cohort``: an archive's scans and reports, kept ready to learn from without a patient's name."""

from __future__ import annotations

import argparse

from ai.commands.desk import Desk, Done
from ai.training.cohort import command_line


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    return command_line.parser()


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Pair, label, and keep."""
    return Done(command_line.build_as_told(parsed, desk.progress))
