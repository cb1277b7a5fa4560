"""Why a scan cannot be read or written, in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ai.errors import IntervalError
from ai.series import Series


class ScanError(IntervalError):
    """A scan that cannot be read or written; the sentence names file or folder, fault and remedy."""


class HeaderFault(ScanError):
    """One file whose header cannot be read. The sentence names the file."""


class PixelFault(ScanError):
    """One slice whose pixels cannot be read. The others may still be shown."""


class SeveralSeries(ScanError):
    """A path that holds more than one series where one was asked for.

    Args:
        source: the folder or file that was named.
        series: what it holds.
    """

    def __init__(self, source: Path, series: Sequence[Series]) -> None:
        titles = "; ".join(s.title for s in series)
        super().__init__(f"{source} holds {len(series)} series: {titles}. Choose one of them.")
        self.series = tuple(series)


def why(error: OSError) -> str:
    """Return the system's reason in a few words ("permission denied", "no such file or directory")."""
    return (error.strerror or type(error).__name__).lower()
