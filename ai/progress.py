"""How long work tells how far it is, and how it learns that nobody wants it any more."""

from dataclasses import dataclass
from typing import Protocol


class Cancelled(Exception):
    """Raised out of ``Progress.report`` when the reader has asked to stop. Only a Job catches it."""


class Progress(Protocol):
    """What ``ai`` functions take to speak while they work."""

    def report(self, fraction: float, doing: str) -> None:
        """Say that ``fraction`` (0…1) is done and what is being done; raises Cancelled if asked to stop."""


class Quiet:
    """Listens to nobody and never cancels: for scripts and tests."""

    def report(self, fraction: float, doing: str) -> None:
        """Do nothing."""


QUIET: Progress = Quiet()


@dataclass(frozen=True)
class Part:
    """A stretch of a longer work: 0…1 reported here is ``start``…``end`` of ``whole``."""

    whole: Progress
    start: float
    end: float

    def report(self, fraction: float, doing: str) -> None:
        """Pass on, rescaled."""
        self.whole.report(self.start + (self.end - self.start) * fraction, doing)
