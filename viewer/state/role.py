"""Which of the two scans."""

from enum import Enum


class Role(Enum):
    """The scan that is being read, or the earlier one it is compared with."""

    CURRENT = "Current"
    PRIOR = "Prior"

    @property
    def other(self) -> "Role":
        """The other one."""
        return Role.PRIOR if self is Role.CURRENT else Role.CURRENT
