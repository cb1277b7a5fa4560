"""What a working thread says, kept for the painting thread to pick up."""

from __future__ import annotations

import threading

from ai.progress import Cancelled


class Spoken:
    """The worker's end of a ``Progress``: holds the newest word only, so a thread that talks fast costs nothing.

    ``report`` is called in worker threads, the rest in the thread that owns the job.
    """

    def __init__(self) -> None:
        self._asked_to_stop = threading.Event()
        self._newest: tuple[float, str] | None = None

    def report(self, fraction: float, doing: str) -> None:
        """Keep the newest word; raises Cancelled if asked to stop."""
        if self._asked_to_stop.is_set():
            raise Cancelled
        self._newest = (min(1.0, max(0.0, fraction)), doing)

    def ask_to_stop(self) -> None:
        """Make the next ``report`` raise Cancelled."""
        self._asked_to_stop.set()

    @property
    def stopping(self) -> bool:
        """True once asked to stop."""
        return self._asked_to_stop.is_set()

    def take(self) -> tuple[float, str] | None:
        """Return what was said since the last call, None if nothing was."""
        newest, self._newest = self._newest, None
        return newest
