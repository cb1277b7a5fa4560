"""Lengths as reports write them → millimetres, with the characters they stand at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = r"\d+(?:[.,]\d+)?"
_UNIT = r"(?:mm|cm|millimet(?:er|re)s?|centimet(?:er|re)s?|毫米|厘米)"
_BETWEEN = rf"\s*(?:{_UNIT})?\s*(?:x|×|\*|by|to|and|or|,|、|和|及|至|~|～|-|–)\s*(?:and\s*)?"
_LENGTHS = re.compile(
    rf"(?<![\d.,/A-Za-z]){_NUMBER}(?:{_BETWEEN}{_NUMBER})*\s*-?\s*{_UNIT}(?![a-z\d²³/])", re.IGNORECASE
)
_VALUE = re.compile(rf"({_NUMBER})\s*-?\s*({_UNIT})?", re.IGNORECASE)
_GROWN = re.compile(r"(?:increas|decreas|grow|grew|enlarg|shr[iu]nk|progress|regress|chang|增|缩|减)", re.IGNORECASE)
_EARLIER = re.compile(
    r"(?:previous(?:ly)?|formerly|prior|before|compared (?:to|with)|versus|vs\.?|原|前片|前次|上次|之前)"
    r"[^.;，,)）]{0,24}$",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?:\bfrom|由|从)\s*$", re.IGNORECASE)
_NO_LESION = re.compile(
    r"(?:thickness of (?:the )?(?:slice|section)s?|slice|section|interval|层厚|层距|间隔)\D{0,14}$", re.IGNORECASE
)
_MM_PER_CM = 10.0
_LONGEST_MM = 500.0
"""A chest is not longer; what is more is a date, an image number, or a slip."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths that stand together, "1.2 x 0.8 cm" or "3, 5 and 7 mm"; ``start`` and ``end`` in characters."""

    values_mm: tuple[float, ...]
    start: int
    end: int


def lengths_in(text: str) -> Iterator[Lengths]:
    """Yield the lengths of this scan; an earlier scan's ("previously 8 mm", "from 8 mm to …") are left out."""
    for match in _LENGTHS.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if _EARLIER.search(before) or _NO_LESION.search(before):
            continue
        values = _values_mm(match.group())
        if _FROM.search(before) and _GROWN.search(text) and len(values) > 1:
            values = values[1:]
        elif _FROM.search(before) and _GROWN.search(text):
            continue
        if values and max(values) <= _LONGEST_MM:
            yield Lengths(values, match.start(), match.end())


def _values_mm(written: str) -> tuple[float, ...]:
    """A number without a unit has that of the next number that has one."""
    values: list[float] = []
    factor = 1.0
    for number, unit in reversed(_VALUE.findall(written)):
        if unit:
            factor = _MM_PER_CM if unit.lower().startswith("c") or unit == "厘米" else 1.0
        values.append(round(float(number.replace(",", ".")) * factor, 2))
    return tuple(reversed(values))
