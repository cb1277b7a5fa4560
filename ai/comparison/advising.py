"""Asks the guidelines about every nodule's change, and about all lesions together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ai.advice import Advice, Told
from ai.change import Comparison, LesionChange
from ai.comparison.guidelines import Circumstances, circumstances_of, fleischner, lung_rads, recist
from ai.comparison.guidelines.nodules import NODULES, nodules
from ai.series import Scan


def advised_anew(comparison: Comparison, prior: Scan, current: Scan, told: Told) -> Comparison:
    """Return the comparison with its advice asked for again, for what is told of the patient now. Milliseconds."""
    known = circumstances_of(current, prior, told)
    lesions = tuple(advised(comparison.lesions, known))
    return replace(comparison, lesions=lesions, advice=advised_together(lesions, known))


def advised(changes: Sequence[LesionChange], known: Circumstances) -> list[LesionChange]:
    """Return the changes with what guidelines say of each: Fleischner of what is new, Lung-RADS of all nodules.

    The Fleischner table is for nodules when first seen: a followed one is judged by its growth.
    """
    seen = nodules(lesion for change in changes for lesion in change.currents)
    found = []
    for change in changes:
        said: tuple[Advice, ...] = ()
        if change.abnormality.name in NODULES:
            said = (lung_rads(change, known),)
            if not change.priors:
                said = (fleischner(change.currents[0], seen, known), *said)
        found.append(replace(change, advice=said))
    return found


def advised_together(changes: Sequence[LesionChange], known: Circumstances) -> tuple[Advice, ...]:
    """Return what is said of all lesions: RECIST, where there is anything that it measures."""
    said = recist(changes, known)
    return (said,) if any(change.priors for change in changes) else ()
