"""What the reader chose for himself and finds again at the next start: the language of his reports."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings

from ai.draft import Language
from viewer.state.report_model import ReportModel, ReportOnScreen

LANGUAGE = "report/language"


def reader_settings() -> QSettings:
    """Return the file of this reader's choices, where the system keeps such files (Linux: ``~/.config/Interval``)."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Interval", "Interval")


class KeptChoices(QObject):
    """Takes up what was kept, and keeps what is chosen. A value that is no choice any more is passed over."""

    def __init__(self, report: ReportModel, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        kept = str(settings.value(LANGUAGE, ""))
        if kept in list(Language):
            report.use_language(Language(kept))
        report.changed.connect(self._keep)

    def _keep(self, before: ReportOnScreen, after: ReportOnScreen) -> None:
        if after.language is not before.language:
            self._settings.setValue(LANGUAGE, after.language.value)
