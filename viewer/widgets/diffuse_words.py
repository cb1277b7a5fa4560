"""Diffuse change in words: then → now, and by how much in the same breath."""

from __future__ import annotations

from ai.diffuse import DiffuseChange, QuantityChange, RegionChange, Then
from viewer.state.whereabouts import place


def extent_words(change: RegionChange) -> str:
    """Return which share of a region shows evidence, then → now, with the millilitres of either scan."""
    return f"{_share(change.share_then)} → {_share(change.share_now)}  ({change.ml_then:.0f} → {change.ml_now:.0f} ml)"


def heat_words(change: RegionChange) -> str:
    """Return by how many logit points the region speaks more for the abnormality; empty where heat does not add up."""
    if change.heat_change is None:
        return ""
    return f"heat {_signed(change.heat_change, 1)}"


def measure_words(one: QuantityChange, then: Then | None, now: float | None) -> str:
    """Return then → now as they were measured."""
    values = (None if then is None else then.measured, now)
    return " → ".join("–" if value is None else one.shown(value).replace("-", "−") for value in values)


def change_words(one: QuantityChange, change: float | None, then: Then | None) -> str:
    """Return by how much it changed, and that it is in the same breath where it was corrected for that."""
    if change is None:
        return "not comparable" if then is not None and one.now is not None else ""
    signed = f"{_signed(change, one.decimals)} {one.unit}".rstrip()
    return f"{signed} in the same breath" if then is not None and then.in_this_breath is not None else signed


def diffuse_text(found: DiffuseChange) -> str:
    """Return all of it as text, a line each: what is to be known first."""
    lines = [notice.text for notice in found.notices]
    for change in found.regions:
        said = " ".join(filter(None, (extent_words(change), heat_words(change))))
        lines.append(f"{change.abnormality.title}, {place(change.region)}: {said}")
    for one in found.quantities:
        told = [measure_words(one, one.then, one.now), change_words(one, one.change, one.then), one.caveat]
        lines.append(f"{one.title}: {'; '.join(filter(None, told))}")
        lines += [
            f"  {place(part.organ)}: {measure_words(one, part.then, part.now)}; "
            f"{change_words(one, one.part_change(part), part.then)}"
            for part in one.parts
        ]
    return "\n".join(lines)


def _share(share: float) -> str:
    return "0 %" if share == 0 else "< 1 %" if share < 0.01 else f"{100 * share:.0f} %"


def _signed(value: float, decimals: int) -> str:
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else "±0"
