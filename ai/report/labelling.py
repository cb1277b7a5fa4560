"""The text of a report → what it says of each abnormality."""

from __future__ import annotations

import re

from ai.report.mention import Mention, Side, Status
from ai.vocabulary import abnormalities

_SENTENCE = re.compile(r"[^.;。；\n]+")
_NEGATION = re.compile(r"\b(?:no|not|without|absent|free of)\b|无|未", re.IGNORECASE)


def label(text: str) -> list[Mention]:
    """Return the mentions in the order of the text."""
    found: list[Mention] = []
    for sentence in _SENTENCE.finditer(text):
        negated = _NEGATION.search(sentence.group()) is not None
        for abnormality in abnormalities():
            said = re.search(rf"\b{re.escape(abnormality.title.lower())}s?\b", sentence.group().lower())
            if said is None:
                continue
            side = next((s for s in (Side.LEFT, Side.RIGHT) if s in sentence.group().lower()), None)
            start, end = sentence.start() + said.start(), sentence.start() + said.end()
            status = Status.ABSENT if negated else Status.PRESENT
            found.append(Mention(abnormality, (), side, (), status, start, end, *sentence.span(), abnormality.name))
    return sorted(found, key=lambda mention: mention.start)
