"""The words a draft is put together from, in one language: ``resources/report/draft_en.toml``, ``draft_zh.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from ai.draft import Language
from ai.organs import LOBES
from ai.places import side_of
from ai.vocabulary import RESOURCES, Abnormality

_FINE_BELOW_MM = 30.0
"""Sizes below are written to 0.1 mm, above to 1 mm."""
_LITRE_FROM_MM3 = 10_000.0
_WHOLE_LUNGS = {
    "both_lungs": LOBES,
    "right_lung": tuple(lobe for lobe in LOBES if side_of(lobe) == "right"),
    "left_lung": tuple(lobe for lobe in LOBES if side_of(lobe) == "left"),
}


@dataclass(frozen=True, eq=False)
class DraftWords:
    """The templates of one language; ``table`` is the file as it is."""

    language: Language
    table: dict[str, Any]

    def say(self, section: str, key: str, **parts: object) -> str:
        """Fill one template; a sentence begins with a capital where the language has them."""
        text = str(self.table[section][key]).format(**parts)
        return text[:1].upper() + text[1:] if section == "statement" and self.table["capitals"] else text

    def top(self, key: str) -> str:
        """Return a word or template that stands in no table."""
        return str(self.table[key])

    def name(self, kind: Abnormality, many: bool = False) -> str:
        """Return what an abnormality is called in a sentence."""
        one = str(self.table["one"].get(kind.name, kind.title.lower()))
        return str(self.table["many"].get(kind.name, one)) if many else one

    def date(self, day: date) -> str:
        """Write a date as the language does."""
        return self.top("date").format(day=day.day, month=self.table["months"][day.month - 1], year=day.year)

    def size(self, mm: float) -> str:
        """Write a length in millimetres without its unit."""
        return f"{mm:.1f}" if mm < _FINE_BELOW_MM else f"{mm:.0f}"

    def volume(self, mm3: float) -> str:
        """Return a volume as a piece of a sentence; empty where it is not known."""
        if not mm3 > 0:
            return ""
        if mm3 < _LITRE_FROM_MM3:
            return self.say("piece", "volume_mm3", value=f"{mm3:.0f}")
        return self.say("piece", "volume_ml", value=f"{mm3 / 1000:.0f}")

    def places(self, names: Sequence[str]) -> str:
        """Return lobes and organs as one phrase, whole lungs instead of all their lobes; empty where none is known."""
        left = list(dict.fromkeys(names))
        words = []
        for whole, lobes in _WHOLE_LUNGS.items():
            if set(lobes) <= set(left):
                words.append(str(self.table["place"][whole]))
                left = [name for name in left if name not in lobes]
        words += [str(self.table["place"][name]) for name in left if name in self.table["place"]]
        return self.listed(words)

    def sides(self, names: Sequence[str]) -> str:
        """Return the sides that places lie on; empty where none has one."""
        sides = {side for name in names if (side := side_of(name))}
        if not sides:
            return ""
        return str(self.table["side"]["both" if len(sides) == 2 else sides.pop()])

    def followed(self, follows: str) -> str:
        """Return what a guideline lets follow, its English words put into this language."""
        for english, mine in self.table["follows"]:
            follows = re.sub(english, mine, follows)
        return follows

    def listed(self, words: Sequence[str]) -> str:
        """Join words as a list."""
        if len(words) < 2:
            return "".join(words)
        return self.top("comma").join(words[:-1]) + self.top("and") + words[-1]


@cache
def draft_words(language: Language) -> DraftWords:
    """Return the words of a language."""
    path = RESOURCES / "report" / f"draft_{language.value}.toml"
    return DraftWords(language, tomllib.loads(path.read_text(encoding="utf-8")))
