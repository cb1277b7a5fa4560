"""A study that nobody has read: its draft, which says so, and a report of it held against the picture.

Wakes model and comparison: import it where there is time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ai.advice import NOTHING_TOLD, Told
from ai.change import Registration
from ai.comparison import compare, register
from ai.discrepancy import Discrepancy, ReadingToCheck
from ai.draft import Language, unread_reading
from ai.errors import IntervalError
from ai.findings import Analysis
from ai.progress import Part, Progress
from ai.report import plain
from ai.report.draft_file import write_draft
from ai.report.drafting import draft
from ai.report.guideline_advice import advise_for
from ai.report.second_reader import check_report
from ai.report.whole_file import write_whole
from ai.series import Scan
from ai.timeline import Timeline

Analyse = Callable[[Scan, Progress], Analysis]
Pair = tuple[tuple[Scan, Analysis], tuple[Scan, Analysis]]
"""The prior and the current scan, each with what was found in it."""
Follow = Callable[[Pair, Registration, Progress], Timeline | None]


@dataclass(frozen=True, eq=False)
class UnreadStudy:
    """What the model says of a study, and of its lesions in more than two."""

    reading: ReadingToCheck
    timeline: Timeline | None = None


def analysed_study(
    now: Scan,
    then: Scan | None,
    analyse: Analyse,
    progress: Progress,
    follow: Follow | None = None,
    told: Told = NOTHING_TOLD,
) -> UnreadStudy:
    """Return what the model says of a scan and, with a prior, of its change; ``follow`` draws lines through more.

    Raises:
        IntervalError: a scan is in grave doubt; its findings would be guesses.
    """
    analysis = _told(now, analyse(now, Part(progress, 0.0, 0.3)))
    if then is None:
        return UnreadStudy(ReadingToCheck(now, analysis, told=told))
    earlier = _told(then, analyse(then, Part(progress, 0.3, 0.5)))
    found = register(then.volume, now.volume, Part(progress, 0.5, 0.65))
    changed = compare(then, earlier, now, analysis, found, Part(progress, 0.65, 0.7), told)
    pair = (then, earlier), (now, analysis)
    timeline = None if follow is None else follow(pair, found, Part(progress, 0.7, 1.0))
    return UnreadStudy(ReadingToCheck(now, analysis, prior=then, comparison=changed, told=told), timeline)


def write_unread_report(study: UnreadStudy, language: Language, folder: Path, report: str | None = None) -> None:
    """Write ``report.txt`` and ``report.json``; of a report that is given, ``check.json`` beside them.

    Raises:
        ReportError: a file cannot be written.
    """
    reading = study.reading
    advise = advise_for(reading.scan, reading.prior, reading.told)
    unread = unread_reading(reading.scan, reading.analysis, reading.prior, reading.comparison, study.timeline)
    write_draft(draft(unread, language, advise), folder)
    if report is not None:
        found = check_report(report, reading, language, advise)
        write_whole(folder / "check.json", plain.as_json(_check_document(report, found)))


def _told(scan: Scan, analysis: Analysis) -> Analysis:
    if analysis.withheld:
        why = " ".join(doubt.sentence for doubt in analysis.doubts if doubt.grave)
        raise IntervalError(f"{scan.series.source}: findings are withheld. {why}")
    return analysis


def _check_document(report: str, found: tuple[Discrepancy, ...]) -> plain.Plain:
    return {
        "schema": plain.SCHEMA,
        "discrepancies": [
            {
                "kind": one.kind.name.lower(),
                "abnormality": one.abnormality,
                "words": one.words,
                "weight": one.weight,
                "span": None if one.span is None else list(one.span),
                "sentence": None if one.span is None else report[slice(*one.span)].strip(),
                "place_mm": None if one.place is None else plain.point(one.place),
            }
            for one in found
        ],
        "disclaimer": plain.RESEARCH_ONLY,
    }
