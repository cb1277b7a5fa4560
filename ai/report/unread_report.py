"""A study that nobody has read: its draft, which says so, and a report of it held against the picture.

Wakes model and comparison: import it where there is time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ai.advice import NOTHING_TOLD, Told
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

Analyse = Callable[[Scan, Progress], Analysis]


def analysed_study(
    now: Scan, then: Scan | None, analyse: Analyse, progress: Progress, told: Told = NOTHING_TOLD
) -> ReadingToCheck:
    """Return what the model says of a scan and, with a prior, of its change.

    Raises:
        IntervalError: a scan is in grave doubt; its findings would be guesses.
    """
    analysis = _told(now, analyse(now, Part(progress, 0.0, 0.4)))
    if then is None:
        return ReadingToCheck(now, analysis, told=told)
    earlier = _told(then, analyse(then, Part(progress, 0.4, 0.7)))
    found = register(then.volume, now.volume, Part(progress, 0.7, 0.95))
    changed = compare(then, earlier, now, analysis, found, Part(progress, 0.95, 1.0), told)
    return ReadingToCheck(now, analysis, prior=then, comparison=changed, told=told)


def write_unread_report(reading: ReadingToCheck, language: Language, folder: Path, report: str | None = None) -> None:
    """Write ``report.txt`` and ``report.json``; of a report that is given, ``check.json`` beside them.

    Raises:
        ReportError: a file cannot be written.
    """
    advise = advise_for(reading.scan, reading.prior, reading.told)
    unread = unread_reading(reading.scan, reading.analysis, reading.prior, reading.comparison)
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
