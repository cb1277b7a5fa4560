"""What a sentence of a report says of one abnormality: which, where, how large, and whether it is there."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ai.vocabulary import Abnormality


class Status(StrEnum):
    """Whether the abnormality is there, and what became of it."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    HISTORICAL = "historical"
    RESOLVED = "resolved"
    NEW = "new"
    LARGER = "larger"
    SMALLER = "smaller"
    UNCHANGED = "unchanged"

    @property
    def is_there(self) -> bool:
        """True where the abnormality is in this scan without doubt; a course (new, larger …) says so too."""
        return self in _THERE

    @property
    def is_course(self) -> bool:
        """True where an earlier scan is spoken of as well."""
        return self in _COURSES


_COURSES = frozenset({Status.RESOLVED, Status.NEW, Status.LARGER, Status.SMALLER, Status.UNCHANGED})
_THERE = (_COURSES - {Status.RESOLVED}) | {Status.PRESENT}


class Side(StrEnum):
    """The patient's side."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Mention(NamedTuple):
    """One abnormality said in one sentence.

    Args:
        abnormality: one of the 83.
        locations: names of the 51 in the order of the text; empty where the sentence names no place.
        side: None where the sentence names none or the place has none.
        sizes_mm: every length said of it in the order of the text, millimetres; "1.2 x 0.8 cm" is (12.0, 8.0).
        status: whether it is there.
        start, end: the term's characters: ``text[start:end]``.
        sentence_start, sentence_end: the sentence around it, likewise.
        term: the finer thing of ``resources/report_terms``, for vocabularies that part what the 83 join:
            "coronary_calcification", "mosaic_attenuation".
    """

    abnormality: Abnormality
    locations: tuple[str, ...]
    side: Side | None
    sizes_mm: tuple[float, ...]
    status: Status
    start: int
    end: int
    sentence_start: int
    sentence_end: int
    term: str = ""

    @property
    def is_there(self) -> bool:
        """True where the abnormality is in this scan without doubt."""
        return self.status.is_there
