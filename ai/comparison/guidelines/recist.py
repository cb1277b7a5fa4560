"""RECIST 1.1: sums of target lesions and the response to treatment.

Eisenhauer EA et al., Eur J Cancer 2009;45:228–247. Targets: at most five, at most two of an organ, the largest; at
least 10 mm of longest diameter on slices of at most 5 mm, nodes at least 15 mm of short axis. Progression: +20 % over
the smallest sum so far and at least 5 mm, or a new lesion; partial response: −30 % from the baseline.

Left out and said: unequivocal progression of what is not a target, and bone lesions; with two scans the prior is taken
as the baseline and as the smallest sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ai.advice import Advice
from ai.change import ChangeKind, LesionChange
from ai.comparison.guidelines.circumstances import Circumstances, refusal
from ai.findings import Lesion
from ai.organs import LOBES

NAME = "RECIST 1.1"
SOURCE = "Eisenhauer et al., Eur J Cancer 2009;45:228–247"
THICKEST_MM = 5.0
MOST, MOST_OF_ORGAN = 5, 2
_TARGET_MM, _NODE_TARGET_MM, _NODE_NORMAL_MM = 10.0, 15.0, 10.0
_NODE = "lymphadenopathy"
_TUMOURS = frozenset({"nodule", "nodulegr1cm", "mass", "lesion", "cancer", _NODE})
MEANINGS = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progressive disease",
}


@dataclass(frozen=True, eq=False)
class Sums:
    """The targets of a prior and what they add up to, millimetres.

    Args:
        targets: the changes whose priors are targets, largest first.
        prior_mm: sum of then.
        current_mm: sum of now; what is gone counts 0.
        all_gone: no target is left, nodes below 10 mm of short axis.
        others_gone: nothing else of the prior is left either.
        new: what is new now.
    """

    targets: tuple[LesionChange, ...]
    prior_mm: float
    current_mm: float
    all_gone: bool
    others_gone: bool
    new: tuple[LesionChange, ...]


def recist(changes: Sequence[LesionChange], known: Circumstances) -> Advice:
    """Return the response between two scans, the prior being the baseline."""
    why_not = _forbids(known)
    sums = sums_of(changes)
    if not why_not and not sums.targets:
        why_not = "The prior shows no lesion that can be a target (≥ 10 mm, nodes ≥ 15 mm short axis)."
    if why_not:
        return refusal(NAME, why_not, SOURCE)
    category, reason = response(sums.prior_mm, sums.prior_mm, sums.current_mm, sums)
    number = f"{len(sums.targets)} target{'s' if len(sums.targets) > 1 else ''}"
    why = f"{number}, {sums.prior_mm:.0f} → {sums.current_mm:.0f} mm. {reason} The prior is taken as the baseline."
    if known.known_cancer is None:
        why += " Holds if the targets are a known cancer under treatment."
    return Advice(NAME, category, MEANINGS[category], why, SOURCE)


def response(baseline_mm: float, nadir_mm: float, now_mm: float, left: Sums | None = None) -> tuple[str, str]:
    """Return CR, PR, SD or PD with the reason.

    Args:
        baseline_mm: the sum before treatment.
        nadir_mm: the smallest sum so far.
        now_mm: the sum now.
        left: what else became of the lesions; None where only sums are known, all targets then being gone at 0.
    """
    new = () if left is None else left.new
    if new:
        return "PD", f"New lesion: {len(new)}."
    over = now_mm - nadir_mm
    if nadir_mm > 0 and over / nadir_mm >= 0.2 - 1e-9 and over >= 5 - 1e-9:
        return "PD", f"{over / nadir_mm:+.0%} and {over:+.0f} mm over the smallest sum."
    if left.all_gone if left is not None else now_mm == 0:
        if left is None or left.others_gone:
            return "CR", "No lesion is left; nodes below 10 mm."
        return "PR", "No target is left, but other lesions are."
    change = (now_mm - baseline_mm) / baseline_mm if baseline_mm > 0 else 0.0
    if change <= -0.3 + 1e-9:
        return "PR", f"{change:+.0%} from the baseline."
    return "SD", f"{change:+.0%} from the baseline, {over:+.0f} mm over the smallest sum."


def sums_of(changes: Sequence[LesionChange]) -> Sums:
    """Choose the targets among the lesions of the prior and add up what they measure then and now."""
    tumours = [change for change in changes if change.abnormality.name in _TUMOURS]
    able = [change for change in tumours if change.priors and _may_be_target(change)]
    targets = _chosen(sorted(able, key=lambda change: -_size_mm(change.priors)))
    others = [change for change in tumours if change.priors and change not in targets]
    return Sums(
        targets,
        sum(_size_mm(change.priors) for change in targets),
        sum(_size_mm(change.currents) for change in targets),
        all(_gone(change) for change in targets),
        all(_gone(change) for change in others),
        tuple(change for change in tumours if change.kind is ChangeKind.NEW),
    )


def _forbids(known: Circumstances) -> str:
    if not known.compared:
        return "There is no prior."
    if known.known_cancer is False:
        return "The patient has no known cancer."
    return known.too_thick(THICKEST_MM) or known.not_comparable()


def _may_be_target(change: LesionChange) -> bool:
    return any(_axis_mm(lesion) >= (_NODE_TARGET_MM if _node(lesion) else _TARGET_MM) for lesion in change.priors)


def _chosen(able: Sequence[LesionChange]) -> tuple[LesionChange, ...]:
    taken: list[LesionChange] = []
    for change in able:
        organ = _organ(change.priors[0])
        if len(taken) < MOST and sum(_organ(one.priors[0]) == organ for one in taken) < MOST_OF_ORGAN:
            taken.append(change)
    return tuple(taken)


def _organ(lesion: Lesion) -> str:
    """Both lungs are one organ, and so are all lymph nodes."""
    if _node(lesion):
        return "nodes"
    return "lung" if lesion.location in LOBES or "lung" in lesion.location else lesion.location


def _size_mm(lesions: Sequence[Lesion]) -> float:
    """Split parts are added up; lesions that merged are measured as one."""
    return sum(_axis_mm(lesion) for lesion in lesions)


def _axis_mm(lesion: Lesion) -> float:
    return min(lesion.diameters_mm) if _node(lesion) else max(lesion.diameters_mm)


def _gone(change: LesionChange) -> bool:
    return all(_node(lesion) and _axis_mm(lesion) < _NODE_NORMAL_MM for lesion in change.currents)


def _node(lesion: Lesion) -> bool:
    return lesion.abnormality.name == _NODE
