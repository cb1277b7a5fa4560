"""Small pictures of the series that are in sight, one by one in the background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from ai.series import Series
from viewer.state.browser_model import BrowserModel, Browsing
from viewer.state.role import Role
from viewer.state.thumbnails_model import ThumbnailsModel
from viewer.steps import engines
from viewer.work import Lane


class DrawThumbnails(QObject):
    """Draws what is wanted and not there yet. What cannot be drawn has no picture; opening it tells why."""

    def __init__(
        self,
        browser: BrowserModel,
        thumbnails: ThumbnailsModel,
        draw: engines.DrawThumbnail = engines.thumbnail,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Drawing thumbnails", parent=self)
        self._browser = browser
        self._thumbnails = thumbnails
        self._draw = draw
        self._wanted: list[Series] = []
        browser.changed.connect(self._browsing_changed)

    def want(self, series: Sequence[Series]) -> None:
        """Draw these, in this order, instead of what was wanted before."""
        self._wanted = list(series)
        if not self.lane.busy:
            self._draw_next()

    def close(self) -> None:
        """End the thread."""
        self._wanted.clear()
        self.lane.close()

    def _draw_next(self) -> None:
        while self._wanted and not self._is_due(self._wanted[0]):
            self._wanted.pop(0)
        if self._wanted:
            series = self._wanted.pop(0)
            self.lane.run(
                lambda progress: self._draw(series),
                lambda grey: self._drawn(series, grey),
                lambda error: self._drawn(series, None),
            )

    def _drawn(self, series: Series, grey: NDArray[np.uint8] | None) -> None:
        self._thumbnails.keep(series, grey)
        self._draw_next()

    def _is_due(self, series: Series) -> bool:
        """A series that has grown has another middle, but is drawn anew only when the search is over."""
        known = self._thumbnails.of(series)
        return known is None or (known.slices != series.shape[0] and not self._browser.value.searching)

    def _browsing_changed(self, before: Browsing, after: Browsing) -> None:
        if Role.CURRENT in after.searching - before.searching:
            self._wanted.clear()
            self.lane.cancel()
            self._thumbnails.clear()
