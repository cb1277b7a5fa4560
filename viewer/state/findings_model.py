"""What was found in one scan, and what the reader thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from PySide6.QtCore import QObject

from ai.findings import Analysis, Finding
from viewer.state.observed import Observed


class Stage(Enum):
    """How far the analysis of a scan is."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Verdict(Enum):
    """What the reader says of a finding."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, eq=False)
class FindingsOnScreen:
    """An analysis and the reader's verdicts by abnormality name; a name without an entry is open."""

    stage: Stage = Stage.NONE
    analysis: Analysis | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    selected: str | None = None
    sentence: str = ""

    def verdict(self, name: str) -> Verdict:
        """Return the reader's verdict."""
        return self.verdicts.get(name, Verdict.OPEN)

    def ordered(self) -> tuple[Finding, ...]:
        """Return what is present first, each part most probable first."""
        findings = () if self.analysis is None else self.analysis.findings
        return tuple(sorted(findings, key=lambda f: (not f.present, -f.probability)))

    def to_visit(self) -> tuple[Finding, ...]:
        """Return the findings N and P walk through: present, not rejected, with a place to go to."""
        return tuple(
            f
            for f in self.ordered()
            if f.present and f.peaks and self.verdict(f.abnormality.name) is not Verdict.REJECTED
        )

    def rejected(self) -> frozenset[str]:
        """Return the names of what the reader rejected."""
        return frozenset(name for name, verdict in self.verdicts.items() if verdict is Verdict.REJECTED)


class FindingsModel(Observed[FindingsOnScreen]):
    """The findings of one scan."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(FindingsOnScreen(), parent)

    def clear(self) -> None:
        """Forget everything; another scan is coming."""
        if self.value.stage is not Stage.NONE:
            self._become(FindingsOnScreen())

    def wait(self) -> None:
        """The analysis stands in line."""
        self._become(FindingsOnScreen(Stage.WAITING))

    def run(self) -> None:
        """The analysis runs."""
        self._become(FindingsOnScreen(Stage.RUNNING))

    def show(self, analysis: Analysis) -> None:
        """The analysis came through."""
        self._become(FindingsOnScreen(Stage.DONE, analysis))

    def fail(self, sentence: str) -> None:
        """The analysis could not be done; ``sentence`` says why."""
        self._become(FindingsOnScreen(Stage.FAILED, sentence=sentence))

    def cancelled(self) -> None:
        """The reader stopped the analysis."""
        self._become(FindingsOnScreen(Stage.CANCELLED))

    def select(self, name: str | None) -> None:
        """Make a finding the one the reader looks at."""
        if name != self.value.selected:
            self._become(replace(self.value, selected=name))

    def judge(self, name: str, verdict: Verdict) -> None:
        """Accept, reject or reopen a finding."""
        if verdict is not self.value.verdict(name):
            verdicts = MappingProxyType({**self.value.verdicts, name: verdict})
            self._become(replace(self.value, verdicts=verdicts))

    def neighbour(self, step: int) -> Finding | None:
        """Return the finding ``step`` places after the selected one, in a circle; None if there is nothing to visit."""
        line = self.value.to_visit()
        if not line:
            return None
        names = [f.abnormality.name for f in line]
        if self.value.selected not in names:
            return line[0] if step > 0 else line[-1]
        return line[(names.index(self.value.selected) + step) % len(line)]
