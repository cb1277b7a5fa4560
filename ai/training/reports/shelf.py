"""A folder with one file of tensors a scan: each appears whole or not at all, and is made once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ai.progress import QUIET, Progress
from ai.training.cohort import CohortScan
from ai.training.reports.errors import ReportsError

Tensors = Mapping[str, Tensor]


class Shelf:
    """See the module's text.

    Args:
        folder: made if missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, key: str) -> Path:
        """Return where a scan's tensors are kept."""
        return self.folder / f"{key}.safetensors"

    def fill(
        self, scans: Sequence[CohortScan], made: Callable[[CohortScan], Tensors], progress: Progress = QUIET
    ) -> None:
        """Make those that are missing.

        Args:
            scans: of which there shall be tensors.
            made: makes a scan's.
            progress: told before each.
        """
        missing = [scan for scan in scans if not self.path(scan.key).exists()]
        for number, scan in enumerate(missing):
            progress.report(number / len(missing), f"making scans ready ({number} of {len(missing)})")
            tensors = {name: value.contiguous() for name, value in made(scan).items()}
            draft = self.path(scan.key).with_suffix(f".{os.getpid()}.part")
            save_file(tensors, draft)
            draft.replace(self.path(scan.key))

    def take(self, key: str) -> Tensors:
        """Read a scan's tensors.

        Raises:
            ReportsError: they cannot be read.
        """
        try:
            return load_file(self.path(key))
        except (OSError, SafetensorError) as cause:
            raise ReportsError(f"{self.path(key)} cannot be read; delete it and begin again.") from cause
