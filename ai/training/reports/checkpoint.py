"""A run's state on disk: whole or not at all, and only taken up by the run that wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from ai.training.reports.errors import ReportsError
from ai.training.reports.recipe import ReportRecipe

CHECKPOINT = "checkpoint.pt"
_MAY_CHANGE = ("told_every", "kept_every")
"""What a run may be taken up with otherwise: they change no weight."""


class Checkpoint:
    """A file beside the run's journal.

    Args:
        run: folder.
        recipe: of the run.
        scans: keys of what is learned from, in order.
        drawn: names of the drawn cases mixed in, in order.
    """

    def __init__(self, run: Path, recipe: ReportRecipe, scans: Sequence[str], drawn: Sequence[str]) -> None:
        self.path = run / CHECKPOINT
        told = {key: value for key, value in asdict(recipe).items() if key not in _MAY_CHANGE}
        text = json.dumps([told, list(scans), list(drawn)])
        self._mark = hashlib.sha256(text.encode()).hexdigest()

    def write(self, state: dict[str, Any]) -> None:
        """Write a state of tensors and plain values."""
        draft = self.path.with_suffix(".part")
        torch.save({**state, "mark": self._mark}, draft)
        draft.replace(self.path)

    def read(self, device: torch.device) -> dict[str, Any] | None:
        """Return the state; None where there is none. Runs no code it reads.

        Raises:
            ReportsError: it is of another recipe, of other scans or drawn cases.
        """
        if not self.path.exists():
            return None
        state: dict[str, Any] = torch.load(self.path, map_location=device, weights_only=True)
        if state.pop("mark") != self._mark:
            raise ReportsError(
                f"{self.path} is of a run with another recipe, other scans or other drawn cases; "
                "choose another --out, or go on with what it was begun with."
            )
        return state
