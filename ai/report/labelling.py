"""The text of a report → what it says of each abnormality."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from ai.report.mention import Mention, Status
from ai.report.reading.lexicon import lexicon
from ai.report.reading.sentence import Saying, read_sentence
from ai.report.reading.sentences import Section, Sentence, sentences
from ai.vocabulary import Abnormality, abnormality

OVER_1_CM_MM = 10.0
"""A nodule above this is also “nodulegr1cm”; a lymph node of this short axis is enlarged (RECIST 1.1: ≥ 10 mm)."""


@lru_cache(maxsize=20_000)
def _read(text: str) -> tuple[Saying, ...]:
    """Templates repeat: a sentence read once is remembered."""
    return read_sentence(text, lexicon())


def forget_sentences() -> None:
    """Read every sentence anew from now on; for measuring."""
    _read.cache_clear()


def sayings(report: str) -> Iterator[tuple[Sentence, Saying]]:
    """Yield what the report's sentences say of this scan, in finer words than the 83, in the order of the text."""
    for sentence in sentences(report):
        if sentence.section is Section.UNREAD:
            continue
        for saying in _read(sentence.text):
            if sentence.section is Section.READ:
                yield sentence, saying
            elif saying.status.is_there:
                yield sentence, _as_history(saying)


def label(text: str) -> list[Mention]:
    """Return what the report says of each of the 83 abnormalities, in the order of the text.

    English and Chinese. Sections that tell of the patient and not of the scan (indication, technique, comparison) are
    passed over; what the history holds is historical, except operations and devices.
    """
    return [mention for sentence, saying in sayings(text) for mention in _mentions(sentence, saying)]


def _as_history(saying: Saying) -> Saying:
    lasting = lexicon().findings[saying.finding].lasting
    return saying if lasting else saying._replace(status=Status.HISTORICAL)


def _mentions(sentence: Sentence, saying: Saying) -> list[Mention]:
    start = sentence.start
    return [
        Mention(
            meant,
            saying.locations,
            saying.side,
            saying.sizes_mm,
            saying.status,
            start + saying.start,
            start + saying.end,
            start,
            start + len(sentence.text),
            saying.finding,
        )
        for meant in _labels(saying)
    ]


def _labels(saying: Saying) -> tuple[Abnormality, ...]:
    """A node counts by its size, and denied by its absence; a nodule over 1 cm has a label more."""
    labels, is_nodule = _meant(saying.finding)
    if saying.finding == "lymph_node" and (
        saying.status is Status.ABSENT or min(saying.sizes_mm, default=0.0) >= OVER_1_CM_MM
    ):
        return (abnormality("lymphadenopathy"),)
    if is_nodule and max(saying.sizes_mm, default=0.0) > OVER_1_CM_MM:
        return (*labels, abnormality("nodulegr1cm"))
    return labels


@cache
def _meant(finding: str) -> tuple[tuple[Abnormality, ...], bool]:
    labels = lexicon().findings[finding].labels
    return labels, abnormality("nodule") in labels
