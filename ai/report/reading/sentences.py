"""A report → its sentences, each with the kind of section it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from ai.vocabulary import report_terms


class Section(StrEnum):
    """What a section's sentences speak of; the keys of ``sections.toml``."""

    READ = "read"
    HISTORY = "history"
    UNREAD = "unread"


class Sentence(NamedTuple):
    """``text`` begins at character ``start`` of the report."""

    text: str
    start: int
    section: Section


_END = re.compile(
    r"""
    [。！；;"”•●▪*|.!?\n](?:                             # one set first: the engine then skips to its marks
    (?<=[。！；;"”•●▪*|])                                  # marks that end anywhere
    | (?<=[.!?])(?=[)\]'’]?(?:\s|$))                      # a full stop before a space
    | (?<=[.])(?=[A-Z][a-z])                             # the space forgotten
    | (?<=\n)\s*(?=\n) | (?<=\n)(?=\s*(?:[-–#>]|\d{1,2}[.)、]\s))   # an empty line, an item of a list
    | (?<=\n)(?=[^\n:：]{1,40}[:：])                        # a heading on the next line
    )
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|ms|mrs|prof|approx|e\.g|i\.e|vs|cf|fig|max|min|im|ser|se|img)|(?:^|[\n.]\s{0,3})\d{1,2})$",
    re.IGNORECASE,
)
_WRAPPED_FROM = 45
"""Characters of a line from which its end may be a wrap and not the end of a sentence."""


def sentences(report: str) -> Iterator[Sentence]:
    """Yield the sentences in order; headings of sections that are not read are left out of them."""
    section = Section.READ
    may_have_headings = ":" in report or "：" in report
    for begins, end in _pieces(report):
        start, piece = begins, report[begins:end]
        if may_have_headings:
            heading = _headings().match(piece) if ":" in piece or "：" in piece else None
            if heading is not None:
                section = _kinds()[_key(heading.group("name"))]
                start += heading.end() if section is not Section.READ or len(piece) == heading.end() else 0
                piece = report[start:end]
            elif section is not Section.READ and not _goes_on(report, start):
                section = Section.READ
        if piece and not piece.isspace():
            yield Sentence(piece, start, section)


def _goes_on(report: str, start: int) -> bool:
    """A section that is not read ends with its paragraph, and with its sentence or line where no heading follows."""
    before = report[:start].rstrip(" \t.")
    if before.endswith("\n") and "\n\n" in report[len(before.rstrip()) : start]:
        return False
    return _headings().search(report, start) is not None


def _pieces(report: str) -> Iterator[tuple[int, int]]:
    ends = list(_stops(report))
    if "\n" in report:
        ends = sorted([*ends, *_line_ends(report)])
    start = 0
    for end in (*ends, len(report)):
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
