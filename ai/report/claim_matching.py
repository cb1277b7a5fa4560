"""Which body of the picture a claim speaks of: by lobe and side, then by size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ai.report.mention import Status
from ai.report.report_claims import Claim
from ai.report.second_reader_terms import kin, synonyms
from ai.report.sights import Sight

TOLERANCE_MM = 2.0
"""Two readers measuring one nodule differ by less (Fleischner 2017: 2 mm is a change)."""
TOLERANCE_SHARE = 0.1
"""Of what is larger than 20 mm, two readers differ by a tenth."""
_SWAPPED, _ELSEWHERE = 4, 3
_LEVELS = {
    "right_upper": "upper",
    "left_upper": "upper",
    "right_mid": "upper",
    "right_lower": "lower",
    "left_lower": "lower",
}
"""The middle lobe's counterpart is the lingula, which belongs to the left upper lobe."""


@dataclass(frozen=True, eq=False)
class Match:
    """A claim and the body it speaks of; ``swapped``: on the other side."""

    claim: Claim
    sight: Sight
    swapped: bool


def body_claims(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims that single bodies are there, each term once however many labels it has."""
    once: dict[tuple[int, int], Claim] = {}
    for claim in claims:
        if claim.mention.abnormality.focal and claim.speaks_of_it and claim.mention.status is not Status.HISTORICAL:
            once.setdefault((claim.mention.start, claim.mention.end), claim)
    return list(once.values())


def matched(claims: Sequence[Claim], sights: Sequence[Sight]) -> list[Match]:
    """Return the best pairs, each claim and each body at most once; a claim of many bodies is left out."""
    pairs = [
        (rank, not fits(claim, sight), _off_mm(claim, sight), number, claim, sight)
        for number, claim in enumerate(claims)
        if not claim.many
        for sight in sights
        if (rank := rank_of(claim, sight)) is not None
    ]
    found: list[Match] = []
    for rank, _, _, _, claim, sight in sorted(pairs, key=lambda pair: pair[:4]):
        if all(claim is not one.claim and sight is not one.sight for one in found):
            found.append(Match(claim, sight, rank == _SWAPPED))
    return found


def rank_of(claim: Claim, sight: Sight) -> int | None:
    """Return how well the places fit, 0 best; None where a claim cannot mean a body."""
    if sight.lesion is None or claim.name not in kin(sight.name):
        return None
    if claim.name not in synonyms(sight.name) and not fits(claim, sight):
        return None
    if not claim.sides or not sight.sides:
        return 2
    if not claim.sides & sight.sides:
        return _SWAPPED if _mirrored(claim, sight) and fits(claim, sight) else None
    if claim.lobes and sight.lobes:
        if claim.lobes & sight.lobes:
            return 0
        return _ELSEWHERE if fits(claim, sight) else None
    return 1


def here(claim: Claim, sight: Sight) -> bool:
    """Return whether a claim may be about the place of a thing: it names no other side."""
    return not claim.sides or not sight.sides or bool(claim.sides & sight.sides)


def fits(claim: Claim, sight: Sight) -> bool:
    """Return whether the size said is that of the body; true where either says none."""
    return _off_mm(claim, sight) <= 0


def _off_mm(claim: Claim, sight: Sight) -> float:
    """Return by how much a size lies outside what two readers may differ, millimetres; 0 or less inside.

    A single number may be the long axis or the mean diameter; of two the larger is the long axis.
    """
    if not claim.mention.sizes_mm or sight.size_mm <= 0 or sight.lesion is None:
        return 0.0
    said, long_mm = max(claim.mention.sizes_mm), max(sight.lesion.diameters_mm)
    tolerance_mm = max(TOLERANCE_MM, TOLERANCE_SHARE * long_mm)
    least_mm = sight.size_mm if len(claim.mention.sizes_mm) == 1 else long_mm
    return max(said - long_mm, least_mm - said) - tolerance_mm


def _mirrored(claim: Claim, sight: Sight) -> bool:
    """Return whether a claim on the other side names the counterpart of the body's lobe, or no lobe."""
    if len(claim.sides) != 1 or not claim.lobes or not sight.lobes:
        return len(claim.sides) == 1
    return {_LEVELS[lobe] for lobe in claim.lobes} == {_LEVELS[lobe] for lobe in sight.lobes}
