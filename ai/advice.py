"""What a guideline says of a lesion or a patient, or why it says nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """What guidelines must know of a patient and no header says: told by the reader, never guessed; None is not told.

    Args:
        screening: whether the current scan was taken to screen for lung cancer.
        known_cancer: whether the patient has or had one.
        immunosuppressed: whether the patient is.
        high_risk: of lung cancer (smoking, family, emphysema …), as the reader judges.
    """

    screening: bool | None = None
    known_cancer: bool | None = None
    immunosuppressed: bool | None = None
    high_risk: bool | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True)
class Advice:
    """One guideline's word.

    Args:
        guideline: its short name with the year or version ("Fleischner 2017").
        category: the class it puts the case in ("4A", "solid, 6–8 mm"); empty where the guideline may not be used.
        follows: what should follow by the guideline; empty where nothing follows or no category is given.
        why: the reason in a sentence; where no category is given, what forbids it.
        source: where the rule stands.
    """

    guideline: str
    category: str
    follows: str
    why: str
    source: str

    @property
    def given(self) -> bool:
        """False where the inputs do not allow the guideline; ``why`` then says what is missing."""
        return bool(self.category)

    def __str__(self) -> str:
        if not self.given:
            return f"{self.guideline}: not given. {self.why}"
        return f"{self.guideline}: {self.category}. {self.why}" + (f" → {self.follows}" if self.follows else "")
