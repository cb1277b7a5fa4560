"""Where a report and the picture do not say the same: what a second reader would point at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ai.advice import NOTHING_TOLD, Told
from ai.change import Comparison
from ai.findings import Analysis
from ai.geometry import PointMm
from ai.series import Scan


class DiscrepancyKind(StrEnum):
    """What is wrong, in the words of a list."""

    SILENT = "not reported"
    UNSEEN = "not seen"
    SIDE = "side"
    SIZE = "size"
    PRIOR = "prior lesion"
    ADVICE = "follow-up"
    IMPRESSION = "impression"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing to look at again.

    Args:
        kind: what does not fit.
        abnormality: name of what it is about.
        words: one sentence for the reader.
        weight: the heavier, the earlier in the list.
        span: the characters of the report it is about, ``text[span[0]:span[1]]``; None where the report is silent.
        place: where the picture shows it, current scan, LPS mm; None where it shows nothing.
    """

    kind: DiscrepancyKind
    abnormality: str
    words: str
    weight: int
    span: tuple[int, int] | None = None
    place: PointMm | None = None


@dataclass(frozen=True, eq=False)
class ReadingToCheck:
    """What a report is held against: all that the model said, but for what the reader rejected.

    Args:
        scan: the current one.
        analysis: of it.
        rejected: names of the abnormalities that the reader rejected: nobody is reminded of them.
        prior: None without one.
        comparison: of the two.
        told: of the patient, for guidelines.
    """

    scan: Scan
    analysis: Analysis
    rejected: frozenset[str] = frozenset()
    prior: Scan | None = None
    comparison: Comparison | None = None
    told: Told = NOTHING_TOLD
