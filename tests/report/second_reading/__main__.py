"""``python -m tests.report.second_reading``: how many planted errors the second reader finds, and its false alarms."""

from __future__ import annotations

import argparse
import sys

from tests.report.second_reading.measuring import measured, table
from tests.report.second_reading.writers import DEVELOPED_ON, HELD_OUT


def main() -> None:
    """Print the tables of the writers it was developed on and of those held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=100_000)
    parser.add_argument("--studies", type=int, default=600)
    parser.add_argument("--show", action="store_true", help="print what was missed and each false alarm")
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.studies)
    for title, writers in (("Writers it was developed on", DEVELOPED_ON), ("Writers held out", HELD_OUT)):
        figures = measured(seeds, writers)
        sys.stdout.write(f"{title}: {', '.join(writer.name for writer in writers)}\n{table(figures)}\n\n")
        if asked.show:
            sys.stdout.write("\n".join(figures.remarks) + "\n\n")


if __name__ == "__main__":
    main()
