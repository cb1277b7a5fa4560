"""Lays a prior onto the current scan and tells what changed."""

from ai.comparison.change_map import change_map, heat_change
from ai.comparison.changes import compare
from ai.comparison.errors import ComparisonError
from ai.comparison.registration import register, register_deformable, register_rigid
from ai.comparison.warped_prior import warped_prior

__all__ = [
    "ComparisonError",
    "change_map",
    "compare",
    "heat_change",
    "register",
    "register_deformable",
    "register_rigid",
    "warped_prior",
]
