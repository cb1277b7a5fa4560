"""What the reader tells of the patient for guidelines: for this study and this session only, written nowhere."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ai.advice import NOTHING_TOLD, Told
from ai.series import Series
from viewer.state.observed import Observed


class PatientModel(Observed[Told]):
    """Forgets when another study becomes the current one: it may be of another patient, or taken for another reason."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(NOTHING_TOLD, parent)
        self._study = ""

    def tell(self, told: Told) -> None:
        """The reader says this of the patient."""
        if told != self.value:
            self._become(told)

    def look_at(self, series: Series | None) -> None:
        """This series is the current one; None: there is none."""
        study = "" if series is None else series.study.uid or series.uid
        if study != self._study:
            self._study = study
            self.tell(NOTHING_TOLD)
