"""What ``main.py cohort build`` may be told, and what it says when it is done."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai.progress import Progress
from ai.training.cohort.building import Built, Wish, build
from ai.training.cohort.page import PAGE
from ai.training.cohort.shaping import SPACINGS_MM

BUILD = "build"


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py cohort``."""
    told = (
        "Pair every chest CT of an archive with its report and keep both ready to learn from, without names or dates."
    )
    words = argparse.ArgumentParser(prog="main.py cohort", description=told)
    words.add_argument("task", choices=(BUILD,), help="build: make a cohort, or go on with one")
    words.add_argument("--scans", type=Path, required=True, metavar="DIR", help="folder of the archive")
    told = "CSV (accession, study_uid or report_id; report_text, or findings and impression), or folder of .txt files"
    words.add_argument("--reports", type=Path, required=True, metavar="CSV|DIR", help=told)
    words.add_argument("--out", type=Path, required=True, metavar="COHORT", help="folder of the store; made if missing")
    told = "CSV with scan and report, and perhaps patient and date: pairs what accession and study UID do not"
    words.add_argument("--mapping", type=Path, metavar="CSV", help=told)
    told = (
        "folder of what must stay in the hospital: key of the hashes, list of scans and faults (default COHORT-private)"
    )
    words.add_argument("--private", type=Path, metavar="DIR", help=told)
    words.add_argument("--spacing", type=float, choices=SPACINGS_MM, default=2.0, metavar="MM", help="2.0 or 1.5")
    words.add_argument("--workers", type=int, default=2, help="processes side by side (default 2)")
    words.add_argument("--relabel", action="store_true", help="label every report anew, as after a better labeller")
    words.add_argument("--source", default="", help="a name for where the scans come from, kept in the store")
    return words


def build_as_told(parsed: argparse.Namespace, progress: Progress) -> str:
    """Build; return what to say."""
    wish = Wish(
        parsed.scans, parsed.reports, parsed.out, parsed.mapping, parsed.private, parsed.spacing, parsed.workers,
        parsed.relabel, parsed.source,
    )  # fmt: skip
    return _said(build(wish, progress), parsed.out)


def _said(built: Built, out: Path) -> str:
    left = sum(built.rejected.values())
    why = ", ".join(f"{count} {reason.value}" for reason, count in sorted(built.rejected.items()))
    return (
        f"The cohort holds {built.kept} scans, {built.new} of them new; {left} examinations were left out"
        f"{f' ({why})' if why else ''}, {built.unpaired} reports have no scan. "
        f"{(out / PAGE).resolve()} shows it; the private folder beside it stays in the hospital."
    )
