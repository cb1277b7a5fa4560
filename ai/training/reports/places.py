"""From the place a report names to the regions where the abnormality may lie."""

from __future__ import annotations

from ai.report import Side
from ai.training.cohort.words import Place
from ai.training.reports.regions import (
    ANYWHERE,
    LUNGS,
    ORGAN_BITS,
    Allowed,
    Region,
    allowed_by_vocabulary,
)
from ai.vocabulary import Abnormality, locations

_MIDDLE = frozenset({"svc", "ivc", "pulmonary_artery", "pulmonary_vein", "mediastinum", "hilum", "esophagus"})
_DIRECTIONS = frozenset({"right", "left", "anterior", "posterior", "superior", "inferior", "medial", "lateral"})
_OF_THE_LUNG = frozenset({"interstitial", "subpleural", "centrilobular"})
_SIDE_BITS = {Side.RIGHT: Region.RIGHT, Side.LEFT: Region.LEFT}


def allowed(kind: Abnormality, place: Place | None) -> Allowed:
    """Return where an abnormality may lie: where the report says, else where the vocabulary lets it.

    A place that no program finds (a rib, the thyroid) allows what lies outside the lungs.
    """
    told = allowed_by_vocabulary(kind)
    if place is None:
        return told
    where = ANYWHERE
    for organ in place.organs:
        where |= ORGAN_BITS[organ]
    for name in place.locations:
        where |= _bits(name)
    if where & LUNGS and kind.region == "pleura":
        where |= Region.PLEURAL
    side = ANYWHERE if place.side is None else _SIDE_BITS.get(place.side, ANYWHERE)
    return Allowed(where or told.where, side)


def _bits(name: str) -> Region:
    if name in _DIRECTIONS:
        return ANYWHERE
    if name in _MIDDLE:
        return Region.MIDDLE | Region.HEART | Region.AORTA
    if name in locations()["lung"] or name in _OF_THE_LUNG:
        return _lobes(name)
    return Region.HEART if name in locations()["heart"] else Region.AORTA if name == "aorta" else Region.OUTSIDE_LUNGS


def _lobes(name: str) -> Region:
    """Lobes of a location of the lung; the lingula is the left upper lobe's; the airways begin in the middle."""
    right = Region.RIGHT_UPPER | Region.RIGHT_MID | Region.RIGHT_LOWER
    left = Region.LEFT_UPPER | Region.LEFT_LOWER
    known = {"right_lung": right, "left_lung": left, "left_mid": Region.LEFT_UPPER, "airways": LUNGS | Region.MIDDLE}
    return known.get(name) or ORGAN_BITS.get(name, LUNGS)
