"""What a report advises against what the guideline lets follow."""

from __future__ import annotations

import re

from ai.discrepancy import Discrepancy
from ai.report.advice import Advise
from ai.report.discrepancy_words import Speaker
from ai.report.report_claims import ReportClaims, months_in
from ai.report.sights import Picture, Sight

_SLACK_MONTHS = 0.5
_NONE = "no routine follow-up"
_OPTIONAL = "optional"


def advice_discrepancies(report: ReportClaims, picture: Picture, say: Speaker, advise: Advise) -> list[Discrepancy]:
    """Return the advice that contradicts the guideline for the body that asks for the soonest CT."""
    if not report.follow_ups:
        return []
    asked = [(sight, advice) for sight in _bodies(picture) if (advice := _advice(sight, picture, advise)) is not None]
    if not asked:
        return []
    sight, (guideline, follows) = min(asked, key=lambda pair: (soonest(pair[1][1]), -pair[0].size_mm))
    return [
        say.advice(sight, follow_up, guideline, follows)
        for follow_up in report.follow_ups
        if not allowed(follow_up.months, follows)
    ][:1]


def allowed(months: tuple[float, float] | None, follows: str) -> bool:
    """Return whether a guideline allows a CT after so many months, or none; at any risk that it tells apart."""
    if months is None:
        return not follows or _NONE in follows or _OPTIONAL in follows
    soon, late = months[0] - _SLACK_MONTHS, months[1] + _SLACK_MONTHS
    return any(soon <= most and least <= late for least, most in _first(follows))


def soonest(follows: str) -> float:
    """Return the months after which a guideline asks for a CT at the earliest; infinite where it asks for none."""
    return min((least for least, _ in _first(follows)), default=float("inf"))


def _first(follows: str) -> list[tuple[float, float]]:
    """Return the first interval for each risk; what comes later ("then …") is not what is advised now."""
    return [months_in(part)[0] for part in re.split(r";\s*at ", follows) if months_in(part)]


def _bodies(picture: Picture) -> list[Sight]:
    return [sight for sight in picture.sights if sight.lesion is not None and sight.finding.present]


def _advice(sight: Sight, picture: Picture, advise: Advise) -> tuple[str, str] | None:
    if sight.lesion is None:
        return None
    alike = [other.lesion for other in _bodies(picture) if other.lesion is not None]
    given = advise(sight.lesion, sight.change, alike)
    return None if given is None or not given.given else (given.guideline, given.follows)
