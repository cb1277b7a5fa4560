"""What the reader says of a finding or a change."""

from enum import Enum


class Verdict(Enum):
    """Only what was not rejected goes into the report."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
