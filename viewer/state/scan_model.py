"""Which scan is open in one role, and how much of it has been read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from ai.series import Notice, Scan, Series
from ai.volume import Volume
from viewer.state.observed import Observed


@dataclass(frozen=True, eq=False)
class ScanOnScreen:
    """A scan that is shown. ``scan`` is None while slices are still missing; ``volume`` is its array from the start.

    ``cut_short`` is true where the reader stopped the loading: what was read is shown, nothing is computed on it.
    """

    series: Series
    volume: Volume
    notices: tuple[Notice, ...] = ()
    scan: Scan | None = None
    cut_short: bool = False

    @property
    def whole(self) -> bool:
        """True once every slice has been read."""
        return self.scan is not None


class ScanModel(Observed[ScanOnScreen | None]):
    """The scan of one role, None while there is none."""

    slices_arrived = Signal()
    """The array behind the volume holds more slices than before; at most a few times a second."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(None, parent)

    def begin(self, series: Series, volume: Volume, notices: tuple[Notice, ...]) -> None:
        """Show a scan whose slices are still arriving."""
        self._become(ScanOnScreen(series, volume, notices))

    def tell_slices_arrived(self) -> None:
        """Say that there is more to see."""
        if self.value is not None:
            self.slices_arrived.emit()

    def complete(self, scan: Scan) -> None:
        """The scan has been read to its end."""
        self._become(ScanOnScreen(scan.series, scan.volume, scan.notices, scan))

    def cut_short(self) -> None:
        """The reader stopped the loading; keep what is there."""
        if self.value is not None and not self.value.whole:
            self._become(replace(self.value, cut_short=True))

    def clear(self) -> None:
        """Show nothing."""
        self._become(None)
