"""Memory that finished work no longer needs."""

from __future__ import annotations

import ctypes
import sys


def give_back_memory() -> None:
    """Return to the system what was let go: glibc keeps hundreds of megabytes that long work has freed.

    Takes some milliseconds. Elsewhere than on glibc nothing is done.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
