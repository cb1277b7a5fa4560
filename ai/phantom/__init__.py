"""A synthetic thorax with abnormalities and their exact truth."""

from ai.phantom.background import PhantomError, background
from ai.phantom.case import FINDINGS, Case, drawn_case
from ai.phantom.demo import demo_study

__all__ = ["FINDINGS", "Case", "PhantomError", "background", "demo_study", "drawn_case"]
