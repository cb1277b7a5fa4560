"""``main.py evaluate``: measure a model by an archive's reports, alone or against another."""

from __future__ import annotations

import argparse

from ai.commands import options
from ai.commands.desk import Desk, Done
from ai.training import command_line


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    return command_line.evaluation_parser()


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Measure, and write the page."""
    options.made(parsed.out)
    found = command_line.evaluate_as_told(parsed, desk.progress)
    return Done(f"{found.sentence}\nThe page is {found.page.resolve()}")
