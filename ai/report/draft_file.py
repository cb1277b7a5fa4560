"""A draft as plain text by section, and as JSON."""

from __future__ import annotations

from pathlib import Path

from ai.draft import IMPRESSION, Draft, DraftSection
from ai.report import plain
from ai.report.draft_words import DraftWords, draft_words
from ai.report.whole_file import write_whole


def draft_text(draft: Draft) -> str:
    """Return a draft as text: headings with their sentences; a section in which nothing is said is left out."""
    words = draft_words(draft.language)
    blocks = [draft.title, *([draft.unread] if draft.unread else [])]
    blocks += [_section(words, section) for section in draft.sections if section.sentences]
    return "\n\n".join([*blocks, draft.disclaimer]) + "\n"


def draft_document(draft: Draft) -> plain.Plain:
    """Return report.json, schema 1."""
    return {
        "schema": plain.SCHEMA,
        "language": draft.language.value,
        "title": draft.title,
        "read": not draft.unread,
        "notice": draft.unread,
        "sections": [
            {
                "region": section.region,
                "title": section.title,
                "sentences": [
                    {
                        "text": sentence.text,
                        "key": sentence.key,
                        "abnormalities": list(sentence.sources),
                        "place_mm": None if sentence.place is None else plain.point(sentence.place),
                        "in_prior_only": sentence.in_prior_only,
                    }
                    for sentence in section.sentences
                ],
            }
            for section in draft.sections
        ],
        "disclaimer": draft.disclaimer,
    }


def write_draft(draft: Draft, folder: Path) -> Path:
    """Write ``report.txt`` (UTF-8) and ``report.json``; return the text's path.

    Raises:
        ReportError: a file cannot be written.
    """
    write_whole(folder / "report.json", plain.as_json(draft_document(draft)))
    return write_whole(folder / "report.txt", draft_text(draft))


def _section(words: DraftWords, section: DraftSection) -> str:
    lines = [sentence.text for sentence in section.sentences]
    if section.region == IMPRESSION:
        lines = [words.top("numbered").format(number=n, text=line) for n, line in enumerate(lines, 1)]
    return "\n".join([words.top("heading").format(title=section.title), *lines])
