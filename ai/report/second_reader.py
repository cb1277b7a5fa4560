"""A report held against the picture: what a second reader would point at, and nothing that does not matter."""

from __future__ import annotations

from collections.abc import Iterator

from ai.change import ChangeKind
from ai.discrepancy import Discrepancy, ReadingToCheck
from ai.draft import Language
from ai.places import side_of
from ai.report.advice import Advise, no_advice
from ai.report.advice_check import advice_discrepancies
from ai.report.claim_matching import Match, body_claims, fits, here, matched, rank_of
from ai.report.discrepancy_words import Speaker, heaviest_first
from ai.report.impression_check import impression_discrepancies
from ai.report.mention import Status
from ai.report.report_claims import Claim, ReportClaims, claims_of
from ai.report.second_reader_terms import kin, sided, synonyms
from ai.report.sights import Picture, Sight, picture_of
from ai.report.weights import Weight, weight_of

LEAST_MM = 6.0
"""Smaller bodies need no mention (Fleischner 2017: below 6 mm nothing follows as a rule)."""
_LARGE_MM = 10.0
"""A body said to be this large is missed where the picture shows others of its kind, but none there."""


def check_report(
    text: str,
    reading: ReadingToCheck,
    language: Language = Language.ENGLISH,
    advise: Advise = no_advice,
) -> tuple[Discrepancy, ...]:
    """Return where a report and the picture do not say the same, the heaviest first.

    Checked is what matters: a strong finding that is not reported, a report of what the picture does not show, sides,
    sizes, lesions of the prior, what is advised, what is critical and left out of the impression. Nothing is said of
    what the reader rejected, of what is minor, and of what the model does not look for. Where a line of a tube ends is
    not checked: the model does not tell.
    """
    if not text.strip() or reading.analysis.withheld:
        return ()
    report, picture = claims_of(text), picture_of(reading)
    check = _Check(report, picture, Speaker(language, picture))
    silent = check.silent()
    told = {sight for sight, _ in silent}
    return heaviest_first(
        check.sides(),
        check.sizes(),
        [discrepancy for _, discrepancy in silent],
        check.gone(),
        check.unseen(),
        impression_discrepancies(report, picture, check.say, told),
        advice_discrepancies(report, picture, check.say, advise),
    )


class _Check:
    """One report against one picture; each method answers one question."""

    def __init__(self, report: ReportClaims, picture: Picture, say: Speaker) -> None:
        self.report, self.picture, self.say = report, picture, say
        bodies = [sight for sight in picture.sights if sight.lesion is not None]
        self._bodies = bodies
        self._matches: list[Match] = []
        for in_impression in (False, True):
            self._matches += matched(body_claims(report.part(in_impression)), bodies)

    def sides(self) -> list[Discrepancy]:
        """Return what the report puts on the other side."""
        bodies = [self.say.side(match.claim, match.sight) for match in self._swapped()]
        return bodies + [self.say.side(claim, sight) for claim, sight in self._swapped_spreads()]

    def sizes(self) -> list[Discrepancy]:
        """Return the sizes that are off, of each body the first."""
        off = [match for match in self._matches if not match.swapped and not fits(match.claim, match.sight)]
        once = {id(match.sight): match for match in reversed(off)}
        return [self.say.size(match) for match in once.values()]

    def silent(self) -> list[tuple[Sight, Discrepancy]]:
        """Return what the picture strongly shows, or the prior showed as well, and the report does not speak of."""
        swapped = {id(match.sight) for match in self._swapped()} | {id(sight) for _, sight in self._swapped_spreads()}
        found = []
        for sight in self.picture.sights:
            if id(sight) in swapped or self._spoken_of(sight):
                continue
            before = None if sight.change is None else sight.change.prior
            if before is not None and _worth(sight) and before.diameter_mm >= LEAST_MM and sight.place is not None:
                found.append((sight, self.say.prior(before, sight.place)))
            elif sight.strong and _worth(sight):
                found.append((sight, self.say.silent(sight, self._denial(sight))))
        return found

    def gone(self) -> list[Discrepancy]:
        """Return lesions of the prior that are gone and of which the report says nothing."""
        comparison = self.picture.reading.comparison
        found = []
        for change in () if comparison is None else comparison.lesions:
            before = change.prior
            gone = change.kind is ChangeKind.GONE and not change.obscured
            if not gone or before is None or before.diameter_mm < LEAST_MM:
                continue
            name = change.abnormality.name
            if weight_of(name) is Weight.MINOR or name in self.picture.reading.rejected:
                continue
            if not any(_answers(claim, name, before.location) for claim in self.report.claims):
                place = comparison.registration.point_in_current(before.centre) if comparison else before.centre
                found.append(self.say.prior(before, place))
        return found

    def unseen(self) -> list[Discrepancy]:
        """Return what the report says is there and the picture does not show; each thing once."""
        swapped = {id(match.claim) for match in self._swapped()} | {id(claim) for claim, _ in self._swapped_spreads()}
        taken = {id(match.claim) for match in self._matches}
        found: list[Discrepancy] = []
        told: set[str] = set()
        for claim in self.report.claims:
            if not claim.mention.is_there or id(claim) in swapped | taken or weight_of(claim.name) is Weight.MINOR:
                continue
            if told & synonyms(claim.name) or not self._contradicted(claim):
                continue
            told |= synonyms(claim.name)
            found.append(self.say.unseen(claim))
        return found

    def _contradicted(self, claim: Claim) -> bool:
        if self.picture.says_no(claim.name):
            return True
        large = max(claim.mention.sizes_mm, default=0.0) >= _LARGE_MM and claim.mention.abnormality.focal
        if not large or claim.many or not claim.sides or not self.picture.knows(claim.name):
            return False
        return not any(here(claim, sight) and rank_of(claim, sight) is not None for sight in self._bodies)

    def _swapped(self) -> Iterator[Match]:
        """Yield the bodies said on the other side; one that another claim of the same part says rightly is none."""
        for match in self._matches:
            said = match.swapped and match.claim.mention.is_there
            if said and match.sight.finding.present and sided(match.sight.name):
                yield match

    def _swapped_spreads(self) -> Iterator[tuple[Claim, Sight]]:
        for sight in self.picture.sights:
            if sight.lesion is not None or len(sight.sides) != 1 or not sided(sight.name) or not sight.finding.present:
                continue
            for in_impression in (False, True):
                same = [c for c in self.report.part(in_impression) if c.name in synonyms(sight.name) and c.sides]
                said = [c for c in same if c.speaks_of_it]
                wrong = [c for c in said if c.mention.is_there and not here(c, sight)]
                if wrong and len(wrong) == len(said):
                    yield wrong[0], sight
                    break

    def _spoken_of(self, sight: Sight) -> bool:
        """Return whether some claim speaks of a thing; of a body only one that may mean it, or one of many."""
        alike = [claim for claim in self.report.claims if claim.name in kin(sight.name) and claim.speaks_of_it]
        if sight.lesion is None:
            return any(c.name in synonyms(sight.name) or (here(c, sight) and _lobe_fits(c, sight)) for c in alike)
        if any(match.sight is sight and not match.swapped for match in self._matches):
            return True
        generic = [claim for claim in alike if claim.many or not claim.mention.abnormality.focal]
        return any(here(claim, sight) and _lobe_fits(claim, sight) for claim in generic)

    def _denial(self, sight: Sight) -> Claim | None:
        denies = (
            claim
            for claim in self.report.claims
            if claim.name in synonyms(sight.name) and not claim.speaks_of_it and here(claim, sight)
        )
        return next(denies, None)


def _lobe_fits(claim: Claim, sight: Sight) -> bool:
    return not claim.lobes or not sight.lobes or bool(claim.lobes & sight.lobes)


def _worth(sight: Sight) -> bool:
    """Return whether a thing is worth a word: not minor, and no small body."""
    weight = weight_of(sight.name)
    if weight is Weight.MINOR:
        return False
    return sight.lesion is None or sight.size_mm >= LEAST_MM or weight is Weight.CRITICAL


def _answers(claim: Claim, name: str, location: str) -> bool:
    """Return whether a claim says what became of a lesion of the prior: of its kind, in its place or in no place."""
    if claim.name not in kin(name) or claim.mention.status in (Status.UNCERTAIN, Status.HISTORICAL):
        return False
    named = claim.lobes & {"left_upper" if location == "left_mid" else location}
    return not claim.sides or bool(named) or (not claim.lobes and side_of(location) in claim.sides)
