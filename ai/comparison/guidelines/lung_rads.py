"""Lung-RADS v2022: the category of a nodule on a screening CT, first seen or followed.

American College of Radiology, Lung-RADS v2022 (November 2022); Christensen J et al., Chest 2024;165:738–753. Sizes are
mean diameters to a tenth of a millimetre, on slices of at most 2.5 mm. Growth is more than 1.5 mm of mean diameter in
12 months; over a longer time it is counted by the year, over a shorter one as it is.

Left out, because the program does not see it: juxtapleural nodules (their smooth, lentiform shape would make them
category 2), airway nodules, atypical cysts, what looks inflammatory (category 0), and growth over several screening
rounds that is slow in each. A category 4X is given only where the reader names what is suspicious.
"""

from __future__ import annotations

from ai.advice import Advice
from ai.change import ChangeKind, LesionChange
from ai.comparison.guidelines.circumstances import Circumstances, refusal
from ai.comparison.guidelines.nodules import said
from ai.comparison.guidelines.sizes import grown_by_mm, size_class, solid_mm_of, step_down, table_of_new
from ai.findings import Composition, Lesion

NAME = "Lung-RADS v2022"
SOURCE = "ACR Lung-RADS v2022; Christensen et al., Chest 2024;165:738–753"
THICKEST_MM = 2.5

CATEGORIES = ("1", "2", "3", "4A", "4B", "4X")
FOLLOWS = {
    "1": "screening CT in 12 months",
    "2": "screening CT in 12 months",
    "3": "low-dose CT in 6 months",
    "4A": "low-dose CT in 3 months; PET/CT if a solid part is ≥ 8 mm",
    "4B": "CT with or without contrast, PET/CT, tissue sampling, or referral",
    "4X": "CT with or without contrast, PET/CT, tissue sampling, or referral",
}
_LEFT_OUT = "Juxtapleural and airway nodules are not told apart."


def lung_rads_first(lesion: Lesion, known: Circumstances) -> Advice:
    """Return the category of a nodule on a scan without a prior (baseline)."""
    why_not = _forbids(lesion, known)
    if why_not:
        return refusal(NAME, why_not, SOURCE)
    return _advice(size_class(lesion), f"At baseline: {said(lesion)}.", known)


def lung_rads(change: LesionChange, known: Circumstances) -> Advice:
    """Return the category of a nodule by what became of it since the prior."""
    reasons = [_forbids(lesion, known) for lesion in change.lesions] + [known.not_comparable()]
    if change.kind in (ChangeKind.MERGED, ChangeKind.SPLIT):
        reasons.append("It has no rule for nodules that merged or split.")
    then, now = change.prior, change.current
    if any(reasons):
        return refusal(NAME, next(filter(None, reasons)), SOURCE)
    if then is not None and now is not None:
        return _followed(then, now, known)
    if then is not None:
        return _resolved(then, known)
    new = change.currents[0]
    return _advice(table_of_new(new), f"New: {said(new)}.", known)


def _forbids(lesion: Lesion, known: Circumstances) -> str:
    if known.screening is False:
        return "The scan was not taken for screening."
    if known.known_cancer:
        return "The patient has a known cancer."
    if known.too_thick(THICKEST_MM):
        return known.too_thick(THICKEST_MM)
    return "Whether the nodule is solid cannot be told." if lesion.composition is None else ""


def _resolved(then: Lesion, known: Circumstances) -> Advice:
    before = size_class(then)
    if before in ("3", "4A"):
        return _advice("2", f"Resolved; it was {before} ({said(then)}).", known)
    return refusal(NAME, f"The nodule is gone ({said(then)} then), and the table speaks of 3 and 4A only.", SOURCE)


def _followed(then: Lesion, now: Lesion, known: Circumstances) -> Advice:
    days = known.days or 0
    by_mm = now.diameter_mm - then.diameter_mm
    grown = grown_by_mm(by_mm, days)
    told = f"{then.diameter_mm:.1f} → {now.diameter_mm:.1f} mm in {days} days: {said(now)}."
    if now.composition is Composition.GROUND_GLASS:
        large = size_class(now) == "3"
        return _advice("3" if large and grown else "2", f"{'Grew' if grown else 'Did not grow'}, {told}", known)
    solid_then, solid_now = solid_mm_of(then), solid_mm_of(now)
    appeared = then.composition is Composition.GROUND_GLASS
    if appeared or (then.composition is not Composition.SOLID and grown_by_mm(solid_now - solid_then, days)):
        return _advice("4A" if solid_now < 4 else "4B", f"The solid part is new or grew, {told}", known)
    if now.composition is Composition.SOLID and then.composition is Composition.SOLID and grown:
        return _advice("4A" if now.diameter_mm < 8 else "4B", f"Grew, {told}", known)
    return _not_grown(then, now, days, told, known)


def _not_grown(then: Lesion, now: Lesion, days: int, told: str, known: Circumstances) -> Advice:
    """A larger size class is taken as it is; what is stable comes down one step when its time is over."""
    before, after = size_class(then), size_class(now)
    if CATEGORIES.index(after) > CATEGORIES.index(before):
        return _advice(after, f"No growth by definition, but of a larger size class, {told}", known)
    stepped = step_down(before, days)
    reason = f"stable or smaller since it was {before}" if stepped != before else "stable or smaller"
    return _advice(stepped, f"{reason.capitalize()}, {told}", known)


def _advice(category: str, why: str, known: Circumstances) -> Advice:
    if known.suspicious and category in ("3", "4A", "4B"):
        why, category = f"{why} Suspicious besides: {', '.join(known.suspicious)}.", "4X"
    if known.screening is None:
        why += " Holds if the scan was taken for screening."
    return Advice(NAME, category, FOLLOWS[category], f"{why} {_LEFT_OUT}", SOURCE)
