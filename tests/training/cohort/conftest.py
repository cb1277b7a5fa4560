"""A hospital small enough for tests: two patients at 4 mm, drawn once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai.phantom.hospital.writing import Hospital, write_hospital
from tests.support.one_thread import one_thread

__all__ = ["one_thread"]


@pytest.fixture(scope="session")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a written hospital; not to be changed."""
    out = tmp_path_factory.mktemp("hospital")
    assert write_hospital(Hospital(out, 2, 3, "a", 4.0)) >= 3
    return out
