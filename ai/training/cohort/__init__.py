"""Scans paired with what their reports say: an archive made ready to learn from, with nothing that names a patient."""

from ai.training.cohort.errors import CohortError
from ai.training.cohort.store import Cohort
from ai.training.cohort.words import Change, CohortScan, LabelValue, Place, Said

__all__ = ["Change", "Cohort", "CohortError", "CohortScan", "LabelValue", "Place", "Said"]
