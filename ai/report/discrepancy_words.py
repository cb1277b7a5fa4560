"""A discrepancy's sentence: what the picture shows and what the report says, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from ai.discrepancy import Discrepancy, DiscrepancyKind
from ai.draft import Language
from ai.findings import Finding, Lesion
from ai.geometry import PointMm
from ai.places import places_of
from ai.report.claim_matching import Match
from ai.report.draft_pieces import PLACELESS, SIDED
from ai.report.draft_words import DraftWords, draft_words
from ai.report.report_claims import Claim, FollowUp
from ai.report.second_reader_terms import said
from ai.report.sights import Picture, Sight
from ai.report.weights import weight_of
from ai.vocabulary import Abnormality, abnormality

_BASE = {
    DiscrepancyKind.SIDE: 6,
    DiscrepancyKind.IMPRESSION: 5,
    DiscrepancyKind.SILENT: 4,
    DiscrepancyKind.SIZE: 4,
    DiscrepancyKind.PRIOR: 4,
    DiscrepancyKind.ADVICE: 3,
    DiscrepancyKind.UNSEEN: 2,
}
"""What may harm soonest first; the weight of the abnormality is added."""
_TEN = (6.5, 15.0)
"""A ratio between these is a slip of the decimal point."""


@dataclass(frozen=True, eq=False)
class Speaker:
    """Says discrepancies about one picture."""

    language: Language
    picture: Picture

    @property
    def _words(self) -> DraftWords:
        return draft_words(self.language)

    def silent(self, sight: Sight, denied: Claim | None) -> Discrepancy:
        """The picture shows it; the report is silent or says that there is none."""
        words = self._say("silent" if denied is None else "denied", thing=self.thing(sight))
        span = None if denied is None else denied.span
        return _made(DiscrepancyKind.SILENT, sight.name, words, span, sight.place)

    def prior(self, lesion: Lesion, place: PointMm) -> Discrepancy:
        """The prior shows it and nobody says what became of it."""
        words = self._say("prior", thing=self._body(lesion))
        return _made(DiscrepancyKind.PRIOR, lesion.abnormality.name, words, None, place)

    def unseen(self, claim: Claim) -> Discrepancy:
        """The report says it; the picture does not."""
        kind = claim.mention.abnormality
        where = self._where(kind, sorted(claim.lobes) or [f"{side}_lung" for side in sorted(claim.sides)])
        words = self._say("unseen", name=self._words.name(kind), where=where)
        return _made(DiscrepancyKind.UNSEEN, kind.name, words, claim.span, None)

    def side(self, claim: Claim, sight: Sight) -> Discrepancy:
        """The report says the other side."""
        wrong = str(self._words.table["side_alone"][min(claim.sides)])
        words = self._say("side", said=wrong, thing=self.thing(sight))
        return _made(DiscrepancyKind.SIDE, sight.name, words, claim.span, sight.place)

    def size(self, match: Match) -> Discrepancy:
        """The report says another size."""
        written = max(match.claim.mention.sizes_mm)
        ratio = written / match.sight.size_mm
        key = "ten" if _TEN[0] <= ratio <= _TEN[1] else "tenth" if _TEN[0] <= 1 / ratio <= _TEN[1] else "size"
        words = self._say(key, said=f"{written:g}", thing=self.thing(match.sight))
        name, place = match.sight.name, match.sight.place
        return _made(DiscrepancyKind.SIZE, name, words, match.claim.span, place, graver=key != "size")

    def impression(self, name: str, span: tuple[int, int] | None, place: PointMm | None) -> Discrepancy:
        """What is critical stands in no impression."""
        words = self._say("impression", name=self._words.name(abnormality(name)))
        return _made(DiscrepancyKind.IMPRESSION, name, words, span, place)

    def advice(self, sight: Sight, follow_up: FollowUp, guideline: str, follows: str) -> Discrepancy:
        """The report advises what the guideline does not."""
        advised = self._say("no_advice")
        if follow_up.months is not None:
            months = "–".join(dict.fromkeys(f"{month:g}" for month in follow_up.months))
            advised = self._say("months", months=months)
        parts = {"thing": self.thing(sight), "guideline": guideline, "follows": self._words.followed(follows)}
        words = self._say("advice", said=advised, **parts)
        return _made(DiscrepancyKind.ADVICE, sight.name, words, follow_up.span, sight.place)

    def thing(self, sight: Sight) -> str:
        """Say a thing of the picture with its place and size."""
        return self._spread(sight.finding) if sight.lesion is None else self._body(sight.lesion)

    def _body(self, lesion: Lesion) -> str:
        size = f" {self._words.size(lesion.diameter_mm)} mm" if lesion.diameter_mm > 0 else ""
        return f"{self._words.name(lesion.abnormality)}{size}{self._where(lesion.abnormality, [lesion.location])}"

    def _spread(self, finding: Finding) -> str:
        places = places_of(finding, self.picture.reading.analysis.organs)
        return f"{self._words.name(finding.abnormality)}{self._where(finding.abnormality, places)}"

    def _where(self, kind: Abnormality, places: Sequence[str]) -> str:
        if kind.region in SIDED:
            side = self._words.sides(places)
            return self._words.say("piece", "where_sided", side=side) if side else ""
        place = "" if kind.region in PLACELESS else self._words.places(places)
        return self._words.say("piece", "where", place=place) if place else ""

    def _say(self, key: str, **parts: str) -> str:
        return said(self.language, key, **parts)


def _made(
    kind: DiscrepancyKind,
    name: str,
    words: str,
    span: tuple[int, int] | None,
    place: PointMm | None,
    graver: bool = False,
) -> Discrepancy:
    return Discrepancy(kind, name, words, _BASE[kind] + int(weight_of(name)) + 2 * graver, span, place)


def heaviest_first(*found: list[Discrepancy]) -> tuple[Discrepancy, ...]:
    """Return all discrepancies once, the heaviest first."""
    return tuple(sorted(dict.fromkeys(chain(*found)), key=lambda one: -one.weight))
