"""What ``main.py hospital`` may be told."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai.phantom.hospital.practice import PRACTICES
from ai.phantom.hospital.writing import REPORTS, SCANS, Hospital, write_hospital
from ai.progress import Progress


def parser() -> argparse.ArgumentParser:
    """Return the parser of ``main.py hospital``."""
    told = "Write a synthetic hospital: patients with one to four scans each, a report of every scan, and the truth."
    words = argparse.ArgumentParser(prog="main.py hospital", description=told)
    words.add_argument("--patients", type=int, required=True, metavar="N")
    words.add_argument("--seed", type=int, default=0, metavar="S", help="decides everything, with the variant")
    words.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to write to; goes on where it stopped"
    )
    words.add_argument("--variant", choices=tuple(PRACTICES), default="a", help="b: other scanners and other words")
    words.add_argument("--spacing", type=float, default=2.5, metavar="MM", help="voxel size (default 2.5)")
    words.add_argument("--workers", type=int, default=2, help="processes side by side (default 2)")
    return words


def write_as_told(parsed: argparse.Namespace, progress: Progress) -> str:
    """Write; return what to say."""
    what = Hospital(parsed.out, parsed.patients, parsed.seed, parsed.variant, parsed.spacing)
    scans = write_hospital(what, progress, parsed.workers)
    out = parsed.out.resolve()
    return f"{parsed.patients} patients with {scans} scans: --scans {out / SCANS} --reports {out / REPORTS}"
