"""The menu of the models that can read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from viewer.state.model_choice import ModelChoice, ModelChoiceModel, OfferedModel
from viewer.widgets.commands import Commands

TITLE = "Model"


class ModelMenu(QMenu):
    """Lists what is offered, the one that reads checked; the list is asked for when the menu is first opened.

    Args:
        models: what is offered and chosen.
        commands: takes the wish.
        open_other: asks the reader for a folder.
        parent: the window.
    """

    def __init__(
        self, models: ModelChoiceModel, commands: Commands, open_other: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(TITLE, parent)
        self._commands = commands
        self._group: QActionGroup | None = None
        self._other = QAction("Open a model’s folder …", parent)
        self._other.triggered.connect(lambda checked: open_other())
        self.aboutToShow.connect(commands.list_models)
        models.changed.connect(lambda before, after: self._write(after))
        self._write(models.value)

    def _write(self, choice: ModelChoice) -> None:
        self.clear()
        if self._group is not None:
            self._group.deleteLater()
        self._group = QActionGroup(self)
        for model in choice.offered:
            self.addAction(self._action(model, choice))
        self.addSeparator()
        self.addAction(self._other)

    def _action(self, model: OfferedModel, choice: ModelChoice) -> QAction:
        action = QAction(model.name, self._group)
        action.setCheckable(True)
        action.setChecked(choice.reads(model))
        action.setToolTip(str(model.folder))
        action.triggered.connect(lambda checked: self._commands.use_model(model.folder))
        if self._group is not None:
            self._group.addAction(action)
        return action
