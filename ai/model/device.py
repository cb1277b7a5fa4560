"""Where the network runs, and how exactly it multiplies there."""

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


def multiplies_short(device: torch.device) -> bool:
    """Return whether a device has units for products of bfloat16: a GPU that does, or a CPU with AMX.

    They are several times as fast there, with 8 bits of precision instead of 24; sums stay long.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("amx_bf16", False))


def in_short(device: torch.device) -> torch.autocast:
    """Return a context in which layers multiply in bfloat16 where the device is made for it, else as ever."""
    return torch.autocast(device.type, torch.bfloat16, enabled=multiplies_short(device))
