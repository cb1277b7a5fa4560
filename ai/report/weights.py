"""What weighs how much in a report: ``resources/report/weights.toml``."""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import cache

from ai.findings import Lesion
from ai.vocabulary import RESOURCES

_SAME_PLACE = 0.5
"""Two bodies whose middles lie closer than this share of the larger one's mean diameter are one."""
_LEAST_MM = 3.0


class Weight(IntEnum):
    """How much depends on a finding."""

    MINOR = 0
    IMPORTANT = 1
    CRITICAL = 2


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((RESOURCES / "report" / "weights.toml").read_text(encoding="utf-8"))


def weight_of(name: str) -> Weight:
    """Return how much depends on an abnormality."""
    if name in _table()["critical"]:
        return Weight.CRITICAL
    return Weight.IMPORTANT if name in _table()["important"] else Weight.MINOR


def order_of(name: str) -> int:
    """Return the place of an abnormality in an impression, the weightiest first."""
    order = _table()["critical"] + _table()["important"]
    return order.index(name) if name in order else len(order)


def same_body(one: Lesion, other: Lesion) -> bool:
    """Return whether two lesions are one thing in one place, by whatever label."""
    near_mm = max(_LEAST_MM, _SAME_PLACE * max(one.diameter_mm, other.diameter_mm))
    return _alike(one, other) and one.centre.distance_mm(other.centre) <= near_mm


def distinct(lesions: list[Lesion]) -> list[Lesion]:
    """Return each body once, under the label that says most."""
    bodies = _table()["same_body"]
    by_label = sorted(lesions, key=lambda lesion: _rank(bodies, lesion))
    kept: list[Lesion] = []
    for lesion in by_label:
        if not any(same_body(lesion, other) for other in kept):
            kept.append(lesion)
    return kept


def _alike(one: Lesion, other: Lesion) -> bool:
    bodies = _table()["same_body"]
    names = {one.abnormality.name, other.abnormality.name}
    return len(names) == 1 or names <= set(bodies)


def _rank(bodies: list[str], lesion: Lesion) -> int:
    return bodies.index(lesion.abnormality.name) if lesion.abnormality.name in bodies else -1
