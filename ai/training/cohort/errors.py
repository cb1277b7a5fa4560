"""Why a cohort cannot be built, opened or read, in the reader's words."""

from __future__ import annotations

from ai.errors import IntervalError


class CohortError(IntervalError):
    """A cohort that cannot be built or read; the sentence names the folder or file, the fault and the remedy."""
