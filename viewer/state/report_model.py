"""The report that the reader writes: a draft from what he accepted, and his own words in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from ai.draft import PREAMBLE, Draft, Language
from ai.session import WrittenLine, WrittenReport
from viewer.state.observed import Observed
from viewer.state.report_lines import ReportLine, lines_of, read_lines, renewed, text_of


@dataclass(frozen=True, eq=False)
class ReportOnScreen:
    """A report and how it is shown.

    Args:
        shown: whether the report is on screen; while it is not, no draft is written.
        language: of the draft.
        draft: the last one written; None before the first.
        lines: what stands in the editor.
        sentence: why there is no draft; empty while nothing went wrong.
        taken_up: what the draft of an earlier session said, by key, until the first draft of this one.
    """

    shown: bool = False
    language: Language = Language.ENGLISH
    draft: Draft | None = None
    lines: tuple[ReportLine, ...] = ()
    sentence: str = ""
    taken_up: frozenset[str] = frozenset()

    @property
    def tells(self) -> bool:
        """True where the report says more than how the scan was made and what it was compared with."""
        said = {s.key for s in self.draft.sentences() if s.region not in PREAMBLE} if self.draft is not None else set()
        return any(line.by_reader or line.key in said for line in self.lines)

    def text(self) -> str:
        """Return the report as plain text; empty before the first draft."""
        return "" if self.draft is None else text_of(self.draft, self.lines)

    def written(self) -> WrittenReport | None:
        """Return what another session can take up; None where the reader neither wrote nor struck anything."""
        said = self.taken_up if self.draft is None else frozenset(line.key for line in lines_of(self.draft))
        struck = said - {line.key for line in self.lines}
        if not struck and not any(line.by_reader for line in self.lines):
            return None
        return WrittenReport(tuple(WrittenLine(line.text, line.key, line.by_reader) for line in self.lines), said)


class ReportModel(Observed[ReportOnScreen]):
    """The report of the current scan."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ReportOnScreen(), parent)

    def toggle(self) -> None:
        """Put the report on screen, or take it away; nothing of it is lost."""
        self.put(not self.value.shown)

    def put(self, shown: bool) -> None:
        """Put the report on screen or take it away."""
        if shown != self.value.shown:
            self._become(replace(self.value, shown=shown))

    def use_language(self, language: Language) -> None:
        """Write the draft in another language; what the reader wrote stays in his."""
        if language is not self.value.language:
            self._become(replace(self.value, language=language))

    def show(self, draft: Draft) -> None:
        """The draft was written anew: its sentences are renewed, the reader's stay."""
        value = self.value
        if draft != value.draft:
            lines = renewed(value.lines, value.draft, draft, value.taken_up)
            self._become(replace(value, draft=draft, lines=lines, sentence="", taken_up=frozenset()))

    def take_up(self, written: WrittenReport) -> None:
        """Go on with the report of an earlier session; one that was begun in this one stays."""
        value = self.value
        if not any(line.by_reader for line in value.lines):
            lines = tuple(ReportLine(line.text, line.key, line.by_reader) for line in written.lines)
            self._become(replace(value, draft=None, lines=lines, taken_up=written.said))

    def write(self, written: Sequence[tuple[str, str]]) -> None:
        """The reader wrote: (key, text) of each line in the editor."""
        lines = read_lines(self.value.draft, written)
        if lines != self.value.lines:
            self._become(replace(self.value, lines=lines))

    def fail(self, sentence: str) -> None:
        """The draft could not be written."""
        self._become(replace(self.value, sentence=sentence))

    def clear(self) -> None:
        """Another scan is read: forget draft and words, keep the language and whether it is shown."""
        value = self.value
        if value.draft is not None or value.lines or value.sentence:
            self._become(ReportOnScreen(value.shown, value.language))
