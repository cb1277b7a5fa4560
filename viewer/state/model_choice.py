"""Which model reads: those that are offered, and the one the reader chose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject

from viewer.state.observed import Observed


@dataclass(frozen=True)
class OfferedModel:
    """A model that can be chosen.

    Args:
        folder: of its bundle.
        name: title and version, as under the findings.
        shipped: true for the one that reads unless the reader chooses.
    """

    folder: Path
    name: str
    shipped: bool = False


@dataclass(frozen=True)
class ModelChoice:
    """What is offered, in the order of the menu, and what was chosen; None while the shipped model reads."""

    offered: tuple[OfferedModel, ...] = ()
    chosen: OfferedModel | None = None

    def reads(self, model: OfferedModel) -> bool:
        """Return whether a model is the one that reads."""
        return model.shipped if self.chosen is None else model.folder == self.chosen.folder


class ModelChoiceModel(Observed[ModelChoice]):
    """The choice of a model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(ModelChoice(), parent)

    def offer(self, models: Iterable[OfferedModel]) -> None:
        """Offer these, and go on offering what the reader opened."""
        found = tuple(models)
        folders = {model.folder for model in found}
        kept = tuple(model for model in self.value.offered if model.folder not in folders)
        self._become(replace(self.value, offered=found + kept))

    def choose(self, model: OfferedModel) -> None:
        """Let a model read from now on; it is offered as well."""
        known = any(one.folder == model.folder for one in self.value.offered)
        offered = self.value.offered if known else (*self.value.offered, model)
        self._become(ModelChoice(offered, None if model.shipped else model))
