"""What guidelines must know of the patient: folded to a line that says what was told, opened to four questions."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ai.advice import Told
from viewer.state.patient_model import PatientModel
from viewer.widgets.fold_button import FoldButton

QUESTIONS: dict[str, tuple[str, str, str, str, str]] = {
    "screening": ("Screening scan", "No", "Yes", "not for screening", "screening"),
    "known_cancer": ("Known cancer", "No", "Yes", "no known cancer", "known cancer"),
    "immunosuppressed": ("Immunosuppressed", "No", "Yes", "not immunosuppressed", "immunosuppressed"),
    "high_risk": ("Risk of lung cancer", "Low", "High", "low risk", "high risk"),
}
"""Field of ``Told`` → the question, both answers, and what the line says of either."""
NOT_TOLD = "Not told"
TIP = (
    "Fleischner 2017, Lung-RADS v2022 and RECIST 1.1 depend on it. Never guessed; kept for this study until the "
    "window closes, written nowhere but into the advice itself."
)


class PatientSection(QWidget):
    """Four questions with three answers each; the advice follows at once."""

    def __init__(self, patient: PatientModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patient = patient
        self.fold = FoldButton()
        self.fold.setToolTip(TIP)
        self.questions = QWidget()
        self.buttons: dict[tuple[str, bool | None], QToolButton] = {}
        grid = QGridLayout(self.questions)
        grid.setContentsMargins(14, 0, 0, 4)
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(0)
        grid.setColumnStretch(0, 1)
        for row, field in enumerate(QUESTIONS):
            title = QLabel(QUESTIONS[field][0])
            title.setProperty("quiet", True)
            grid.addWidget(title, row, 0)
            for column, button in enumerate(self._answers(field), start=1):
                grid.addWidget(button, row, column)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.fold)
        lines.addWidget(self.questions)
        self.fold.toggled.connect(self.questions.setVisible)
        self.questions.setVisible(False)
        patient.changed.connect(lambda before, after: self._write())
        self._write()

    def _answers(self, field: str) -> list[QToolButton]:
        question, low, high, *_ = QUESTIONS[field]
        group = QButtonGroup(self)
        answers: tuple[tuple[bool | None, str], ...] = ((None, NOT_TOLD), (False, low), (True, high))
        for answer, text in answers:
            button = QToolButton()
            button.setText(text)
            button.setObjectName("Segment")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setAccessibleName(f"{question}: {text}")
            button.clicked.connect(lambda checked, answer=answer: self._tell(field, answer))
            group.addButton(button)
            self.buttons[field, answer] = button
        return [self.buttons[field, answer] for answer, _ in answers]

    def _tell(self, field: str, answer: bool | None) -> None:
        told = self._patient.value
        self._patient.tell(replace(told, **{field: answer}))

    def _write(self) -> None:
        told = self._patient.value
        for (field, answer), button in self.buttons.items():
            button.setChecked(getattr(told, field) is answer)
        self.fold.rename(f"Patient: {told_words(told)}")


def told_words(told: Told) -> str:
    """Return what was told, in a line."""
    said = [(getattr(told, field), words) for field, words in QUESTIONS.items()]
    return " · ".join(words[4] if answer else words[3] for answer, words in said if answer is not None) or "not told"
