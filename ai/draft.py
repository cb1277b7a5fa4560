"""A report in draft: sentences by region, each tied to its place in the scan, and what they are written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ai.advice import NOTHING_TOLD, Told
from ai.change import Comparison, FindingChange, LesionChange
from ai.findings import Analysis, Finding
from ai.geometry import PointMm
from ai.series import Scan
from ai.timeline import Timeline

TECHNIQUE, COMPARISON = "technique", "comparison"
PREAMBLE = (TECHNIQUE, COMPARISON)
"""The regions of a draft's first sections: how the scan was made, what it is compared with."""
IMPRESSION = "impression"
"""The region of a draft's last section."""


class Language(StrEnum):
    """What a draft is written in."""

    ENGLISH = "en"
    CHINESE = "zh"


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """One sentence.

    Args:
        text: as it is written, in the draft's language.
        region: the section it stands in.
        key: the same for the same thing in every draft of a reading, so that what the reader made of the sentence is
            known again.
        place: where its thing lies in the current scan, LPS mm; None where it has no place.
        sources: names of the abnormalities it speaks of.
        in_prior_only: its thing lay there in the prior and is gone.
    """

    text: str
    region: str
    key: str
    place: PointMm | None = None
    sources: tuple[str, ...] = ()
    in_prior_only: bool = False


@dataclass(frozen=True, slots=True)
class DraftSection:
    """One region of the report, with its heading in the draft's language; often without a sentence."""

    region: str
    title: str
    sentences: tuple[DraftSentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole report.

    Args:
        language: what it is written in.
        title: its first line.
        sections: technique, comparison, the regions in the order of a report, impression.
        disclaimer: its last line.
        unread: what stands above all where no reader accepted anything; empty otherwise.
    """

    language: Language
    title: str
    sections: tuple[DraftSection, ...]
    disclaimer: str
    unread: str = ""

    def sentences(self) -> Iterator[DraftSentence]:
        """Yield all sentences in order."""
        for section in self.sections:
            yield from section.sentences


@dataclass(frozen=True, eq=False)
class ReadingToDraft:
    """What a draft is written from: nothing that the reader rejected, nothing that is unread.

    Args:
        scan: the current one.
        analysis: of it; only ``accepted`` findings are written.
        accepted: names of the abnormalities that the reader accepted.
        prior: None without one.
        comparison: of the two; only ``accepted_changes`` are written.
        accepted_changes: those that the reader accepted.
        not_compared: names of the abnormalities whose change, or whose finding in the prior, the reader rejected:
            nothing of then is told of them.
        timeline: of more than two studies; of its lines only those of accepted changes are written.
        read: false where nobody read anything and findings above their threshold stand in for accepted ones: the
            draft then says so before all else.
        told: of the patient, for guidelines.
    """

    scan: Scan
    analysis: Analysis
    accepted: frozenset[str]
    prior: Scan | None = None
    comparison: Comparison | None = None
    accepted_changes: tuple[LesionChange | FindingChange, ...] = ()
    read: bool = True
    told: Told = NOTHING_TOLD
    not_compared: frozenset[str] = frozenset()
    timeline: Timeline | None = None

    def findings(self) -> tuple[Finding, ...]:
        """Return the accepted findings; none where the analysis is withheld."""
        if self.analysis.withheld:
            return ()
        return tuple(f for f in self.analysis.findings if f.abnormality.name in self.accepted)


def unread_reading(
    scan: Scan,
    analysis: Analysis,
    prior: Scan | None,
    comparison: Comparison | None,
    timeline: Timeline | None = None,
) -> ReadingToDraft:
    """Return a reading that nobody read: every finding above its threshold, every change that is not in doubt."""
    present = frozenset(f.abnormality.name for f in analysis.findings if f.present)
    changes: tuple[LesionChange | FindingChange, ...] = ()
    if comparison is not None:
        changes = (*(change for change in comparison.lesions if not change.obscured), *comparison.findings)
    return ReadingToDraft(scan, analysis, present, prior, comparison, changes, read=False, timeline=timeline)
