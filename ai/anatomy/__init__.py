"""The scan as a thorax: standard axes, the body, the lungs. Numpy and scipy only; nothing here is learned."""

from ai.anatomy.lungs import Lungs, find_lungs
from ai.anatomy.standard import resampled, standardised

__all__ = ["Lungs", "find_lungs", "resampled", "standardised"]
