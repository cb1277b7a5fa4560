"""From where a report lets an abnormality lie to the parts of the chest that may tell of it."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ai.model.chest_parts import PARTS
from ai.training.reports.regions import LOBE_BITS, Allowed, Region
from ai.vocabulary import Abnormality

WHOLES = ("lungs_rim", "lungs_core", "chest")
"""Parts that share their cells with others: of a place within them they tell nothing."""
_MIDDLE = Region.HEART | Region.AORTA | Region.MIDDLE | Region.OUTSIDE_LUNGS
_WALL = Region.PLEURAL | Region.OUTSIDE_LUNGS
_LISTS = {
    "lobes": tuple(LOBE_BITS),
    "lungs": ("lungs_rim", "lungs_core"),
    "middle": tuple(part for part in PARTS if part.startswith("middle")),
    "wall": tuple(part for part in PARTS if part.startswith("wall")),
    "chest": ("chest",),
}
_EVENLY = dict.fromkeys(_LISTS, 1.0)
_TRUST = MappingProxyType({
    "lungs": {"lobes": 1.0, "lungs": 4.0, "middle": 0.3, "wall": 0.1, "chest": 0.5},
    "airways": {"lobes": 1.0, "lungs": 4.0, "middle": 0.7, "wall": 0.1, "chest": 0.5},
    "pleura": {"lobes": 1.0, "lungs": 2.0, "middle": 0.5, "wall": 1.0, "chest": 0.5},
    "heart": {"lobes": 0.3, "lungs": 0.5, "middle": 3.0, "wall": 0.1, "chest": 0.5},
    "great_vessels": {"lobes": 0.2, "lungs": 0.3, "middle": 3.0, "wall": 0.1, "chest": 0.5},
    "mediastinum": {"lobes": 0.2, "lungs": 0.3, "middle": 3.0, "wall": 0.2, "chest": 0.5},
    "bones": {"lobes": 0.3, "lungs": 0.3, "middle": 1.0, "wall": 2.0, "chest": 2.0},
    "devices": {"lobes": 0.7, "lungs": 0.7, "middle": 2.0, "wall": 1.0, "chest": 2.0},
})  # fmt: skip
"""How readily parts are listened to, by the vocabulary's list of the abnormality: what lies in the lungs is mostly seen
there. Shares of a list's parts together; set on 224 scans of a synthetic hospital."""


def trust(kind: Abnormality, places: bool) -> NDArray[np.float64]:
    """Return how readily each of ``PARTS`` is listened to for an abnormality, 1 in all; alike without places."""
    lists = _TRUST.get(kind.region, _EVENLY) if places else _EVENLY
    found = np.zeros(len(PARTS))
    for name, parts in _LISTS.items():
        found[[PARTS.index(part) for part in parts]] = lists[name] / len(parts)
    return np.asarray(found / found.sum())


def parts_within(allowed: Allowed) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
    """Return which of ``PARTS`` an abnormality may lie in, and which others it then does not; None where no place is
    told that leaves any of them out.
    """
    inside = np.array([_may(part, allowed) for part in PARTS])
    others = np.array([part not in WHOLES for part in PARTS]) & ~inside
    return (inside, others) if inside.any() and others.any() else None


def _may(part: str, allowed: Allowed) -> bool:
    if part in WHOLES:
        return False
    other_side = {Region.RIGHT: "left", Region.LEFT: "right"}.get(allowed.side)
    if other_side and other_side in part.split("_"):
        return False
    if not allowed.where:
        return True
    bits = LOBE_BITS.get(part) or (_MIDDLE if part.startswith("middle") else _WALL)
    return bool(allowed.where & bits)
