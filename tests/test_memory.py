"""What a process frees it keeps where it was asked to, and takes again without new pages."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WORK = """
import json, resource, sys
import numpy as np
from ai.memory import keep_freed
kept = sys.argv[1] == "kept" and keep_freed()
for _ in range(3):
    np.ones(12_000_000).sum()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(12_000_000).sum()
print(json.dumps([kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before]))
"""


def faults(how: str) -> tuple[bool, int]:
    """Return whether memory is kept, and how many pages were asked for while large arrays came and went."""
    done = subprocess.run([sys.executable, "-c", WORK, how], capture_output=True, text=True, check=True)
    kept, count = json.loads(done.stdout)
    return kept, count


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the GNU C library")
def test_what_was_freed_is_taken_again_without_new_pages() -> None:
    (asked, kept), (_, otherwise) = faults("kept"), faults("not")
    assert asked
    assert otherwise > 1_000
    assert kept < otherwise / 10
