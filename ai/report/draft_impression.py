"""The impression: one sentence for each kind of finding that weighs, what is worst first, with what is advised."""

from __future__ import annotations

from ai.change import ChangeKind, LesionChange
from ai.draft import IMPRESSION, DraftSentence, ReadingToDraft
from ai.report.advice import Advise
from ai.report.draft_findings import Body, bodies_of, spreads_of
from ai.report.draft_lines import course_of_lesion
from ai.report.draft_pieces import Pieces
from ai.report.draft_spread import spread_of
from ai.report.draft_words import DraftWords
from ai.report.weights import Weight, order_of, weight_of

_WORSE = (ChangeKind.NEW, ChangeKind.GROWN)

Ranked = tuple[tuple[int, int], DraftSentence]
"""(not worsening first, place in the order of weight) and the sentence."""


def impression(words: DraftWords, reading: ReadingToDraft, advise: Advise) -> list[DraftSentence]:
    """Return the impression; what is minor stands there only where it is new or has grown."""
    pieces = Pieces(words, reading)
    ranked = [*_of_bodies(pieces, advise), *_of_spreads(pieces)]
    return [sentence for _, sentence in sorted(ranked, key=lambda pair: pair[0])]


def _of_bodies(pieces: Pieces, advise: Advise) -> list[Ranked]:
    by_name: dict[str, list[Body]] = {}
    for body in bodies_of(pieces.reading):
        by_name.setdefault(pieces.words.name(body.kind), []).append(body)
    return [_ranked_bodies(pieces, same, advise) for same in by_name.values() if any(map(_weighs, same))]


def _ranked_bodies(pieces: Pieces, same: list[Body], advise: Advise) -> Ranked:
    """Say the body that matters most: one that got worse, else the largest; of many how many there are."""
    first = min(same, key=lambda body: (not _worse(body.change), -body.lesion.diameter_mm))
    kind, lesion = first.kind, first.lesion
    parts = {
        "course": course_of_lesion(pieces, first.change, brief=True),
        "advice": pieces.advice(advise(lesion, first.change, [body.lesion for body in same])),
    }
    if len(same) == 1 or first.change is not None:
        text = pieces.words.say(
            "statement",
            "brief",
            name=pieces.words.name(kind),
            where=pieces.where(kind, [lesion.location]),
            size=pieces.size(lesion),
            share="",
            measure="",
            **parts,
        )
    else:
        text = pieces.words.say(
            "statement",
            "brief_many",
            count=len(same),
            names=pieces.words.name(kind, many=True),
            where=pieces.where(kind, dict.fromkeys(body.lesion.location for body in same)),
            size=pieces.words.size(lesion.diameter_mm),
            **parts,
        )
    key = f"{IMPRESSION} {kind.name}"
    return _rank(kind.name, _worse(first.change)), DraftSentence(text, IMPRESSION, key, lesion.centre, (kind.name,))


def _of_spreads(pieces: Pieces) -> list[Ranked]:
    found: list[Ranked] = []
    for finding, change in spreads_of(pieces.reading):
        kind = finding.abnormality
        worse = change is not None and change.kind in _WORSE
        if weight_of(kind.name) is Weight.MINOR and not worse:
            continue
        told = spread_of(pieces, finding, change, brief=True)
        text = pieces.words.say(
            "statement",
            "brief",
            name=pieces.words.name(kind),
            where=pieces.where_is(finding),
            size="",
            share="",
            measure=told.measure,
            course=told.course,
            advice="",
        )
        sentence = DraftSentence(text, IMPRESSION, f"{IMPRESSION} {kind.name}", finding.place, (kind.name,))
        found.append((_rank(kind.name, worse), sentence))
    return found


def _rank(name: str, worse: bool) -> tuple[int, int]:
    return (-int(weight_of(name)) - worse, order_of(name))


def _worse(change: LesionChange | None) -> bool:
    return change is not None and change.kind in _WORSE


def _weighs(body: Body) -> bool:
    return weight_of(body.kind.name) is not Weight.MINOR or _worse(body.change)
