"""What guidelines make of nodules: each in its own file, given only where the inputs allow it."""

from ai.comparison.guidelines.circumstances import Circumstances, circumstances_of
from ai.comparison.guidelines.fleischner import fleischner
from ai.comparison.guidelines.lung_rads import lung_rads, lung_rads_first
from ai.comparison.guidelines.recist import Sums, recist, response, sums_of

__all__ = [
    "Circumstances",
    "Sums",
    "circumstances_of",
    "fleischner",
    "lung_rads",
    "lung_rads_first",
    "recist",
    "response",
    "sums_of",
]
