"""Options that several commands share, and the folder they write to."""

from __future__ import annotations

import argparse
from pathlib import Path

from ai.advice import Told
from ai.errors import IntervalError


def parser_of(name: str, told: str) -> argparse.ArgumentParser:
    """Return an empty parser that names the command as it is called."""
    return argparse.ArgumentParser(prog=f"main.py {name}", description=told)


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add the folder to write to."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to; made if missing")


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add where the model runs."""
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")


def add_hand_on(parser: argparse.ArgumentParser) -> None:
    """Add what is written for other systems."""
    parser.add_argument("--dicom", action="store_true", help="also write DICOM objects and a PDF into DIR/dicom")
    told = "write no name, date or number of the patient; identifiers are replaced by hidden ones"
    parser.add_argument("--anonymous", action="store_true", help=told)


def add_patient(parser: argparse.ArgumentParser) -> None:
    """Add what guidelines must know of the patient and no header says."""
    group = parser.add_argument_group("patient", "for Fleischner 2017, Lung-RADS v2022 and RECIST 1.1; never guessed")
    for option, told in (
        ("--screening", "the current scan was taken to screen for lung cancer"),
        ("--known-cancer", "the patient has or had a cancer"),
        ("--immunosuppressed", "the patient is immunosuppressed"),
    ):
        group.add_argument(option, choices=("yes", "no"), help=told)
    group.add_argument("--risk", choices=("low", "high"), help="of lung cancer, as Fleischner 2017 means it")


def told_of(parsed: argparse.Namespace) -> Told:
    """Return what was told of the patient; what was not asked for is not told."""
    words = {None: None, "yes": True, "high": True, "no": False, "low": False}
    return Told(
        screening=words[parsed.screening],
        known_cancer=words[parsed.known_cancer],
        immunosuppressed=words[parsed.immunosuppressed],
        high_risk=words[parsed.risk],
    )


def made(folder: Path) -> Path:
    """Make the output folder before the work, so that a wrong one does not cost minutes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise IntervalError(f"The folder {folder} cannot be made ({cause.strerror}); choose another.") from cause
    return folder


def lies_in(folder: Path) -> str:
    """Say where a reading lies."""
    return f"The reading lies in {folder.resolve()}"
