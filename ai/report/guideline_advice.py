"""The guideline for chance findings asked about each nodule of a reading. Wakes the comparison: import it in a job."""

from __future__ import annotations

from collections.abc import Sequence

from ai.advice import NOTHING_TOLD, Advice, Told
from ai.change import LesionChange
from ai.comparison.guidelines import circumstances_of, fleischner
from ai.comparison.guidelines.nodules import nodules
from ai.findings import Lesion
from ai.report.advice import Advise
from ai.series import Scan


def advise_for(current: Scan, prior: Scan | None = None, told: Told = NOTHING_TOLD) -> Advise:
    """Return who advises for a scan: what the comparison said of a changed lesion, else Fleischner 2017.

    That table is for a nodule seen for the first time; of one that was there before, nothing is advised by it.
    """
    known = circumstances_of(current, prior, told)

    def advise(lesion: Lesion, change: LesionChange | None, alike: Sequence[Lesion]) -> Advice | None:
        given = [] if change is None else [advice for advice in change.advice if advice.given]
        if given:
            return given[0]
        if (change is not None and change.prior is not None) or not nodules([lesion]):
            return None
        advice = fleischner(lesion, nodules(alike), known)
        return advice if advice.given else None

    return advise
