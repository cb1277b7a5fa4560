"""A synthetic thorax with abnormalities and their exact truth."""

from ai.phantom.background import PhantomError, background
from ai.phantom.case import FINDINGS, Case, drawn_case

__all__ = ["FINDINGS", "Case", "PhantomError", "background", "drawn_case"]
