"""Why an examination is not in the cohort, in words that name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Kinds of rejection; ``sentence`` says each in a report's words."""

    NO_REPORT = "no report"
    SEVERAL_PATIENTS = "several patients"
    NO_CHEST_SERIES = "no chest series"
    UNREADABLE = "unreadable"
    GAPS = "gaps"
    NOT_LIKE_A_CHEST = "not like a chest"
    FAULT = "fault"
    CRASHED = "crashed"

    @property
    def sentence(self) -> str:
        """What it means and what may be done."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.NO_REPORT: "No report pairs with it by accession number, study UID or mapping file.",
    Reason.SEVERAL_PATIENTS: "Scans of several patients pair with the same report.",
    Reason.NO_CHEST_SERIES: "None of its series shows a chest by its names, in enough slices.",
    Reason.UNREADABLE: "Its pixels cannot be read.",
    Reason.GAPS: "Too many of its slices are missing.",
    Reason.NOT_LIKE_A_CHEST: "Its voxels are unlike a chest CT: no lungs, too short, or a damaged stack.",
    Reason.FAULT: "The program failed on it; the private list of faults says how.",
    Reason.CRASHED: "A library brought the process down on it, twice.",
}


@dataclass(frozen=True)
class Rejected:
    """One examination that is not in the cohort.

    Args:
        reason: why.
        tried: keyed hash of the series that were read, so that they are not read again; empty where none was.
    """

    reason: Reason
    tried: str = ""
