"""The sentences of a draft's regions: each body, each spread, each thing that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ai.change import ChangeKind, FindingChange, LesionChange
from ai.draft import DraftSentence, ReadingToDraft
from ai.findings import Finding, Lesion
from ai.geometry import PointMm
from ai.places import places_of
from ai.report.draft_lines import course_of_lesion
from ai.report.draft_pieces import Pieces
from ai.report.draft_spread import spread_of
from ai.report.draft_words import DraftWords
from ai.report.weights import distinct, order_of, same_body
from ai.vocabulary import Abnormality

MANY, SHOWN = 5, 3
"""Of more bodies of one kind than ``MANY`` only the ``SHOWN`` largest are described, the rest summed up."""


@dataclass(frozen=True, eq=False)
class Body:
    """A lesion to tell, with its change where the reader accepted one."""

    lesion: Lesion
    change: LesionChange | None = None

    @property
    def kind(self) -> Abnormality:
        """What it is."""
        return self.lesion.abnormality


def bodies_of(reading: ReadingToDraft) -> list[Body]:
    """Return every body of the accepted findings and of the accepted changes once, the largest first."""
    accepted = [change for change in reading.accepted_changes if isinstance(change, LesionChange)]
    lesions = [lesion for finding in reading.findings() for lesion in finding.lesions]
    of_changes = [change.current for change in accepted if change.current is not None]
    bodies = []
    for lesion in distinct(lesions + of_changes):
        of_it = (c for c in accepted if c.current is not None and same_body(lesion, c.current))
        bodies.append(Body(lesion, next(of_it, None)))
    return sorted(bodies, key=lambda body: (order_of(body.kind.name), -body.lesion.diameter_mm))


def spreads_of(reading: ReadingToDraft) -> list[tuple[Finding, FindingChange | None]]:
    """Return the accepted findings without lesions, and those whose change was accepted, each with its change."""
    changes = [change for change in reading.accepted_changes if isinstance(change, FindingChange)]
    by_name = {change.abnormality.name: change for change in changes}
    accepted = {finding.abnormality.name: finding for finding in reading.findings()}
    of_changes = [c.current for c in changes if c.current is not None and c.kind is not ChangeKind.GONE]
    found = {**{finding.abnormality.name: finding for finding in of_changes}, **accepted}
    told = [(finding, by_name.get(name)) for name, finding in found.items() if not finding.lesions]
    return sorted(told, key=lambda pair: order_of(pair[0].abnormality.name))


def region_sentences(words: DraftWords, reading: ReadingToDraft) -> list[DraftSentence]:
    """Return all sentences of the regions; a region's come in the order of their weight."""
    pieces = Pieces(words, reading)
    return [*_body_sentences(pieces), *_spread_sentences(pieces), *_gone_sentences(pieces)]


def _body_sentences(pieces: Pieces) -> Iterator[DraftSentence]:
    bodies = bodies_of(pieces.reading)
    names = dict.fromkeys(pieces.words.name(body.kind) for body in bodies)
    for name in names:
        same = [body for body in bodies if pieces.words.name(body.kind) == name]
        changed = [body for body in same if body.change is not None]
        calm = sorted((b for b in same if b.change is None), key=lambda body: -body.lesion.diameter_mm)
        shown = calm if len(same) <= MANY else calm[: max(0, SHOWN - len(changed))]
        for body in [*changed, *shown]:
            yield body_sentence(pieces, body)
        rest = calm[len(shown) :]
        if rest:
            yield _further(pieces, rest)


def body_sentence(pieces: Pieces, body: Body) -> DraftSentence:
    """Say one body."""
    lesion, kind = body.lesion, body.kind
    text = pieces.words.say(
        "statement",
        "lesion",
        name=pieces.words.name(kind),
        where=pieces.where(kind, [lesion.location]),
        size=pieces.size(lesion),
        volume=pieces.words.volume(lesion.volume_mm3),
        image=pieces.image(lesion.centre),
        course=course_of_lesion(pieces, body.change),
    )
    return DraftSentence(text, kind.region, key_at(kind, lesion.centre), lesion.centre, (kind.name,))


def _further(pieces: Pieces, rest: list[Body]) -> DraftSentence:
    kind, largest = rest[0].kind, rest[0].lesion
    text = pieces.words.say(
        "statement",
        "further",
        count=len(rest),
        names=pieces.words.name(kind, many=len(rest) > 1),
        where=pieces.where(kind, dict.fromkeys(body.lesion.location for body in rest)),
        size=pieces.words.size(largest.diameter_mm),
    )
    return DraftSentence(text, kind.region, f"{kind.name} further", largest.centre, (kind.name,))


def _spread_sentences(pieces: Pieces) -> Iterator[DraftSentence]:
    for finding, change in spreads_of(pieces.reading):
        kind, told = finding.abnormality, spread_of(pieces, finding, change)
        text = pieces.words.say(
            "statement",
            "spread",
            name=pieces.words.name(kind),
            where=pieces.where_is(finding),
            share=told.share,
            measure=told.measure,
            course=told.course,
        )
        yield DraftSentence(text, kind.region, kind.name, finding.place, (kind.name,))


def _gone_sentences(pieces: Pieces) -> Iterator[DraftSentence]:
    """Say what is gone; of a finding whose lesions are told one by one nothing more."""
    accepted = pieces.reading.accepted_changes
    one_by_one = {c.abnormality for c in accepted if isinstance(c, LesionChange) and c.kind is ChangeKind.GONE}
    for change in accepted:
        if change.kind is not ChangeKind.GONE or change.prior is None:
            continue
        kind = change.abnormality
        if isinstance(change, LesionChange) and change.prior is not None:
            where, then = pieces.where(kind, [change.prior.location]), change.prior.diameters_mm[0]
            there = change.prior.centre
            size = pieces.words.say("piece", "then", long=pieces.words.size(then)) if then > 0 else ""
            yield _gone(pieces, kind, where, size, there, key_at(kind, there))
        elif isinstance(change, FindingChange) and change.prior is not None and kind not in one_by_one:
            where = pieces.where(kind, places_of(change.prior, None))
            yield _gone(pieces, kind, where, "", change.prior.place, f"{kind.name} gone")


def _gone(pieces: Pieces, kind: Abnormality, where: str, size: str, there: PointMm | None, key: str) -> DraftSentence:
    """``there`` lies in the prior; the sentence's place is its counterpart in the current scan."""
    prior, comparison = pieces.reading.prior, pieces.reading.comparison
    dated = prior is not None and prior.series.study.taken_on is not None
    text = pieces.words.say(
        "statement",
        "gone" if dated else "gone_undated",
        name=pieces.words.name(kind),
        where=where,
        then=size,
        date=pieces.prior_day(),
    )
    place = None if there is None or comparison is None else comparison.registration.point_in_current(there)
    return DraftSentence(text, kind.region, f"gone {key}", place, (kind.name,), in_prior_only=True)


def key_at(kind: Abnormality, place: PointMm) -> str:
    """Return a key that a lesion keeps as long as its analysis stands: what it is and where, to the millimetre."""
    return f"{kind.name} {place.left:.0f} {place.posterior:.0f} {place.superior:.0f}"
