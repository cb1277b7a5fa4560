"""The model room's refusals."""

from ai.errors import IntervalError


class ModelError(IntervalError):
    """A bundle that cannot be trusted, a device that is not there, a scan the model cannot read."""
