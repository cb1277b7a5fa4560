"""The tables of Lung-RADS v2022: a nodule's category by its size, when first seen, new, or stable.

American College of Radiology, Lung-RADS v2022. Sizes in millimetres of mean diameter, to a tenth as the table asks.
"""

from __future__ import annotations

from ai.findings import Composition, Lesion

GROWTH_MM, YEAR_DAYS = 1.5, 365.25
_HALF_YEAR_DAYS, _QUARTER_DAYS = 150, 75
"""A control after 6 months or 3 months may come one month, or half of one, early."""
_LARGE_GROUND_GLASS_MM = 30.0


def size_class(lesion: Lesion) -> str:
    """Return the category of a nodule at baseline."""
    size = _tenth(lesion.diameter_mm)
    if lesion.composition is Composition.GROUND_GLASS:
        return "2" if size < _LARGE_GROUND_GLASS_MM else "3"
    if size < 6:
        return "2"
    if lesion.composition is Composition.PART_SOLID:
        core = _tenth(solid_mm_of(lesion))
        return "3" if core < 6 else "4A" if core < 8 else "4B"
    return "3" if size < 8 else "4A" if size < 15 else "4B"


def table_of_new(lesion: Lesion) -> str:
    """Return the category of a nodule that the prior does not show."""
    size = _tenth(lesion.diameter_mm)
    if lesion.composition is Composition.GROUND_GLASS:
        return "2" if size < _LARGE_GROUND_GLASS_MM else "3"
    if lesion.composition is Composition.PART_SOLID:
        return "3" if size < 6 else "4A" if _tenth(solid_mm_of(lesion)) < 4 else "4B"
    return "2" if size < 4 else "3" if size < 6 else "4A" if size < 8 else "4B"


def step_down(category: str, days: int) -> str:
    """Return what a category becomes where the nodule was stable or smaller so many days later."""
    if category == "3" and days >= _HALF_YEAR_DAYS:
        return "2"
    if category == "4A" and days >= _QUARTER_DAYS:
        return "3"
    return category


def grown_by_mm(change_mm: float, days: int) -> bool:
    """Return whether a mean diameter grew by more than 1.5 mm in 12 months."""
    return change_mm / max(1.0, days / YEAR_DAYS) > GROWTH_MM + 1e-9


def solid_mm_of(lesion: Lesion) -> float:
    """Return the mean diameter of the solid part: all of a solid nodule, nothing of ground glass."""
    if lesion.composition is Composition.SOLID:
        return lesion.diameter_mm
    return lesion.solid_mm if lesion.composition is Composition.PART_SOLID else 0.0


def _tenth(size_mm: float) -> float:
    return round(size_mm, 1)
