"""Why a network cannot learn from reports, or be judged by them, in the reader's words."""

from __future__ import annotations

from ai.errors import IntervalError


class ReportsError(IntervalError):
    """A run that cannot begin or go on; the sentence says why and what to do."""
