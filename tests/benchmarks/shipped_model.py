"""What the shipped model's card says, measured again: the card is written to stdout.

    python -m tests.benchmarks.shipped_model --share DIR --scans SCANS      all of it (half an hour and more)
    python -m tests.benchmarks.shipped_model --thin                         nodules in thin scans alone (ten minutes)

Every case is of a seed that neither training nor calibration saw; without the scans, in procedural thoraxes alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ai.model import load_bundle
from ai.training.card import card_text
from ai.training.measuring import Measuring, measured_by, thin_scans

_CASES, _WHOLE, _THIN = 100, 12, 40


class Telling:
    """Says on stderr how far it is."""

    def report(self, fraction: float, doing: str) -> None:
        """Overwrite the line."""
        sys.stderr.write(f"\r{fraction:5.0%} {doing:70}")


def main(words: Sequence[str]) -> None:
    """Measure as told."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.shipped_model")
    parser.add_argument("--share", type=Path, metavar="DIR", help="where the drawn cases are kept")
    parser.add_argument("--scans", type=Path, metavar="SCANS", help="the real scans named in backgrounds.toml")
    parser.add_argument("--thin", type=int, nargs="?", const=_THIN, metavar="N", help="so many thin scans, no more")
    told = parser.parse_args(words)
    bundle = load_bundle()
    if told.thin is not None:
        sys.stdout.write(f"{json.dumps(thin_scans(bundle, told.thin, Telling()), indent=1, ensure_ascii=False)}\n")
        return
    if told.share is None:
        parser.error("--share names where the drawn cases are kept")
    measured = measured_by(bundle, Measuring(told.share, told.scans, _CASES, _WHOLE, 2, _THIN), Telling())
    sys.stdout.write(card_text(replace(bundle.description, measured=measured)))


if __name__ == "__main__":
    main(sys.argv[1:])
