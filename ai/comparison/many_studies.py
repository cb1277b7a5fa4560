"""A patient's older studies, read, laid onto the current scan and let go, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ai.comparison.errors import ComparisonError
from ai.comparison.older_study import older_study
from ai.comparison.registration import register
from ai.findings import Analysis
from ai.progress import QUIET, Part, Progress
from ai.series import Scan, Series
from ai.timeline import OlderStudy

Read = Callable[[Series, Progress], Scan]
Analyse = Callable[[Scan, Progress], Analysis]


def older_studies(
    sources: Sequence[Series],
    current: Scan,
    analysis: Analysis,
    read: Read,
    analyse: Analyse,
    progress: Progress = QUIET,
) -> tuple[OlderStudy, ...]:
    """Return what is kept of each study. Voxels of one of them at a time are held, beside the current scan's.

    Args:
        sources: the studies' series.
        current, analysis: the scan that each is laid onto, and what was found in it.
        read, analyse: how a series becomes a scan, and a scan an analysis.
        progress: told how far it is; Cancelled passes through.

    Raises:
        ComparisonError: a study shows another part of the body, or its findings are withheld.
    """
    kept = []
    for number, series in enumerate(sources):
        part = Part(progress, number / len(sources), (number + 1) / len(sources))
        kept.append(_read_one(series, current, analysis, read, analyse, part))
    return tuple(kept)


def _read_one(
    series: Series, current: Scan, analysis: Analysis, read: Read, analyse: Analyse, progress: Progress
) -> OlderStudy:
    older = read(series, Part(progress, 0.0, 0.2))
    found = register(older.volume, current.volume, Part(progress, 0.2, 0.6))
    seen = analyse(older, Part(progress, 0.6, 0.95))
    if seen.withheld:
        reasons = " ".join(doubt.sentence for doubt in seen.doubts if doubt.grave)
        raise ComparisonError(f"{series.source}: findings are withheld. {reasons}")
    return older_study(older, seen, current, analysis, found, Part(progress, 0.95, 1.0))
