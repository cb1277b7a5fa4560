"""What happens in other processes: a fault costs one scan, and so does a crash."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np

from ai.series import Series
from ai.training.cohort.rejection import Reason
from ai.training.cohort.voxels import write_voxels
from ai.training.cohort.work import Failed, Job, Made, made


class Deadly:
    """Ends the process that unpacks it, as a library's crash does."""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        """Be packed as a call that ends the process."""
        return os._exit, (3,)


def test_a_crash_costs_one_scan_and_the_others_are_made(tmp_path: Path) -> None:
    voxels = np.zeros((4, 5, 6), dtype=np.int16)
    write_voxels(tmp_path / "there.h5", voxels, voxels.astype(np.uint8))
    deadly = Job("deadly", (cast("Series", Deadly()),), tmp_path / "deadly.h5", 2.0)
    lost = Job("lost", (Series("1.2", tmp_path / "nowhere"),), tmp_path / "lost.h5", 2.0)
    found = {result.job.key: result for result in made([deadly, lost, Job("there", (), tmp_path / "there.h5", 2.0)], 1)}
    there, gone, crashed = found["there"], found["lost"], found["deadly"]
    assert isinstance(there, Made)
    assert there.shape == (4, 5, 6)
    assert isinstance(gone, Failed)
    assert gone.reason is Reason.UNREADABLE
    assert "does not exist" in gone.sentence
    assert isinstance(crashed, Failed)
    assert crashed.reason is Reason.CRASHED
