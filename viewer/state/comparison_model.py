"""What two scans have to do with each other: first the registration, later the changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from ai.change import Comparison, Registration
from viewer.state.observed import Observed


@dataclass(frozen=True, eq=False)
class ComparisonOnScreen:
    """None for what is not known yet; ``sentence`` says what went wrong, empty if nothing did."""

    registration: Registration | None = None
    comparison: Comparison | None = None
    sentence: str = ""


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
        """The two scans were laid onto each other."""
        self._become(ComparisonOnScreen(registration))

    def show(self, comparison: Comparison) -> None:
        """The changes are known."""
        self._become(ComparisonOnScreen(comparison.registration, comparison))

    def fail(self, sentence: str) -> None:
        """It could not be done; what was known before is kept."""
        self._become(replace(self.value, sentence=sentence))
