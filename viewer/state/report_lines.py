"""The lines of a report in the editor: what the draft says, what the reader made of it, and how both stay together.

A line of the draft carries its sentence's key. A line is the reader's where he wrote it himself or its words are no
longer those of the draft. When the draft is written anew, its own lines become the new ones; the reader's stay as they
are and where they are; what he struck out stays away while the draft goes on saying it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ai.draft import IMPRESSION, Draft, DraftSentence

HEADING = "#"
"""Begins the key of a section's heading."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line.

    Args:
        text: as it stands.
        key: of its sentence or heading in the draft; empty for a line that the reader added.
        by_reader: its words are the reader's.
        left_behind: the reader changed it, and the draft no longer says it: its finding is not accepted any more.
    """

    text: str
    key: str = ""
    by_reader: bool = False
    left_behind: bool = False

    @property
    def heading(self) -> bool:
        """True for a section's heading."""
        return self.key.startswith(HEADING)


def lines_of(draft: Draft) -> tuple[ReportLine, ...]:
    """Return a draft's lines: each section's heading, whether anything stands under it or not, then its sentences."""
    lines: list[ReportLine] = []
    for section in draft.sections:
        lines.append(ReportLine(section.title, HEADING + section.region))
        lines += [ReportLine(sentence.text, sentence.key) for sentence in section.sentences]
    return tuple(lines)


def read_lines(draft: Draft | None, written: Sequence[tuple[str, str]]) -> tuple[ReportLine, ...]:
    """Return what the editor holds as lines.

    Args:
        draft: the one whose lines were last put into the editor.
        written: (key, text) of each line; of lines that carry one key (a line was cut in two) the first keeps it.
    """
    said = {} if draft is None else {line.key: line.text for line in lines_of(draft)}
    taken: set[str] = set()
    lines = []
    for key, text in written:
        own = key if key not in taken else ""
        taken.add(own)
        left_behind = bool(own) and own not in said
        lines.append(ReportLine(text, own, not own or said.get(own) != text, left_behind))
    return tuple(line for line in lines if line.text.strip() or not line.by_reader)


def renewed(
    lines: Sequence[ReportLine], before: Draft | None, after: Draft, taken_up: frozenset[str] = frozenset()
) -> tuple[ReportLine, ...]:
    """Return the lines once the draft was written anew; ``taken_up`` are the keys of an earlier session's draft."""
    shown = {line.key: line for line in lines if line.key}
    said_before = taken_up if before is None else {line.key for line in lines_of(before)}
    result: list[ReportLine] = []
    for line in lines_of(after):
        mine = shown.get(line.key)
        if mine is not None:
            result.append(replace(mine, left_behind=False) if mine.by_reader else line)
        elif line.key not in said_before:
            result.append(line)
    _put_back(result, lines)
    return tuple(result)


def _put_back(result: list[ReportLine], lines: Sequence[ReportLine]) -> None:
    """Put the reader's lines that the draft does not know after the line they stood under."""
    for number, line in enumerate(lines):
        if not line.by_reader or any(one.key == line.key for one in result if line.key):
            continue
        behind = bool(line.key)
        result.insert(_after(result, lines[:number]), replace(line, left_behind=behind))


def _after(result: list[ReportLine], above: Sequence[ReportLine]) -> int:
    for line in reversed(above):
        for place, one in enumerate(result):
            if (line.key and one.key == line.key) or (not line.key and one.text == line.text and one.by_reader):
                return place + 1
    return 0


def sentences_of(draft: Draft | None) -> dict[str, DraftSentence]:
    """Return a draft's sentences by their key."""
    return {} if draft is None else {sentence.key: sentence for sentence in draft.sentences()}


def text_of(draft: Draft, lines: Sequence[ReportLine]) -> str:
    """Return the report as it is copied and saved: sections in which something stands, and for what it may be used."""
    blocks: list[list[str]] = [[draft.title]]
    region = ""
    for line in lines:
        if line.heading:
            region = line.key.removeprefix(HEADING)
            blocks.append([line.text + (":" if line.text.isascii() else "：")])
        else:
            number = f"{len(blocks[-1])}. " if region == IMPRESSION else ""
            blocks[-1].append(number + line.text)
    said = [block for number, block in enumerate(blocks) if number == 0 or len(block) > 1]
    return "\n\n".join("\n".join(block) for block in [*said, [draft.disclaimer]]) + "\n"
