"""The language of the report is found again at the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from ai.draft import Language
from viewer.state.kept_choices import LANGUAGE, KeptChoices
from viewer.state.report_model import ReportModel


def settings(folder: Path) -> QSettings:
    return QSettings(str(folder / "choices.ini"), QSettings.Format.IniFormat)


def test_the_language_is_kept_between_starts(tmp_path: Path) -> None:
    first, second = ReportModel(), ReportModel()
    kept = KeptChoices(first, settings(tmp_path))
    assert first.value.language is Language.ENGLISH
    first.use_language(Language.CHINESE)
    kept.deleteLater()
    settings(tmp_path).sync()
    again = KeptChoices(second, settings(tmp_path))
    assert second.value.language is Language.CHINESE
    again.deleteLater()


@pytest.mark.parametrize("value", ["", "fr", "English", 7])
def test_a_language_that_is_none_is_passed_over(tmp_path: Path, value: object) -> None:
    there = settings(tmp_path)
    there.setValue(LANGUAGE, value)
    report = ReportModel()
    kept = KeptChoices(report, there)
    assert report.value.language is Language.ENGLISH
    kept.deleteLater()


def test_what_else_changes_in_the_report_is_not_kept(tmp_path: Path) -> None:
    report, there = ReportModel(), settings(tmp_path)
    kept = KeptChoices(report, there)
    report.put(True)
    assert there.allKeys() == []
    kept.deleteLater()
