"""Everything the reader must be told: the one board that speaks."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject

from viewer.state.observed import Observed


@dataclass(frozen=True)
class Said:
    """One sentence on the board. ``about`` groups sentences that leave together (a role's scan, an export)."""

    text: str
    grave: bool = False
    about: str = ""


class NoticesModel(Observed[tuple[Said, ...]]):
    """The sentences on the board, newest last, each once."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__((), parent)

    def say(self, text: str, grave: bool = False, about: str = "") -> None:
        """Put a sentence on the board; one that is there already moves to the end."""
        said = Said(text, grave, about)
        self._become((*(s for s in self.value if s != said), said))

    def dismiss(self, said: Said) -> None:
        """The reader has read it."""
        self._become(tuple(s for s in self.value if s != said))

    def forget(self, about: str) -> None:
        """Take down everything that was about something which is no longer there."""
        self._become(tuple(s for s in self.value if s.about != about))
