"""How the model learns: cases are drawn ahead, patches taken from them, truth told per place and per scan."""

from ai.training.labels import LABELS
from ai.training.learning import Recipe
from ai.training.recipe_run import Plan, train

__all__ = ["LABELS", "Plan", "Recipe", "train"]
