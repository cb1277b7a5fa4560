"""What the comparison refuses."""

from ai.errors import IntervalError


class ComparisonError(IntervalError):
    """Two scans that cannot be laid onto each other: no common part of the body, or nothing to hold on to."""
