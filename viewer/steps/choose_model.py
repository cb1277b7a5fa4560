"""Another model reads: its bundle is opened behind the window, then the open scans are analysed anew."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from viewer.state.model_choice import ModelChoice, ModelChoiceModel
from viewer.state.notices_model import NoticesModel
from viewer.state.role import Role
from viewer.steps import engines
from viewer.steps.analyse_scan import AnalyseScan
from viewer.steps.sentence import sentence_of
from viewer.work import Lane

ABOUT = "model"


class ChooseModel(QObject):
    """Offers the models that come with the program, and opens others. A bundle that cannot be trusted changes nothing.

    Args:
        models: what is offered and chosen.
        analyse: analyses the open scans anew.
        notices: where a bundle that cannot be opened is told.
        find: returns the models that come with the program.
        check: opens one bundle to see that it can be.
    """

    def __init__(
        self,
        models: ModelChoiceModel,
        analyse: AnalyseScan,
        notices: NoticesModel,
        find: engines.FindModels = engines.find_models,
        check: engines.OpenModel = engines.open_model,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.lane = Lane("Opening the model", parent=self)
        self._models, self._analyse, self._notices = models, analyse, notices
        self._find, self._check = find, check
        models.changed.connect(self._changed)

    def list_models(self) -> None:
        """Offer what comes with the program; once is enough."""
        if not any(model.shipped for model in self._models.value.offered) and not self.lane.busy:
            self.lane.run(self._find, self._models.offer, self._failed)

    def choose(self, folder: Path) -> None:
        """Let the bundle of a folder read."""
        self._notices.forget(ABOUT)
        self.lane.run(lambda progress: self._check(folder, progress), self._models.choose, self._failed)

    def _changed(self, before: ModelChoice, after: ModelChoice) -> None:
        if before.chosen != after.chosen:
            for role in Role:
                self._analyse.start(role)

    def _failed(self, error: Exception) -> None:
        self._notices.say(sentence_of(error, self.lane.title), True, ABOUT)
