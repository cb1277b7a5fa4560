"""``main.py hospital``: a synthetic archive of scans and reports, with its truth."""

from __future__ import annotations

import argparse

from ai.commands.desk import Desk, Done
from ai.phantom.hospital import command_line


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    return command_line.parser()


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Draw and write it; goes on where it stopped."""
    return Done(command_line.write_as_told(parsed, desk.progress))
