"""A reading → its draft."""

from __future__ import annotations

from ai.draft import (
    COMPARISON,
    IMPRESSION,
    PREAMBLE,
    TECHNIQUE,
    Draft,
    DraftSection,
    DraftSentence,
    Language,
    ReadingToDraft,
)
from ai.report.advice import Advise, no_advice
from ai.report.draft_findings import region_sentences, spreads_of
from ai.report.draft_impression import impression
from ai.report.draft_pieces import Pieces, slice_step_mm
from ai.report.draft_spread import withheld_by_breath
from ai.report.draft_words import DraftWords, draft_words
from ai.vocabulary import REGIONS


def draft(reading: ReadingToDraft, language: Language = Language.ENGLISH, advise: Advise = no_advice) -> Draft:
    """Write the draft of a reading: what the reader accepted and nothing else; nothing is said to be absent.

    Every region has its section, an empty one where nothing was accepted there: what is normal only a reader can say.
    """
    words = draft_words(language)
    by_region: dict[str, list[DraftSentence]] = {
        TECHNIQUE: [_technique(words, reading)],
        COMPARISON: [_comparison(words, reading), *_breath(words, reading)],
        IMPRESSION: impression(words, reading, advise),
    }
    for sentence in region_sentences(words, reading):
        by_region.setdefault(sentence.region, []).append(sentence)
    sections = tuple(
        DraftSection(region, words.say("sections", region), tuple(by_region.get(region, ())))
        for region in (*PREAMBLE, *REGIONS, IMPRESSION)
    )
    unread = "" if reading.read else words.top("unread")
    return Draft(language, words.top("title"), sections, words.top("disclaimer"), unread)


def _technique(words: DraftWords, reading: ReadingToDraft) -> DraftSentence:
    series, grid = reading.scan.series, reading.scan.volume.grid
    taken_on = series.study.taken_on
    step, thickness = _plain_mm(slice_step_mm(grid)), _plain_mm(series.thickness_mm or 0.0)
    other = series.thickness_mm is not None and thickness != step
    text = words.say(
        "technique",
        "statement",
        on="" if taken_on is None else words.say("technique", "on", date=words.date(taken_on)),
        slices=words.say(
            "technique",
            "slices",
            count=grid.shape[0],
            thick=words.say("technique", "thick", thickness=thickness) if other else "",
            step=step,
        ),
        kernel=words.say("technique", "kernel", kernel=series.kernel) if series.kernel else "",
    )
    return DraftSentence(text, TECHNIQUE, TECHNIQUE)


def _plain_mm(mm: float) -> str:
    return f"{mm:.2f}".rstrip("0").rstrip(".")


def _comparison(words: DraftWords, reading: ReadingToDraft) -> DraftSentence:
    if reading.prior is None:
        return DraftSentence(words.say("comparison", "none"), COMPARISON, COMPARISON)
    days = None if reading.comparison is None else reading.comparison.days_between
    apart = "" if days is None else words.say("comparison", "days", days=days)
    text = words.say("comparison", "prior", date=Pieces(words, reading).prior_day(), days=apart)
    return DraftSentence(text, COMPARISON, COMPARISON)


def _breath(words: DraftWords, reading: ReadingToDraft) -> list[DraftSentence]:
    """Say that the patient breathed otherwise, where that keeps values of then out of the draft."""
    pieces = Pieces(words, reading)
    diffuse = None if reading.comparison is None else reading.comparison.diffuse
    if diffuse is None or diffuse.breath is None:
        return []
    if not any(withheld_by_breath(pieces, finding) for finding, _ in spreads_of(reading)):
        return []
    litres = {"then": f"{diffuse.breath.then_ml / 1000:.1f}", "now": f"{diffuse.breath.now_ml / 1000:.1f}"}
    return [DraftSentence(words.say("comparison", "breath", **litres), COMPARISON, f"{COMPARISON} breath")]
