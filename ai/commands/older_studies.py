"""Every lesion's line through studies older than the prior, read one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from ai import comparison
from ai.change import Registration
from ai.commands import scans
from ai.commands.desk import Desk
from ai.findings import Analysis, Setting
from ai.series import Scan, Series
from ai.timeline import Timeline

Analysed = tuple[Scan, Analysis]


def lines_through(
    older: Sequence[Series], pair: tuple[Analysed, Analysed], found: Registration, device: str, desk: Desk
) -> Timeline:
    """Return the lines that the balanced setting calls present in any study.

    Args:
        older: studies before the prior; of them one at a time is held in memory, beside the pair.
        pair: the prior and the current scan, with what was found in them.
        found: between the two.
        device: where the model runs.
        desk: told how far it is.

    Raises:
        ComparisonError: a study shows another part of the body, or its findings are withheld.
    """
    (then, earlier), (now, analysis) = pair
    kept = comparison.older_studies(
        older,
        now,
        analysis,
        lambda series, part: scans.read_scan(series, Desk(part, desk.tell, desk.draw)),
        lambda seen, part: scans.analysed(seen, device, part),
        desk.progress,
    )
    kept = (*kept, comparison.older_study(then, earlier, now, analysis, found))
    return comparison.timeline(now, analysis, kept).told(Setting.BALANCED)
