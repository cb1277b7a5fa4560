"""A synthetic thorax with abnormalities and their exact truth."""

from ai.phantom.background import PhantomError, background
from ai.phantom.case import Case, drawn_case
from ai.phantom.catalogue import CATALOGUE
from ai.phantom.demo import demo_study

__all__ = ["CATALOGUE", "Case", "PhantomError", "background", "demo_study", "drawn_case"]
