"""Where the reader came from: the previous windows and zooms."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ai.geometry import PointMm
from viewer.mpr.pane_state import PaneState
from viewer.mpr.window import Window

LONGEST = 100


@dataclass(frozen=True)
class View:
    """What undo brings back."""

    window: Window
    zoom: float
    centre: PointMm

    @classmethod
    def of(cls, state: PaneState) -> View:
        """Take the part of a state that undo cares for."""
        return cls(state.window, state.zoom, state.centre)

    def onto(self, state: PaneState) -> PaneState:
        """Return the state with this view."""
        return replace(state, window=self.window, zoom=self.zoom, centre=self.centre)


class Trail:
    """Views gone through. A drag counts once: ``leave`` is called when it begins."""

    def __init__(self) -> None:
        self._behind: list[View] = []
        self._ahead: list[View] = []

    def clear(self) -> None:
        """Forget everything: another scan."""
        self._behind.clear()
        self._ahead.clear()

    def leave(self, here: View) -> None:
        """Note a view that is about to be changed."""
        if not self._behind or self._behind[-1] != here:
            self._behind.append(here)
            del self._behind[:-LONGEST]
        self._ahead.clear()

    def back(self, here: View) -> View | None:
        """Return the view before ``here``, None at the beginning."""
        return _go(self._behind, self._ahead, here)

    def forth(self, here: View) -> View | None:
        """Return the view that ``back`` left, None at the end."""
        return _go(self._ahead, self._behind, here)


def _go(source: list[View], target: list[View], here: View) -> View | None:
    while source:
        view = source.pop()
        if view != here:
            target.append(here)
            return view
    return None
