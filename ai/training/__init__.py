"""How the model learns: cases are drawn ahead, patches taken from them, truth told per place and per scan."""

from ai.training.learning import LABELS, Recipe
from ai.training.recipe_run import Plan, train

__all__ = ["LABELS", "Plan", "Recipe", "train"]
