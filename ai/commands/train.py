"""``main.py train``: learn on synthetic abnormalities, or on an archive's reports."""

from __future__ import annotations

import argparse

from ai.commands import options
from ai.commands.desk import Desk, Done
from ai.training import command_line


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    return command_line.training_parser()


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Train; goes on where an earlier run in the folder stopped. Only one of several processes has a result."""
    command_line.refuse_what_cannot_be(parsed)
    options.made(parsed.out)
    folder = command_line.train_as_told(parsed, desk.progress)
    return Done("" if folder is None else f"The bundle lies in {folder.resolve()}")
