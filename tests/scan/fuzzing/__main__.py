"""``python -m tests.scan.fuzzing --count 10000 --seed 1``: prints the table; ends with 1 if anything failed."""

from __future__ import annotations

import argparse
import sys

from tests.scan.fuzzing.running import fuzz

parser = argparse.ArgumentParser(prog="python -m tests.scan.fuzzing", description=__doc__)
parser.add_argument("--count", type=int, default=10000, help="how many damaged scans are opened")
parser.add_argument("--seed", type=int, default=1, help="another seed damages otherwise")
parser.add_argument("--first", type=int, default=0, help="the number to begin with, to repeat one that failed")
asked = parser.parse_args()


def tell(done: int) -> None:
    """Show on one line of the terminal how far it is."""
    if done % 100 == 0 and sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {asked.count}")


outcome = fuzz(asked.seed, asked.count, tell, asked.first)
sys.stdout.write(outcome.table() + "\n")
sys.exit(bool(outcome.failures))
