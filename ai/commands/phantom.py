"""``main.py phantom``: a synthetic case, or a prior and its follow-up, with masks and report."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai.commands import options
from ai.commands.desk import Desk, Done
from ai.phantom.studies.files import write_case


def parser() -> argparse.ArgumentParser:
    """Return its options."""
    found = options.parser_of("phantom", "Write a synthetic scan and its exact truth.")
    found.add_argument("--seed", type=int, required=True, metavar="N", help="decides everything")
    options.add_out(found)
    found.add_argument("--findings", metavar="A,B", help="exactly these; chance decides without")
    found.add_argument("--follow-up", action="store_true", help="also a second scan, with each lesion's fate")
    found.add_argument("--spacing", type=float, default=1.5, metavar="MM", help="voxel size (default 1.5)")
    return found


def run(parsed: argparse.Namespace, desk: Desk) -> Done:
    """Draw and write it."""
    out: Path = options.made(parsed.out)
    names = None if parsed.findings is None else frozenset(n.strip() for n in parsed.findings.split(",") if n.strip())
    write_case(parsed.seed, out, names, parsed.spacing, parsed.follow_up, desk.progress)
    return Done(f"The case lies in {out.resolve()}")
