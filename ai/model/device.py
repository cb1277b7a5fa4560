"""Where the network runs."""

from __future__ import annotations

import torch

from ai.model.errors import ModelError


def chosen_device(wish: str) -> torch.device:
    """Return the device of a wish: ``auto`` takes a GPU where there is one.

    Raises:
        ModelError: an unknown wish, or ``cuda`` where there is none.
    """
    if wish not in ("auto", "cpu", "cuda"):
        raise ModelError(f"“{wish}” is no device; choose auto, cpu or cuda.")
    if wish == "cuda" and not torch.cuda.is_available():
        raise ModelError("No CUDA device is available to this program; choose --device cpu or auto.")
    if wish == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda")
