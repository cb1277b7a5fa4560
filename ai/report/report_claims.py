"""A report's text → what it claims of the chest, part by part, and what it advises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ai.places import side_of
from ai.report.labelling import label
from ai.report.mention import Mention, Side, Status
from ai.report.second_reader_terms import heading, kin, pattern, table

_LOBES = ("right_upper", "right_mid", "right_lower", "left_upper", "left_mid", "left_lower")
_PLURAL = re.compile(r"[^is]s$", re.IGNORECASE)
_OF_THE_CHEST = ("lungs", "airways", "pleura")
_DENIED = frozenset({Status.ABSENT, Status.RESOLVED})


@dataclass(frozen=True, slots=True)
class Claim:
    """One mention with what its sentence says beside it.

    Args:
        mention: what is said of which abnormality.
        in_impression: it stands in the impression.
        many: it speaks of more than one thing.
        large: it calls the thing large.
    """

    mention: Mention
    in_impression: bool
    many: bool
    large: bool

    @property
    def name(self) -> str:
        """Label of the abnormality."""
        return self.mention.abnormality.name

    @property
    def speaks_of_it(self) -> bool:
        """True where the thing is said to be there, or perhaps; what is history only where it lasts, as devices do."""
        lasts = self.mention.abnormality.region == "devices"
        return self.mention.status not in _DENIED and (lasts or self.mention.status is not Status.HISTORICAL)

    @property
    def lobes(self) -> frozenset[str]:
        """The lobes it names; the lingula is the left upper lobe's."""
        named = (("left_upper" if name == "left_mid" else name) for name in self.mention.locations if name in _LOBES)
        return frozenset(named)

    @property
    def sides(self) -> frozenset[str]:
        """The sides it names; none where it names none."""
        if self.mention.side is Side.BOTH:
            return frozenset({"right", "left"})
        if self.mention.side is not None:
            return frozenset({self.mention.side.value})
        return frozenset(side for name in self.mention.locations if (side := side_of(name)))

    @property
    def span(self) -> tuple[int, int]:
        """The characters of its sentence."""
        return self.mention.sentence_start, self.mention.sentence_end


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a report lets follow: the least and the most months until the next CT; None where nothing is to follow."""

    months: tuple[float, float] | None
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReportClaims:
    """All that a report claims. ``has_impression``: it has such a part."""

    claims: tuple[Claim, ...]
    follow_ups: tuple[FollowUp, ...]
    has_impression: bool

    def part(self, in_impression: bool) -> list[Claim]:
        """Return the claims of the impression, or of all else."""
        return [claim for claim in self.claims if claim.in_impression == in_impression]


def claims_of(text: str) -> ReportClaims:
    """Read a report."""
    begins, ends = _impression(text)
    claims = []
    for mention in label(text):
        if _elsewhere(mention):
            continue
        sentence = text[mention.sentence_start : mention.sentence_end]
        term = text[mention.start : mention.end]
        plural = mention.abnormality.focal and _PLURAL.search(term) is not None
        many = plural or pattern("many").search(sentence) is not None
        large = pattern("large").search(sentence) is not None
        claims.append(Claim(mention, begins <= mention.start < ends, many, large))
    claims = [claim for claim in claims if not _said_better(claim, claims)]
    return ReportClaims(tuple(claims), tuple(_follow_ups(text)), begins < ends)


def _elsewhere(mention: Mention) -> bool:
    """Return whether something that is looked for in the chest is said of another part: a cyst of the kidney."""
    kind = mention.abnormality
    of_chest = kind.region in _OF_THE_CHEST or kind.focal or kind.name in table()["wide"]
    return of_chest and bool(set(mention.locations) & set(table()["outside"]))


def _said_better(claim: Claim, claims: Sequence[Claim]) -> bool:
    """Return whether a wide word only names again what the sentence says: the opacity of "ground-glass opacity"."""
    wide = table()["wide"]
    return claim.name in wide and any(
        other.span == claim.span and other.name not in wide and claim.name in kin(other.name) for other in claims
    )


def _impression(text: str) -> tuple[int, int]:
    """Return where the last impression begins and ends; the same place where there is none."""
    found = list(heading("impression").finditer(text))
    if not found:
        return len(text), len(text)
    after = heading("other").search(text, found[-1].end())
    return found[-1].end(), len(text) if after is None else after.start()


def _follow_ups(text: str) -> Iterator[FollowUp]:
    for sentence in re.finditer(r"[^.;。；\n]+(?:\.\d[^.;。；\n]*)*", text):
        span = _trimmed(text, *sentence.span())
        if pattern("nothing_follows").search(sentence.group()):
            yield FollowUp(None, span)
        elif pattern("advises").search(sentence.group()):
            yield from (FollowUp(months, span) for months in months_in(sentence.group())[:1])


def months_in(text: str) -> list[tuple[float, float]]:
    """Return the intervals in a text, (least, most) months, in its order: "3–6 months", "in one year", "半年"."""
    found = []
    for match in _interval().finditer(text):
        least, most, unit = match.group("least"), match.group("most"), match.group("unit")
        factor = next(f for name, f in table()["units"].items() if re.fullmatch(name.replace(r"\b", ""), unit.lower()))
        numbers = [_number(word) * factor for word in (least, most or least)]
        found.append((min(numbers), max(numbers)))
    return found


@cache
def _interval() -> re.Pattern[str]:
    words = "|".join(sorted(table()["numbers"], key=len, reverse=True))
    number = rf"(?:\d+(?:\.\d+)?|\b(?:{words})\b|[半一两二三六九十]+)"
    units = "|".join(f"(?:{unit})" for unit in table()["units"])
    return re.compile(
        rf"(?P<least>{number})(?:\s*(?:-|–|—|~|～|to|至|到)\s*(?P<most>{number}))?[\s-]*(?P<unit>{units})",
        re.IGNORECASE,
    )


def _number(word: str) -> float:
    known = table()["numbers"].get(word.lower())
    return float(word) if known is None else float(known)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())
