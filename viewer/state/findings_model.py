"""What was found in one scan, and what the reader thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from PySide6.QtCore import QObject

from ai.findings import Analysis, Finding, Setting
from ai.session import JudgedChange
from ai.vocabulary import REGIONS
from viewer.state.observed import Observed
from viewer.state.verdict import Verdict


class Stage(Enum):
    """How far the analysis of a scan is."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    WITHHELD = "withheld"


@dataclass(frozen=True, eq=False)
class FindingsOnScreen:
    """An analysis, as the setting calls it, and the reader's verdicts by abnormality name; without an entry it is open.

    ``sentence`` says why an analysis failed or why its findings are withheld; ``earlier`` is what the reader said of
    changes in an earlier reading of this scan.
    """

    stage: Stage = Stage.NONE
    analysis: Analysis | None = None
    verdicts: Mapping[str, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    selected: str | None = None
    sentence: str = ""
    setting: Setting = Setting.BALANCED
    earlier: tuple[JudgedChange, ...] = ()

    def verdict(self, name: str) -> Verdict:
        """Return the reader's verdict."""
        return self.verdicts.get(name, Verdict.OPEN)

    def finding(self, name: str | None) -> Finding | None:
        """Return the finding of that abnormality name; None if there is none."""
        return None if self.analysis is None or name is None else self.analysis.finding(name)

    def listed(self, finding: Finding) -> bool:
        """Return whether a finding stands in the list, not folded away: it is present, or the reader accepted it."""
        return finding.present or self.verdict(finding.abnormality.name) is Verdict.ACCEPTED

    def ordered(self) -> tuple[Finding, ...]:
        """Return what is listed first, then what is folded away, each by region, in a region most probable first.

        So an accepted finding keeps its place among the others whatever the setting calls it.
        """
        findings = () if self.analysis is None else self.analysis.findings
        return tuple(sorted(findings, key=lambda f: (not self.listed(f), _region(f), -f.probability)))

    def to_visit(self) -> tuple[Finding, ...]:
        """Return the findings N and P walk through: listed, not rejected, with a place to go to."""
        return tuple(
            f
            for f in self.ordered()
            if self.listed(f) and f.place is not None and self.verdict(f.abnormality.name) is not Verdict.REJECTED
        )

    def strongest(self) -> Finding | None:
        """Return the most probable finding of those to visit; a device only where there is nothing else."""
        return max(self.to_visit(), key=lambda f: (f.abnormality.region != "devices", f.probability), default=None)

    def accepted(self) -> frozenset[str]:
        """Return the names of what the reader accepted."""
        return frozenset(name for name, verdict in self.verdicts.items() if verdict is Verdict.ACCEPTED)

    def rejected(self) -> frozenset[str]:
        """Return the names of what the reader rejected."""
        return frozenset(name for name, verdict in self.verdicts.items() if verdict is Verdict.REJECTED)


class FindingsModel(Observed[FindingsOnScreen]):
    """The findings of one scan."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(FindingsOnScreen(), parent)

    def clear(self) -> None:
        """Forget everything but the setting; another scan is coming."""
        if self.value.stage is not Stage.NONE:
            self._begin(Stage.NONE)

    def wait(self) -> None:
        """The analysis stands in line."""
        self._begin(Stage.WAITING)

    def run(self) -> None:
        """The analysis runs."""
        self._begin(Stage.RUNNING)

    def show(
        self,
        analysis: Analysis,
        verdicts: Mapping[str, Verdict] = MappingProxyType({}),
        earlier: tuple[JudgedChange, ...] = (),
    ) -> None:
        """The analysis came through; where its findings are withheld, the sentence says why.

        ``verdicts``, and those on changes in ``earlier``, are of an earlier reading that was read back.
        """
        setting = self.value.setting
        grave = " ".join(doubt.sentence for doubt in analysis.doubts if doubt.grave)
        stage = Stage.WITHHELD if analysis.withheld else Stage.DONE
        said = MappingProxyType(dict(verdicts))
        self._become(
            FindingsOnScreen(stage, analysis.at(setting), said, sentence=grave, setting=setting, earlier=earlier)
        )

    def use_setting(self, setting: Setting) -> None:
        """Call findings present more or less readily; what the reader said and looks at stays."""
        value = self.value
        if setting is not value.setting:
            analysis = None if value.analysis is None else value.analysis.at(setting)
            self._become(replace(value, setting=setting, analysis=analysis))

    def fail(self, sentence: str) -> None:
        """The analysis could not be done; ``sentence`` says why."""
        self._begin(Stage.FAILED, sentence)

    def cancelled(self) -> None:
        """The reader stopped the analysis."""
        self._begin(Stage.CANCELLED)

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
        """Return the finding ``step`` places after the selected one, in a circle; None if there is nothing to visit.

        From nowhere the walk begins at the strongest.
        """
        line = self.value.to_visit()
        names = [f.abnormality.name for f in line]
        if self.value.selected not in names:
            return self.value.strongest()
        return line[(names.index(self.value.selected) + step) % len(line)]

    def _begin(self, stage: Stage, sentence: str = "") -> None:
        self._become(FindingsOnScreen(stage, sentence=sentence, setting=self.value.setting))


def _region(finding: Finding) -> int:
    return REGIONS.index(finding.abnormality.region)
