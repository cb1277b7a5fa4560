"""Lays a prior onto the current scan and tells what changed."""

from ai.comparison.changes import compare
from ai.comparison.errors import ComparisonError
from ai.comparison.registration import register, register_deformable, register_rigid

__all__ = ["ComparisonError", "compare", "register", "register_deformable", "register_rigid"]
