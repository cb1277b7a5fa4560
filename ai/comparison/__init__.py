"""Lays a prior onto the current scan and tells what changed."""

from ai.comparison.advising import advised_anew
from ai.comparison.change_map import change_map, heat_change
from ai.comparison.changes import compare
from ai.comparison.errors import ComparisonError
from ai.comparison.many_studies import older_studies
from ai.comparison.older_study import older_study
from ai.comparison.registration import register, register_deformable, register_rigid
from ai.comparison.timeline import timeline
from ai.comparison.warped_prior import warped_prior

__all__ = [
    "ComparisonError",
    "advised_anew",
    "change_map",
    "compare",
    "heat_change",
    "older_studies",
    "older_study",
    "register",
    "register_deformable",
    "register_rigid",
    "timeline",
    "warped_prior",
]
