"""The part of comparison.json that tells of change without lesions."""

from __future__ import annotations

from ai.diffuse import DiffuseChange, PartChange, QuantityChange, RegionChange
from ai.report import plain


def diffuse_part(found: DiffuseChange) -> plain.Plain:
    """Return regions (an abnormality in a lobe), quantities and breath, each then and now.

    ``then_in_this_breath`` is null where it means nothing or cannot be told; ``change`` is taken from it where it is
    there, and is null where breath alone may be the change.
    """
    breath = found.breath
    return {
        "breath": None
        if breath is None
        else {
            "then_ml": plain.number(round(breath.then_ml, 1)),
            "now_ml": plain.number(round(breath.now_ml, 1)),
            "change": plain.number(breath.change),
            "comparable": breath.comparable,
        },
        "regions": [_region(change) for change in found.regions],
        "quantities": [_quantity(change) for change in found.quantities],
        "notices": plain.notices(found.notices),
    }


def _region(change: RegionChange) -> plain.Plain:
    return {
        "abnormality": change.abnormality.name,
        "region": change.region,
        "heat_then": plain.number(change.heat_then),
        "heat_now": plain.number(change.heat_now),
        "heat_change": plain.number(change.heat_change),
        "share_then": plain.number(round(change.share_then, 4)),
        "share_now": plain.number(round(change.share_now, 4)),
        "ml_then": plain.number(round(change.ml_then, 1)),
        "ml_now": plain.number(round(change.ml_now, 1)),
    }


def _quantity(one: QuantityChange) -> plain.Plain:
    return {
        "name": one.name,
        "title": one.title,
        "unit": one.unit,
        "then": None if one.then is None else plain.number(one.then.measured),
        "then_in_this_breath": None if one.then is None else plain.number(one.then.in_this_breath),
        "now": plain.number(one.now),
        "change": plain.number(one.change),
        "per_organ": {part.organ: _part(one, part) for part in one.parts},
        "caveat": one.caveat,
        "source": one.source,
    }


def _part(one: QuantityChange, part: PartChange) -> plain.Plain:
    return {
        "then": plain.number(part.then.measured),
        "then_in_this_breath": plain.number(part.then.in_this_breath),
        "now": plain.number(part.now),
        "change": plain.number(one.part_change(part)),
    }
