"""The words of one radiologist: of a hospital's phrases each prefers some."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ai.phantom.hospital.facts import Spot
from ai.vocabulary import RESOURCES

_LOBES = {
    "right_upper": "right upper lobe",
    "right_mid": "middle lobe",
    "right_lower": "right lower lobe",
    "left_upper": "left upper lobe",
    "left_lower": "left lower lobe",
}
_ALL = 4
"""So many lobes are both lungs."""
_FAVOURITE = 0.6
"""Share by which a phrase is rarer than the one before it in a radiologist's list."""


@dataclass(frozen=True)
class Wording:
    """What can be said, of ``resources/hospital/wording.toml``.

    Args:
        phrases: kind of sentence → ways to say it.
        terms: label → names for it; a leading article stands before ``|``.
        placed: label → ``lobe``, ``side`` or nothing.
        sized: labels whose size is told.
        cm: share of the sizes that are told in centimetres.
    """

    phrases: Mapping[str, tuple[str, ...]]
    terms: Mapping[str, tuple[str, ...]]
    placed: Mapping[str, str]
    sized: frozenset[str]
    cm: float


@cache
def wording(variant: str) -> Wording:
    """Read the words of a hospital."""
    table: dict[str, Any] = tomllib.loads((RESOURCES / "hospital" / "wording.toml").read_text(encoding="utf-8"))
    phrases, terms = dict(table[variant]), table["term"]
    cm = float(phrases.pop("cm"))
    return Wording(
        {kind: tuple(ways) for kind, ways in phrases.items()},
        {label: tuple(entry[variant]) for label, entry in terms.items()},
        {label: entry.get("place", "") for label, entry in terms.items()},
        frozenset(label for label, entry in terms.items() if entry.get("size")),
        cm,
    )


@dataclass(frozen=True, eq=False)
class Hand:
    """A radiologist at one report.

    Args:
        words: of the hospital.
        radiologist: number; decides the order of preference.
        rng: of this report.
    """

    words: Wording
    radiologist: int
    rng: np.random.Generator

    def choose(self, kind: str) -> str:
        """Choose a way to say something of a kind."""
        return self._one_of(self.words.phrases[kind])

    def term(self, label: str) -> tuple[str, str]:
        """Choose a name: (article with a space behind it or nothing, the name)."""
        article, bar, name = self._one_of(self.words.terms[label]).rpartition("|")
        return f"{article} " if bar else "", name

    def plain_term(self, label: str) -> str:
        """Return the shortest name: who denies a thing denies all its kinds."""
        return min((term.rpartition("|")[2] for term in self.words.terms[label]), key=len)

    def described(self, label: str, spot: Spot) -> tuple[str, str]:
        """Return a finding with its size and place: (with its article, bare)."""
        article, name = self.term(label)
        if label in self.words.sized and spot.size_mm > 0:
            sized = self.choose("sized").format(term=name, size=self._size(spot.size_mm))
            article, name = article if sized.startswith(name) else "a ", sized
        kind, place = self._place(label, spot)
        if not kind:
            return article + name, name
        way = self.choose(kind)
        return way.format(what=article + name, bare=name, place=place), way.format(what=name, bare=name, place=place)

    def _place(self, label: str, spot: Spot) -> tuple[str, str]:
        how = self.words.placed[label]
        if how == "lobe" and len(spot.lobes) >= _ALL:
            return "both_lungs", ""
        if how == "lobe" and spot.lobes:
            names = [_LOBES[lobe] for lobe in spot.lobes]
            return "lobe", names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        if how and spot.side in ("right", "left"):
            return "side", spot.side
        return ("both_lungs", "") if how == "side" and spot.side == "both" else ("", "")

    def _size(self, size_mm: float) -> str:
        return f"{size_mm / 10:.1f} cm" if self.rng.random() < self.words.cm else f"{size_mm:.0f} mm"

    def _one_of(self, ways: Sequence[str]) -> str:
        order = np.random.default_rng([self.radiologist, len(ways), 17]).permutation(len(ways))
        lots = _FAVOURITE ** np.arange(len(ways))
        return ways[int(order[int(self.rng.choice(len(ways), p=lots / lots.sum()))])]
