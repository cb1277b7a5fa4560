"""What two scans have to do with each other: first the registration, later the changes, and the reader's verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from PySide6.QtCore import QObject

from ai.change import Comparison, Registration
from viewer.state.change_key import ChangeKey
from viewer.state.observed import Observed
from viewer.state.verdict import Verdict


@dataclass(frozen=True, eq=False)
class ComparisonOnScreen:
    """None for what is not known yet; ``sentence`` says what went wrong, empty if nothing did.

    Args:
        registration: the best one known so far.
        settled: no better one is coming.
        comparison: the changes.
        sentence: what went wrong.
        verdicts: the reader's, by change; without an entry a change is open.
        selected: the change that is looked at.
    """

    registration: Registration | None = None
    comparison: Comparison | None = None
    sentence: str = ""
    settled: bool = False
    verdicts: Mapping[ChangeKey, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    selected: ChangeKey | None = None

    def verdict(self, key: ChangeKey) -> Verdict:
        """Return the reader's verdict."""
        return self.verdicts.get(key, Verdict.OPEN)

    def rejected(self) -> frozenset[ChangeKey]:
        """Return the changes the reader rejected."""
        return frozenset(key for key, verdict in self.verdicts.items() if verdict is Verdict.REJECTED)


class ComparisonModel(Observed[ComparisonOnScreen]):
    """The comparison of the two open scans."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ComparisonOnScreen(), parent)

    def clear(self) -> None:
        """Forget everything; one of the scans was replaced."""
        value = self.value
        if value.registration is not None or value.comparison is not None or value.sentence:
            self._become(ComparisonOnScreen())

    def register(self, registration: Registration) -> None:
        """The two scans were laid onto each other; a better registration may follow."""
        self._become(ComparisonOnScreen(registration))

    def settle(self, registration: Registration) -> None:
        """This registration is the one to stay."""
        value = self.value
        if not value.settled or value.registration is not registration:
            self._become(replace(value, registration=registration, settled=True))

    def show(self, comparison: Comparison, earlier: Mapping[ChangeKey, Verdict] = MappingProxyType({})) -> None:
        """The changes are known; what the reader said of them before stays, also ``earlier``, in another session."""
        verdicts = MappingProxyType({**earlier, **self.value.verdicts})
        known = replace(self.value, registration=comparison.registration, comparison=comparison, sentence="")
        self._become(replace(known, verdicts=verdicts))

    def fail(self, sentence: str) -> None:
        """It could not be done; what was known before is kept."""
        self._become(replace(self.value, sentence=sentence))

    def judge(self, key: ChangeKey, verdict: Verdict) -> None:
        """Accept, reject or reopen a change."""
        if verdict is not self.value.verdict(key):
            self._become(replace(self.value, verdicts=MappingProxyType({**self.value.verdicts, key: verdict})))

    def select(self, key: ChangeKey | None) -> None:
        """Make a change the one the reader looks at."""
        if key != self.value.selected:
            self._become(replace(self.value, selected=key))
