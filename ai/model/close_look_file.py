"""The close look in a bundle: what ``bundle.json`` says of it, and its weights beside it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ai.errors import UnknownName
from ai.findings import Thresholds
from ai.model.close_look import SIDE, SPACING_MM, CloseLook, CloseNet
from ai.model.errors import ModelError
from ai.model.weights import digest
from ai.vocabulary import abnormality

KEY, WEIGHTS = "close_look", "close_look.safetensors"
_INPUT = {"side": SIDE, "spacing_mm": SPACING_MM}
_MOST_CHANNELS = 4096


def saved_close_look(look: CloseLook, folder: Path) -> dict[str, Any]:
    """Write the weights; return what the bundle's file says of them."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in look.network.state_dict().items()}
    save_file(tensors, folder / WEIGHTS)
    return {
        "abnormality": look.abnormality,
        "input": _INPUT,
        "widths": list(look.network.widths),
        "thresholds": asdict(look.thresholds),
        "weighing": list(look.weighing),
        "least": look.least,
        "trained_on": look.trained_on,
        "sha256": digest(folder / WEIGHTS),
    }


def loaded_close_look(path: Path, told: Any) -> CloseLook:
    """Load the close look of a bundle.

    Args:
        path: of the bundle's file.
        told: what it says of the close look.

    Raises:
        ModelError: it cannot be, or the weights are not the ones described.
    """
    try:
        if told["input"] != _INPUT:
            raise ModelError(f"{path}: its close look takes {told['input']}, which this program does not give.")
        widths = tuple(int(width) for width in told["widths"])
        thresholds = Thresholds(**told["thresholds"])
        own, peak, added, least = map(float, (*told["weighing"], told["least"]))
        name, trained_on, sha256 = abnormality(told["abnormality"]).name, str(told["trained_on"]), str(told["sha256"])
    except (KeyError, TypeError, ValueError, UnknownName) as error:
        raise ModelError(f"{path} does not describe its close look: {error}. Fetch the bundle again.") from error
    buildable = bool(widths) and all(0 < width <= _MOST_CHANNELS for width in widths)
    if not buildable or not thresholds.in_order or not 0 <= least <= 1:
        raise ModelError(f"{path} describes a close look that cannot be. Fetch the bundle again.")
    weights = path.parent / WEIGHTS
    if digest(weights) != sha256:
        raise ModelError(f"{weights} is not the file its description names (sha256 differs). Fetch it again.")
    network = CloseNet(widths)
    try:
        network.load_state_dict(load_file(weights))
    except (SafetensorError, RuntimeError) as error:
        raise ModelError(f"{weights} does not fit the network its description names.") from error
    network.eval()
    network.requires_grad_(False)
    return CloseLook(network, name, thresholds, trained_on, (own, peak, added), least)
