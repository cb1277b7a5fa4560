"""Where the network runs, and how exactly it multiplies there while it learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from ai.model.errors import ModelError

_AMPERE = (8, 0)
"""Compute capability."""


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


def has_bfloat16_units(device: torch.device) -> bool:
    """Return whether a device has units for products of bfloat16: a GPU from Ampere on, or a CPU with AMX.

    They are several times as fast there, with 8 bits of precision instead of 24; sums stay in single precision.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= _AMPERE
    if device.type != "cpu":
        return False
    told: Callable[[], Mapping[str, object]] = getattr(torch.cpu, "get_capabilities", dict)  # older PyTorch has none
    return bool(told().get("amx_bf16", False))


def mixed_precision(device: torch.device) -> torch.autocast:
    """Return a context in which layers multiply in bfloat16 where the device has units for it, else in single."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16_units(device))
