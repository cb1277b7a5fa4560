"""One frozen value and the news of its change."""

from __future__ import annotations

from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

T = TypeVar("T")


class Observed(QObject, Generic[T]):
    """Holds one frozen value. ``changed(before, after)`` is emitted only when the value really changed.

    Models derive from this and offer named intents; nobody else calls ``_become``. A listener that answers a change
    with the same intent changes nothing, so loops end by themselves.
    """

    changed = Signal(object, object)

    def __init__(self, value: T, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = value

    @property
    def value(self) -> T:
        """The value as it is now."""
        return self._value

    def _become(self, after: T) -> None:
        before = self._value
        if after == before:
            return
        self._value = after
        self.changed.emit(before, after)
