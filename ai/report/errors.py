"""What the report refuses."""

from ai.errors import IntervalError


class ReportError(IntervalError):
    """A reading that could not be written."""
