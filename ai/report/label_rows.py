"""What a report says → one row of labels, by the 83 or by the 18 of CT-RATE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ai.report.labelling import label, sayings
from ai.report.mention import Status
from ai.report.reading.sentence import Saying
from ai.vocabulary import abnormalities, report_terms


class Vocabulary(StrEnum):
    """The names of the columns."""

    RADCHEST83 = "radchest83"
    CTRATE18 = "ctrate18"

    @property
    def columns(self) -> tuple[str, ...]:
        """The labels in their published order."""
        if self is Vocabulary.RADCHEST83:
            return tuple(a.name for a in abnormalities())
        return tuple(rule.name for rule in _ctrate18())


Row = Mapping[str, bool | None]
"""label → there (True), not there or not said (False), uncertain (None)."""


def row_of(report: str, vocabulary: Vocabulary) -> Row:
    """Return the labels of one report: there if one sentence says so, uncertain if none does but one doubts."""
    said: dict[str, bool | None] = dict.fromkeys(vocabulary.columns, False)
    for name, status in _said(report, vocabulary):
        if status.is_there:
            said[name] = True
        elif status is Status.UNCERTAIN and said[name] is False:
            said[name] = None
    return said


def _said(report: str, vocabulary: Vocabulary) -> Iterable[tuple[str, Status]]:
    if vocabulary is Vocabulary.RADCHEST83:
        return ((mention.abnormality.name, mention.status) for mention in label(report))
    return ((rule.name, saying.status) for _, saying in sayings(report) for rule in _ctrate18() if rule.holds(saying))


@dataclass(frozen=True, slots=True)
class Rule:
    """One label of CT-RATE: the findings that make it, the places at which they do not, and what explains some away."""

    name: str
    findings: frozenset[str]
    not_at: frozenset[str]
    explained: frozenset[str]
    explained_by: frozenset[str]

    def holds(self, saying: Saying) -> bool:
        """True where the finding makes the label, whatever its status."""
        if saying.finding not in self.findings:
            return False
        if saying.finding in self.explained and saying.beside & self.explained_by:
            return False
        return not saying.places & self.not_at or "lung" in saying.places


@cache
def _ctrate18() -> tuple[Rule, ...]:
    table = report_terms("ctrate18")
    elsewhere = frozenset(table["elsewhere"])
    return tuple(
        Rule(
            entry["name"],
            frozenset(entry["findings"]),
            elsewhere if entry.get("lung") else frozenset(entry.get("not_at", ())),
            frozenset(entry.get("explained", ())),
            frozenset(entry.get("explained_by", ())),
        )
        for entry in table["label"]
    )
