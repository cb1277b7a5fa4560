"""Which patients a bundle has seen, kept beside it, so that it is never measured on what it learned from.

Kept are hashes of the cohort's keys, which are hashes themselves; they tell nothing of who anybody is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from ai.training.cohort import CohortScan
from ai.training.reports.errors import ReportsError

PATIENTS = "patients.json"
_SCHEMA = 1


def mark_of(patient: str) -> str:
    """Return what is kept of a patient."""
    return hashlib.blake2b(patient.encode(), digest_size=8).hexdigest()


def write_known(folder: Path, patients: Iterable[str], before: frozenset[str] = frozenset()) -> None:
    """Write which patients were learned from or calibrated on, and those that the bundle before had known."""
    marks = sorted({mark_of(patient) for patient in patients} | before)
    (folder / PATIENTS).write_text(json.dumps({"schema": _SCHEMA, "known": marks}, indent=0) + "\n", encoding="utf-8")


def read_known(folder: Path | None) -> frozenset[str]:
    """Return the marks of the patients a bundle has seen; none where it says nothing of it.

    Raises:
        ReportsError: the file cannot be read.
    """
    path = None if folder is None else folder / PATIENTS
    if path is None or not path.exists():
        return frozenset()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != _SCHEMA:
            raise ValueError(f"schema {told['schema']}")
        return frozenset(str(mark) for mark in told["known"])
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise ReportsError(
            f"{path} cannot be read ({cause}): which patients has the model seen? Fetch the bundle again."
        ) from cause


def unseen(scans: Sequence[CohortScan], known: frozenset[str]) -> list[CohortScan]:
    """Return the scans of patients that are not among the known."""
    return [scan for scan in scans if mark_of(scan.patient) not in known]
