"""Work that must not be done in the thread that paints: one job, and a lane of them."""

from viewer.work.job import Job, Work
from viewer.work.lane import Lane

__all__ = ["Job", "Lane", "Work"]
