"""What the second reader says of a report, and what the first one thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from PySide6.QtCore import QObject

from ai.discrepancy import Discrepancy
from viewer.state.observed import Observed
from viewer.state.verdict import Verdict


@dataclass(frozen=True, eq=False)
class SecondReading:
    """A report and where it and the picture do not say the same.

    Args:
        text: the report that was checked.
        discrepancies: None before the first check.
        verdicts: accepted or dismissed, by discrepancy; without an entry it is open.
        selected: the one that is looked at.
        sentence: why there is no check; empty while nothing went wrong.
    """

    text: str = ""
    discrepancies: tuple[Discrepancy, ...] | None = None
    verdicts: Mapping[Discrepancy, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    selected: Discrepancy | None = None
    sentence: str = ""

    def verdict(self, discrepancy: Discrepancy) -> Verdict:
        """Return what the reader said of one."""
        return self.verdicts.get(discrepancy, Verdict.OPEN)

    @property
    def open_count(self) -> int:
        """How many are neither accepted nor dismissed."""
        return sum(self.verdict(one) is Verdict.OPEN for one in self.discrepancies or ())


class SecondReaderModel(Observed[SecondReading]):
    """The second reading of the current scan's report."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(SecondReading(), parent)

    def read(self, text: str) -> None:
        """Another report is to be checked; the same one again keeps what was said of it."""
        if text != self.value.text:
            self._become(SecondReading(text))

    def show(self, text: str, discrepancies: tuple[Discrepancy, ...]) -> None:
        """The check came through; an answer to another text is dropped."""
        if text == self.value.text:
            self._become(replace(self.value, discrepancies=discrepancies, sentence=""))

    def fail(self, sentence: str) -> None:
        """The check could not be done."""
        self._become(replace(self.value, sentence=sentence))

    def judge(self, discrepancy: Discrepancy, verdict: Verdict) -> None:
        """Accept, dismiss or reopen a discrepancy."""
        if verdict is not self.value.verdict(discrepancy):
            verdicts = MappingProxyType({**self.value.verdicts, discrepancy: verdict})
            self._become(replace(self.value, verdicts=verdicts))

    def select(self, discrepancy: Discrepancy | None) -> None:
        """Make a discrepancy the one that is looked at."""
        if discrepancy != self.value.selected:
            self._become(replace(self.value, selected=discrepancy))

    def clear(self) -> None:
        """Another scan is read."""
        if self.value.text or self.value.discrepancies is not None or self.value.sentence:
            self._become(SecondReading())
