"""A report → its sentences, each with the kind of section it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ai.vocabulary import report_terms


class Section(StrEnum):
    """What a section's sentences speak of; the keys of ``sections.toml``."""

    READ = "read"
    HISTORY = "history"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` begins at character ``start`` of the report."""

    text: str
    start: int
    section: Section


_END = re.compile(
    r"""
    [。！；;"”•●▪*|]                                  # marks that end anywhere
    | [.!?](?=[)\]'’]?(?:\s|$))                          # a full stop before a space
    | [.](?=[A-Z][a-z])                                 # the space forgotten
    | \n\s*(?=\n) | \n(?=\s*(?:[-–#>]|\d{1,2}[.)、]\s))     # an empty line, an item of a list
    | \n(?=[^\n:：]{1,40}[:：])                            # a heading on the next line
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|ms|mrs|prof|approx|no|e\.g|i\.e|vs|cf|fig|ca|max|min|st|s|im|ser|se|img)|^\s*\d{1,2})$",
    re.IGNORECASE,
)
_WRAPPED_FROM = 45
"""Characters of a line from which its end may be a wrap and not the end of a sentence."""


def sentences(report: str) -> Iterator[Sentence]:
    """Yield the sentences in order; headings are left out of them."""
    section, bound = Section.READ, False
    headings = _headings().search(report) is not None
    for start, end in _pieces(report):
        piece = report[start:end]
        heading = _headings().match(piece)
        if heading is not None:
            section, bound = _kinds()[_key(heading.group("name"))], True
            start += heading.end() if section is not Section.READ or len(piece) == heading.end() else 0
        elif bound and section is not Section.READ and not _goes_on(report, start, headings):
            section, bound = Section.READ, False
        if report[start:end].strip():
            yield Sentence(report[start:end], start, section)


def _goes_on(report: str, start: int, headings: bool) -> bool:
    """A section that is not read ends with its paragraph; on one line, with the sentence unless a heading follows."""
    before = report[:start].rstrip(" \t.")
    if before.endswith("\n"):
        return "\n\n" not in report[len(before.rstrip()) : start] and _headings().search(report, start) is not None
    return _headings().search(report, start) is not None and headings


def _pieces(report: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in sorted([*_stops(report), *_line_ends(report), len(report)]):
        if end > start:
            yield start, end
            start = end


def _stops(report: str) -> Iterator[int]:
    for match in _END.finditer(report):
        mark = match.group()
        if mark == "." and _ABBREVIATION.search(report, max(0, match.start() - 8), match.start()):
            continue
        if mark == "?" and _in_brackets(report, match.start()):
            continue
        yield match.end()


def _in_brackets(report: str, place: int) -> bool:
    return report.rfind("(", max(0, place - 80), place) > report.rfind(")", max(0, place - 80), place)


def _line_ends(report: str) -> Iterator[int]:
    """Yield the line ends that are not wraps: after a short line or a mark, before a capital."""
    for match in _LINE.finditer(report):
        line = report[report.rfind("\n", 0, match.start()) + 1 : match.start()].rstrip()
        following = report[match.end() : match.end() + 40].lstrip()[:1]
        wrapped = len(line) >= _WRAPPED_FROM and line[-1:] not in ".:;。；："
        if not (wrapped or following.islower()) or line[-1:] in ".。":
            yield match.end()


@cache
def _kinds() -> dict[str, Section]:
    return {
        _key(name): Section(kind)
        for kind, entry in report_terms("sections").items()
        for name in (*entry["en"], *entry["zh"])
    }


@cache
def _headings() -> re.Pattern[str]:
    names = sorted({n for e in report_terms("sections").values() for n in (*e["en"], *e["zh"])}, key=len, reverse=True)
    choice = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?:(?<=[\n.。；;])|^)[\s#*【\[]*(?P<name>{choice})\s*[\]】]?\s*[:：]", re.IGNORECASE)


def _key(name: str) -> str:
    return " ".join(name.lower().split())
